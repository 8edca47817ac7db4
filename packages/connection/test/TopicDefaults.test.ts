import { Packet } from "@effect-mqtt/codec"
import type { TopicDefaults } from "@effect-mqtt/connection"
import { MqttClient, PayloadCodec } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as topicDefaults from "../src/internal/client/publishing/topicDefaults.ts"
import * as Scripted from "./scriptedServer.ts"

const codecs = { relay: PayloadCodec.boolean({ on: "ON", off: "OFF" }), degrees: PayloadCodec.number }

const defaults: TopicDefaults.TopicDefaults = {
  qos: 1,
  topics: [
    { filter: "home/+/lamp", retain: true, codec: codecs.relay },
    { filter: "home/#", qos: 0, codec: codecs.degrees },
    { filter: "#", retain: false, codec: PayloadCodec.json }
  ]
}

const start = Effect.gen(function*() {
  const server = yield* Scripted.make()
  const making = yield* Effect.fork(
    Effect.provide(MqttClient.make({ url: "mqtt://memory", defaults }), server.layer)
  )
  const link = yield* server.accept()
  return { link, client: yield* Fiber.join(making) }
})

const text = (packet: Packet.Publish) => new TextDecoder().decode(packet.payload)

describe("TopicDefaults", () => {
  it("take each setting from the first entry that has it", () => {
    assert.strictEqual(topicDefaults.ofTopic(defaults, "home/hall/lamp", "codec"), codecs.relay)
    assert.strictEqual(topicDefaults.ofTopic(defaults, "home/hall/lamp", "retain"), true)
    assert.strictEqual(topicDefaults.ofTopic(defaults, "home/hall/lamp", "qos"), 0)
    assert.strictEqual(topicDefaults.ofTopic(defaults, "home/hall", "codec"), codecs.degrees)
    assert.strictEqual(topicDefaults.ofTopic(defaults, "garden", "qos"), 1)
    assert.isUndefined(topicDefaults.ofTopic(defaults, "$SYS/uptime", "codec"))
  })

  it("hold for a filter that they cover whole", () => {
    const qosOf = (wide: string, narrow: string) =>
      topicDefaults.qosOfFilter({ topics: [{ filter: wide, qos: 2 }] }, narrow) === 2
    for (
      const [wide, narrow] of [
        ["a/b", "a/b"],
        ["a/+", "a/b"],
        ["a/+", "a/+"],
        ["a/#", "a/+/c"],
        ["a/#", "a/#"],
        ["a/#", "a"],
        ["#", "a/+"],
        ["a/+", "$share/g/a/b"],
        ["$SYS/#", "$SYS/x"]
      ]
    ) assert.isTrue(qosOf(wide ?? "", narrow ?? ""), `${wide} ${narrow}`)
    for (
      const [wide, narrow] of [["a/b", "a/+"], ["a/+", "a/#"], ["a/+", "a"], ["a", "a/b"], ["a/b", "a"], [
        "#",
        "$SYS/x"
      ], ["+/b", "$SYS/b"]]
    ) assert.isFalse(qosOf(wide ?? "", narrow ?? ""), `${wide} ${narrow}`)
  })

  it.scoped("fill in what a publish leaves open, and no more", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start
      yield* Effect.fork(client.publish("garden", "x"))
      const garden = yield* link.expect("Publish")
      assert.deepStrictEqual([garden.qos, garden.retain], [1, false])
      yield* link.send(Packet.pubAck({ packetId: garden.packetId ?? 0 }))
      yield* client.publish("home/hall/lamp", "x")
      const lamp = yield* link.expect("Publish")
      assert.deepStrictEqual([lamp.qos, lamp.retain], [0, true])
      yield* Effect.fork(client.publish("home/hall/lamp", "x", { qos: 2, retain: false }))
      const called = yield* link.expect("Publish")
      assert.deepStrictEqual([called.qos, called.retain], [2, false])
      yield* link.close
    }))

  it.scoped("decide the codec of a value without one, which is refused if it is not of that type", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start
      yield* client.publishValue("home/hall/lamp", true)
      assert.strictEqual(text(yield* link.expect("Publish")), "ON")
      yield* client.publishValue("home/hall", 21.5, { retain: true })
      const degrees = yield* link.expect("Publish")
      assert.deepStrictEqual([text(degrees), degrees.retain], ["21.5", true])
      yield* client.publishValue("home/hall", "warm", PayloadCodec.utf8)
      assert.strictEqual(text(yield* link.expect("Publish")), "warm")
      const wrong = yield* Effect.flip(client.publishValue("home/hall", "warm"))
      assert.strictEqual(wrong.reason, "InvalidMessage")
      // No entry is for $ topics: text.
      const untold = yield* Effect.flip(client.publishValue("$mine", 21.5))
      assert.strictEqual(untold.reason, "InvalidMessage")
      assert.match(
        untold.message,
        /"utf8" writes, which is used where neither the call nor the defaults of the topic name/
      )
    }))

  it.scoped("give subscriptions their QoS", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start
      yield* Effect.fork(Effect.scoped(client.subscription([{ filter: "home/+" }, { filter: "garden/#" }, {
        filter: "yard",
        qos: 2
      }])))
      const asked: Array<number> = []
      while (asked.length < 3) {
        const { subscriptions } = yield* link.expect("Subscribe")
        asked.push(...subscriptions.map(({ qos }) => qos))
      }
      assert.deepStrictEqual(asked, [0, 1, 2])
      yield* link.close
    }))
})
