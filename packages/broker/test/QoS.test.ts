import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

describe.each([4, 5] as const)("delivery with protocol level %s", (protocolVersion) => {
  const code = (reasonCode: number) => protocolVersion === 5 ? { reasonCode, properties: {} } : {}

  it.scoped("QoS 0 reaches all subscribers of a matching filter, once each", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const one = yield* connect(broker, "one", { protocolVersion })
      const two = yield* connect(broker, "two", { protocolVersion })
      yield* subscribe(one, "home/+/lamp")
      yield* subscribe(one, "home/#")
      yield* subscribe(two, "other")
      yield* two.send(publish("home/kitchen/lamp", "on"), publish("elsewhere", "x"))
      assert.deepStrictEqual(payloads(yield* two.drain), [])
      assert.deepStrictEqual(payloads(yield* one.drain), ["on"])
    }))

  it.scoped("QoS 1: acknowledged, delivered with an identifier of the broker's, and finished", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { protocolVersion })
      const publisher = yield* connect(broker, "p", { protocolVersion })
      const subAck = yield* subscribe(subscriber, "t", { qos: 1 })
      assert.deepStrictEqual(subAck.reasonCodes, [1])
      yield* publisher.send(publish("t", "hello", { qos: 1, packetId: 77 }))
      assert.deepStrictEqual(yield* publisher.next, { _tag: "PubAck", packetId: 77, ...code(0) })
      const received = yield* subscriber.expect("Publish")
      assert.strictEqual(received.qos, 1)
      assert.isFalse(received.dup)
      const packetId = received.packetId ?? 0
      yield* subscriber.send(Packet.pubAck({ packetId }))
      yield* subscriber.drain
      const [info] = yield* broker.clients
      assert.strictEqual(info?.inFlight, 0)
    }))

  it.scoped("QoS 2: a repeated PUBLISH is acknowledged again and routed once, until PUBREL frees the identifier", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { protocolVersion })
      const publisher = yield* connect(broker, "p", { protocolVersion })
      yield* subscribe(subscriber, "t")
      yield* publisher.send(publish("t", "first", { qos: 2, packetId: 5 }))
      assert.deepStrictEqual(yield* publisher.next, { _tag: "PubRec", packetId: 5, ...code(0) })
      yield* publisher.send(publish("t", "first", { qos: 2, packetId: 5, dup: true }))
      assert.deepStrictEqual(yield* publisher.next, { _tag: "PubRec", packetId: 5, ...code(0) })
      yield* publisher.send(Packet.pubRel({ packetId: 5 }), Packet.pubRel({ packetId: 5 }))
      assert.deepStrictEqual(yield* publisher.next, { _tag: "PubComp", packetId: 5, ...code(0) })
      assert.deepStrictEqual(yield* publisher.next, { _tag: "PubComp", packetId: 5, ...code(0x92) })
      // Now the identifier is a new message's, whatever DUP says.
      yield* publisher.send(publish("t", "second", { qos: 2, packetId: 5, dup: true }))
      yield* publisher.expect("PubRec")
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["first", "second"])
    }))

  it.scoped("QoS 2: a PUBREL that is repeated because its answer was lost with the link is answered with success", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const properties = protocolVersion === 5 ? { sessionExpiryInterval: 100 } : {}
      const kept = { protocolVersion, cleanStart: false, properties }
      const publisher = yield* connect(broker, "p", kept)
      yield* publisher.send(publish("t", "once", { qos: 2, packetId: 5 }), Packet.pubRel({ packetId: 5 }))
      yield* publisher.drain
      yield* publisher.cut
      const again = yield* connect(broker, "p", kept)
      yield* again.send(Packet.pubRel({ packetId: 5 }))
      assert.deepStrictEqual(yield* again.next, { _tag: "PubComp", packetId: 5, ...code(0) })
    }))

  it.scoped("QoS 2 to a subscriber: PUBREC, PUBREL, PUBCOMP", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { protocolVersion })
      yield* subscribe(subscriber, "t", { qos: 2 })
      yield* broker.publish({ topic: "t", payload: "x", qos: 2 })
      const { packetId = 0 } = yield* subscriber.expect("Publish")
      yield* subscriber.send(Packet.pubRec({ packetId }))
      assert.deepStrictEqual(yield* subscriber.next, { _tag: "PubRel", packetId, ...code(0) })
      yield* subscriber.send(Packet.pubRec({ packetId }))
      assert.deepStrictEqual(yield* subscriber.next, { _tag: "PubRel", packetId, ...code(0) })
      yield* subscriber.send(Packet.pubComp({ packetId }))
      yield* subscriber.drain
      assert.strictEqual((yield* broker.clients)[0]?.inFlight, 0)
      // An exchange that nobody knows is ended, not left open.
      yield* subscriber.send(Packet.pubRec({ packetId: 999 }), Packet.pubAck({ packetId: 999 }))
      assert.deepStrictEqual(yield* subscriber.drain, [{ _tag: "PubRel", packetId: 999, ...code(0x92) }])
    }))

  it.scoped("delivers with the lower of published and granted QoS", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { protocolVersion })
      yield* subscribe(subscriber, "t", { qos: 1 })
      for (const qos of [0, 1, 2] as const) yield* broker.publish({ topic: "t", payload: "x", qos })
      const received = yield* subscriber.drain
      assert.deepStrictEqual(received.map((packet) => packet._tag === "Publish" ? packet.qos : packet._tag), [0, 1, 1])
    }))

  it.scoped("an acknowledgement that contradicts the exchange ends the connection", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { protocolVersion })
      yield* subscribe(subscriber, "t", { qos: 2 })
      yield* broker.publish({ topic: "t", payload: "x", qos: 2 })
      const { packetId = 0 } = yield* subscriber.expect("Publish")
      yield* subscriber.send(Packet.pubAck({ packetId }))
      if (protocolVersion === 5) assert.strictEqual((yield* subscriber.expect("Disconnect")).reasonCode, 0x82)
      assert.isUndefined(yield* subscriber.next)
    }))
})

