import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

const persistent = {
  4: { protocolVersion: 4, cleanStart: false },
  5: { protocolVersion: 5, cleanStart: false, properties: { sessionExpiryInterval: 100 } }
} as const

describe.each([4, 5] as const)("a kept session at protocol level %s", (version) => {
  const fields = persistent[version]

  it.scoped("keeps subscriptions and the QoS 1 and 2 messages that came meanwhile", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const first = yield* connect(broker, "c", fields)
      assert.isFalse(first.connAck.sessionPresent)
      yield* subscribe(first, "t", { qos: 2 })
      yield* first.cut
      for (const qos of [0, 1, 2] as const) yield* broker.publish({ topic: "t", payload: `${qos}`, qos })
      const second = yield* connect(broker, "c", fields)
      assert.isTrue(second.connAck.sessionPresent)
      assert.deepStrictEqual(payloads(yield* second.drain), ["1", "2"])
    }))

  it.scoped("resends what was not acknowledged, with the same identifiers and in order", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const first = yield* connect(broker, "c", fields)
      yield* subscribe(first, "t", { qos: 2 })
      for (const qos of [1, 2, 2, 1] as const) yield* broker.publish({ topic: "t", payload: `${qos}`, qos })
      const ids = (yield* first.drain).map((packet) => packet._tag === "Publish" ? packet.packetId ?? 0 : 0)
      const [one = 0, two = 0, three = 0, four = 0] = ids
      yield* first.send(Packet.pubRec({ packetId: two }), Packet.pubAck({ packetId: four }))
      yield* first.expect("PubRel")
      yield* first.cut
      const second = yield* connect(broker, "c", fields)
      const resent = (yield* second.drain).map((packet) =>
        packet._tag === "Publish"
          ? ["Publish", packet.packetId, packet.dup]
          : [packet._tag, "packetId" in packet && packet.packetId]
      )
      assert.deepStrictEqual(resent, [["PubRel", two], ["Publish", one, true], ["Publish", three, true]])
      yield* second.send(
        Packet.pubComp({ packetId: two }),
        Packet.pubAck({ packetId: one }),
        Packet.pubRec({ packetId: three })
      )
      yield* second.expect("PubRel")
      yield* second.send(Packet.pubComp({ packetId: three }))
      yield* second.cut
      const third = yield* connect(broker, "c", fields)
      assert.deepStrictEqual(yield* third.drain, [])
    }))

  it.scoped("remembers incoming QoS 2 identifiers: a resent message is not routed again", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s")
      yield* subscribe(subscriber, "t")
      const first = yield* connect(broker, "c", fields)
      yield* first.send(publish("t", "once", { qos: 2, packetId: 1 }))
      yield* first.expect("PubRec")
      yield* first.cut
      const second = yield* connect(broker, "c", fields)
      yield* second.send(publish("t", "once", { qos: 2, packetId: 1, dup: true }))
      yield* second.expect("PubRec")
      yield* second.send(Packet.pubRel({ packetId: 1 }))
      yield* second.expect("PubComp")
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["once"])
    }))

  it.scoped("ends with a clean start", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const first = yield* connect(broker, "c", fields)
      yield* subscribe(first, "t", { qos: 1 })
      yield* first.cut
      yield* broker.publish({ topic: "t", payload: "x", qos: 1 })
      const second = yield* connect(broker, "c", { ...fields, cleanStart: true })
      assert.isFalse(second.connAck.sessionPresent)
      assert.deepStrictEqual(yield* second.drain, [])
      assert.strictEqual((yield* broker.stats).subscriptions, 0)
    }))
})

describe("session expiry", () => {
  it.scoped("MQTT 5: one that a clean start ended does not end the next one when its own interval is over", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* (yield* connect(broker, "c", persistent[5])).cut
      const second = yield* connect(broker, "c", { ...persistent[5], cleanStart: true })
      yield* subscribe(second, "t")
      yield* TestClock.adjust("101 seconds")
      const third = yield* connect(broker, "c", persistent[5])
      assert.isTrue(third.connAck.sessionPresent)
      assert.deepInclude(yield* second.expect("Disconnect"), { reasonCode: 0x8e })
      yield* third.cut
      yield* TestClock.adjust("101 seconds")
      const { heldBytes, sessions, subscriptions } = yield* broker.stats
      assert.deepStrictEqual({ heldBytes, sessions, subscriptions }, { heldBytes: 0, sessions: 0, subscriptions: 0 })
    }))

  it.scoped("MQTT 5: over when the interval is, and without one at once", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const short = yield* connect(broker, "short")
      const long = yield* connect(broker, "long", { properties: { sessionExpiryInterval: 10 } })
      yield* subscribe(long, "t")
      yield* short.cut
      yield* long.cut
      assert.deepInclude(yield* broker.stats, { sessions: 1, subscriptions: 1 })
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual((yield* broker.stats).sessions, 1)
      yield* TestClock.adjust("1 seconds")
      assert.deepInclude(yield* broker.stats, { sessions: 0, subscriptions: 0 })
      const again = yield* connect(broker, "long", { cleanStart: false })
      assert.isFalse(again.connAck.sessionPresent)
    }))

  it.scoped("MQTT 5: the interval of DISCONNECT counts, unless the session was to end with the link", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const one = yield* connect(broker, "one", { properties: { sessionExpiryInterval: 10 } })
      yield* one.send(Packet.disconnect({ reasonCode: 0, properties: { sessionExpiryInterval: 0 } }))
      assert.isUndefined(yield* one.next)
      assert.strictEqual((yield* broker.stats).sessions, 0)
      const two = yield* connect(broker, "two")
      yield* two.send(Packet.disconnect({ reasonCode: 0, properties: { sessionExpiryInterval: 10 } }))
      assert.strictEqual((yield* two.expect("Disconnect")).reasonCode, 0x82)
      assert.strictEqual((yield* broker.stats).sessions, 0)
    }))

  it.scoped("is bounded by the broker, which tells MQTT 5 clients", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxSessionExpiry: "1 minute" } })
      const five = yield* connect(broker, "five", { properties: { sessionExpiryInterval: 0xffffffff } })
      assert.strictEqual(five.connAck.properties?.sessionExpiryInterval, 60)
      const four = yield* connect(broker, "four", persistent[4])
      yield* five.cut
      yield* four.cut
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* broker.stats).sessions, 2)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* broker.stats).sessions, 0)
    }))

  it.scoped("a message whose lifetime is over is not delivered; the others show what is left of it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const first = yield* connect(broker, "c", persistent[5])
      yield* subscribe(first, "t", { qos: 1 })
      yield* first.cut
      for (const messageExpiryInterval of [5, 20]) {
        const payload = `${messageExpiryInterval}`
        yield* broker.publish({ topic: "t", payload, qos: 1, properties: { messageExpiryInterval } })
      }
      yield* TestClock.adjust("7500 millis")
      const second = yield* connect(broker, "c", persistent[5])
      const received = yield* second.drain
      assert.deepStrictEqual(payloads(received), ["20"])
      assert.deepStrictEqual(received.map((packet) => packet._tag === "Publish" && packet.properties), [{
        messageExpiryInterval: 13
      }])
    }))
})
