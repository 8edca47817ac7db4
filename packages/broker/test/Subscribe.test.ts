import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

describe("SUBSCRIBE and UNSUBSCRIBE", () => {
  it.scoped.each(
    [
      ["sport/#", "sport", true],
      ["sport/+", "sport", false],
      ["sport/+", "sport/", true],
      ["+/+", "/finance", true],
      ["+", "/finance", false],
      ["#", "$HOUSE/x", false],
      ["+/x", "$HOUSE/x", false],
      ["$HOUSE/#", "$HOUSE/x", true],
      ["a/\u0041\u030a", "a/\u00c5", false]
    ] as const
  )("%s against %s", ([filter, topic, matches]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, filter)
      yield* broker.publish({ topic, payload: "x" })
      assert.strictEqual((yield* client.drain).length, matches ? 1 : 0)
    }))

  it.scoped.each([4, 5] as const)(
    "level %s: one code for each filter, in order",
    (protocolVersion) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make({ limits: { maxTopicLevels: 3 } })
        const client = yield* connect(broker, "c", { protocolVersion })
        const filters = ["a", "$share/group/a", "a/b/c", "a/b/c/d"]
        yield* client.send(Packet.subscribe({
          packetId: 9,
          subscriptions: filters.map((filter, index) => ({ filter, qos: index % 2 === 0 ? 2 : 0 }))
        }))
        const { packetId, reasonCodes } = yield* client.expect("SubAck")
        assert.strictEqual(packetId, 9)
        assert.deepStrictEqual(reasonCodes, protocolVersion === 5 ? [2, 0, 2, 0x8f] : [2, 0, 2, 0x80])
        yield* client.send(Packet.unsubscribe({ packetId: 10, filters: ["A", "a", "a"] }))
        assert.deepStrictEqual(
          yield* client.next,
          protocolVersion === 5
            ? { _tag: "UnsubAck", packetId: 10, reasonCodes: [0x11, 0, 0x11], properties: {} }
            : { _tag: "UnsubAck", packetId: 10 }
        )
        assert.strictEqual((yield* broker.stats).subscriptions, 2)
      })
  )

  it.scoped("a second subscription to a filter replaces the first", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t", { qos: 2, identifier: 1 })
      yield* subscribe(client, "t", { qos: 0, identifier: 2 })
      yield* broker.publish({ topic: "t", payload: "x", qos: 2 })
      const received = yield* client.expect("Publish")
      assert.strictEqual(received.qos, 0)
      assert.deepStrictEqual(received.properties, { subscriptionIdentifiers: [2] })
      assert.strictEqual((yield* broker.stats).subscriptions, 1)
    }))

  it.scoped("its options are those of the last one", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      const seen = Effect.map(
        client.drain,
        (packets) =>
          packets.flatMap((packet) => packet._tag === "Publish" ? [[...payloads([packet]), packet.retain]] : [])
      )
      for (
        const [options, own, others] of [
          [{ noLocal: true }, [], [["theirs", false]]],
          [{ retainAsPublished: true }, [["mine", true]], [["theirs", true]]],
          [{ noLocal: true, retainAsPublished: true }, [], [["theirs", true]]],
          [{}, [["mine", false]], [["theirs", false]]]
        ] as const
      ) {
        yield* subscribe(client, "t", { ...options, retainHandling: 2 })
        yield* client.send(publish("t", "mine", { retain: true }))
        assert.deepStrictEqual<unknown>(yield* seen, own)
        yield* broker.publish({ topic: "t", payload: "theirs", retain: true })
        assert.deepStrictEqual<unknown>(yield* seen, others)
      }
    }))

  it.scoped("No Local keeps one's own messages away, overlapping filters notwithstanding", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      const other = yield* connect(broker, "other")
      yield* subscribe(client, "t", { noLocal: true })
      yield* client.send(publish("t", "mine"))
      yield* other.send(publish("t", "theirs"))
      yield* other.drain
      assert.deepStrictEqual(payloads(yield* client.drain), ["theirs"])
      yield* subscribe(client, "#", { qos: 1 })
      yield* client.send(publish("t", "mine"))
      assert.deepStrictEqual(payloads(yield* client.drain), ["mine"])
    }))

  it.scoped("messages of one publisher keep their order", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t", { qos: 1 })
      const sent = Array.from({ length: 50 }, (_, index) => `${index}`)
      yield* client.send(...sent.map((payload, index) => publish("t", payload, { qos: 1, packetId: index + 1 })))
      assert.deepStrictEqual(payloads(yield* client.drain), sent)
    }))
})