describe("MQTT 5 delivery", () => {
  it.scoped("keeps to the client's Receive Maximum and goes on as acknowledgements come", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { properties: { receiveMaximum: 2 } })
      yield* subscribe(subscriber, "t", { qos: 2 })
      for (const payload of ["1", "2", "3", "4", "5"]) yield* broker.publish({ topic: "t", payload, qos: 2 })
      const first = yield* subscriber.drain
      assert.deepStrictEqual(payloads(first), ["1", "2"])
      // PUBREC does not free a place, PUBCOMP does; so does a refusal.
      yield* subscriber.send(Packet.pubRec({ packetId: 1 }))
      assert.deepStrictEqual((yield* subscriber.drain).map(({ _tag }) => _tag), ["PubRel"])
      yield* subscriber.send(Packet.pubComp({ packetId: 1 }), Packet.pubRec({ packetId: 2, reasonCode: 0x83 }))
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["3", "4"])
    }))

  it.scoped("sends QoS 0 past what waits for the Receive Maximum, and nothing else", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const subscriber = yield* connect(broker, "s", { properties: { receiveMaximum: 1 } })
      yield* subscribe(subscriber, "t", { qos: 1 })
      const deliveries = [["1", 1], ["2", 1], ["a", 0], ["3", 1], ["b", 0]] as const
      for (const [payload, qos] of deliveries) yield* broker.publish({ topic: "t", payload, qos })
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["1", "a", "b"])
      yield* subscriber.send(Packet.pubAck({ packetId: 1 }))
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["2"])
    }))

  it.scoped("resends within a Receive Maximum that is smaller than before, which QoS 0 passes", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const kept = { sessionExpiryInterval: 100 }
      const first = yield* connect(broker, "c", { cleanStart: false, properties: kept })
      yield* subscribe(first, "t", { qos: 2 })
      for (const payload of ["1", "2", "3", "4"]) yield* broker.publish({ topic: "t", payload, qos: 2 })
      yield* first.drain
      yield* first.send(Packet.pubRec({ packetId: 1 }))
      yield* first.expect("PubRel")
      yield* first.cut
      const second = yield* connect(broker, "c", { cleanStart: false, properties: { ...kept, receiveMaximum: 2 } })
      assert.deepStrictEqual(payloads(yield* second.drain), ["2"])
      yield* broker.publish({ topic: "t", payload: "answer" })
      assert.deepStrictEqual(payloads(yield* second.drain), ["answer"])
      // Each that is finished gives its place to the next.
      yield* second.send(Packet.pubComp({ packetId: 1 }))
      assert.deepStrictEqual(payloads(yield* second.drain), ["3"])
      yield* second.send(Packet.pubRec({ packetId: 2 }), Packet.pubComp({ packetId: 2 }))
      assert.deepStrictEqual(payloads(yield* second.drain), ["4"])
      yield* second.send(Packet.pubRec({ packetId: 3 }), Packet.pubComp({ packetId: 3 }))
      yield* broker.publish({ topic: "t", payload: "5", qos: 2 })
      assert.deepStrictEqual(payloads(yield* second.drain), ["5"])
    }))

  it.scoped("what is too large to be resent gives no place of a smaller Receive Maximum to others", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const kept = { sessionExpiryInterval: 100 }
      const first = yield* connect(broker, "c", { cleanStart: false, properties: kept })
      yield* subscribe(first, "t", { qos: 1 })
      const large = "x".repeat(50)
      for (const payload of ["1", large, "2", "3", "4"]) yield* broker.publish({ topic: "t", payload, qos: 1 })
      yield* first.drain
      yield* first.cut
      const smaller = { ...kept, maximumPacketSize: 40, receiveMaximum: 2 }
      const second = yield* connect(broker, "c", { cleanStart: false, properties: smaller })
      assert.deepStrictEqual(payloads(yield* second.drain), ["1", "2"])
      yield* second.send(Packet.pubAck({ packetId: 1 }))
      assert.deepStrictEqual(payloads(yield* second.drain), ["3"])
    }))

  it.scoped("holds the client to the announced Receive Maximum", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { receiveMaximum: 2 } })
      const client = yield* connect(broker, "c")
      assert.strictEqual(client.connAck.properties?.receiveMaximum, 2)
      for (const packetId of [1, 2]) yield* client.send(publish("t", "x", { qos: 2, packetId }))
      // QoS 1 is acknowledged at once and takes no place for longer.
      yield* client.send(
        publish("t", "x", { qos: 1, packetId: 9 }),
        publish("t", "x", { qos: 2, packetId: 2, dup: true })
      )
      assert.strictEqual((yield* client.drain).length, 4)
      yield* client.send(publish("t", "x", { qos: 2, packetId: 3 }))
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x93)
      assert.isUndefined(yield* client.next)
    }))

  it.scoped("a message that has no lifetime at all is delivered to nobody, whatever its QoS", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t", { qos: 2 })
      const properties = { messageExpiryInterval: 0 }
      yield* client.send(
        publish("t", "0", { properties }),
        publish("t", "1", { qos: 1, packetId: 1, properties }),
        publish("t", "2", { qos: 2, packetId: 2, properties })
      )
      assert.deepStrictEqual(payloads(yield* client.drain), [])
    }))

  it.scoped("forwards properties unchanged, without the alias, and counts the expiry down", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t/#", { identifier: 7 })
      yield* subscribe(client, "t/a", { identifier: 9, qos: 1 })
      const properties = {
        payloadFormatIndicator: 1,
        contentType: "text/plain",
        responseTopic: "r",
        correlationData: Uint8Array.of(1, 2),
        userProperties: [["b", "1"], ["a", "2"], ["b", "3"]]
      } as const
      yield* client.send(publish("t/a", "x", {
        properties: { ...properties, topicAlias: 3, messageExpiryInterval: 10 }
      }))
      const received = yield* client.expect("Publish")
      const { subscriptionIdentifiers = [], ...rest } = received.properties ?? {}
      assert.deepStrictEqual(rest, { ...properties, messageExpiryInterval: 10 })
      assert.sameMembers([...subscriptionIdentifiers], [7, 9])
      // The alias stands for the topic from now on.
      yield* client.send(publish("", "y", { properties: { topicAlias: 3 } }))
      assert.strictEqual((yield* client.expect("Publish")).topic, "t/a")
    }))

  it.scoped.each(
    [
      ["above the maximum", "t", 33, 0x94],
      ["that was never defined", "", 4, 0x82]
    ] as const
  )("refuses a topic alias %s", ([, topic, topicAlias, reasonCode]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      assert.strictEqual(client.connAck.properties?.topicAliasMaximum, 32)
      yield* client.send(publish(topic, "x", { properties: { topicAlias } }))
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, reasonCode)
    }))

  it.scoped("says when nobody was interested", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* client.send(publish("t", "x", { qos: 1, packetId: 1 }))
      assert.strictEqual((yield* client.expect("PubAck")).reasonCode, 0x10)
    }))

  it.scoped("leaves out what is larger than the client takes and goes on with the next", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c", { properties: { maximumPacketSize: 40 } })
      yield* subscribe(client, "t", { qos: 1 })
      for (const payload of ["x".repeat(50), "small"]) yield* broker.publish({ topic: "t", payload, qos: 1 })
      assert.deepStrictEqual(payloads(yield* client.drain), ["small"])
      assert.strictEqual((yield* broker.clients)[0]?.inFlight, 1)
    }))
})
