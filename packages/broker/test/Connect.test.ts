import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, publish, subscribe } from "./rawClient.ts"

describe("CONNECT", () => {
  it.scoped("announces what an MQTT 5 client has to know", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { connAck } = yield* connect(broker, "c")
      assert.deepStrictEqual(connAck, {
        _tag: "ConnAck",
        sessionPresent: false,
        reasonCode: 0,
        properties: {
          receiveMaximum: 256,
          maximumPacketSize: 16 * 1024 * 1024,
          topicAliasMaximum: 32
        }
      })
    }))

  it.scoped("assigns an identifier of its own, which finds the session again", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "", { properties: { sessionExpiryInterval: 60 } })
      const assigned = client.connAck.properties?.assignedClientIdentifier ?? ""
      assert.match(assigned, /^[0-9a-zA-Z]{1,23}$|^[0-9a-f]{24}$/)
      yield* client.cut
      const again = yield* connect(broker, assigned, { cleanStart: false })
      assert.isTrue(again.connAck.sessionPresent)
      assert.isUndefined(again.connAck.properties?.assignedClientIdentifier)
    }))

  it.scoped("gives MQTT 3.1.1 clients without an identifier a clean session only", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* connect(broker, "", { protocolVersion: 4 })
      assert.strictEqual((yield* broker.clients).length, 1)
      const refused = yield* open(broker, 4)
      // The encoder does not write such a CONNECT.
      yield* refused.sendBytes(Uint8Array.of(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0))
      assert.deepStrictEqual(yield* refused.next, { _tag: "ConnAck", sessionPresent: false, reasonCode: 2 })
      assert.isUndefined(yield* refused.next)
    }))

  it.scoped("refuses enhanced authentication, which it does not have", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* open(broker)
      yield* client.send(Packet.connect({ clientId: "c", properties: { authenticationMethod: "SCRAM" } }))
      assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, 0x8c)
      assert.isUndefined(yield* client.next)
    }))

  it.scoped.each(["Publish", "PingReq", "Subscribe"] as const)(
    "closes on %s before CONNECT",
    (tag) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make()
        const client = yield* open(broker)
        yield* client.send(
          tag === "Publish"
            ? publish("t", "x")
            : tag === "PingReq"
            ? Packet.pingReq
            : Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos: 0 }] })
        )
        assert.isUndefined(yield* client.next)
        assert.strictEqual((yield* broker.stats).messagesReceived, 0)
      })
  )

  it.scoped("closes on a second CONNECT", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* client.send(Packet.connect({ clientId: "c" }))
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x82)
      assert.isUndefined(yield* client.next)
      const old = yield* connect(broker, "d", { protocolVersion: 4 })
      yield* old.send(Packet.connect({ clientId: "d", protocolVersion: 4 }))
      assert.isUndefined(yield* old.next)
    }))

  it.scoped("answers packets that arrive together with CONNECT", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* open(broker)
      yield* client.send(
        Packet.connect({ clientId: "c" }),
        Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos: 0 }] }),
        publish("t", "x")
      )
      yield* client.expect("ConnAck")
      yield* client.expect("SubAck")
      yield* client.expect("Publish")
    }))

  it.scoped("hands the session over: the old connection is told and closed", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const one = yield* connect(broker, "c", { properties: { sessionExpiryInterval: 60 } })
      yield* subscribe(one, "t")
      const two = yield* connect(broker, "c", { cleanStart: false, protocolVersion: 4 })
      assert.isTrue(two.connAck.sessionPresent)
      assert.strictEqual((yield* one.expect("Disconnect")).reasonCode, 0x8e)
      assert.isUndefined(yield* one.next)
      yield* broker.publish({ topic: "t", payload: "x" })
      yield* two.expect("Publish")
      // To a client of 3.1.1 nothing can be said.
      yield* connect(broker, "c")
      assert.isUndefined(yield* two.next)
      yield* one.served
      assert.strictEqual((yield* broker.clients).length, 1)
    }))
})

describe("keep-alive", () => {
  it.scoped.each([4, 5] as const)(
    "level %s: closes after one and a half intervals of silence",
    (protocolVersion) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make()
        const client = yield* connect(broker, "c", { protocolVersion, keepAlive: 10 })
        yield* TestClock.adjust("14 seconds")
        assert.strictEqual((yield* broker.clients).length, 1)
        yield* client.send(Packet.pingReq)
        yield* client.expect("PingResp")
        yield* TestClock.adjust("14 seconds")
        assert.strictEqual((yield* broker.clients).length, 1)
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual((yield* broker.clients).length, 0)
        if (protocolVersion === 5) assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x8d)
        assert.isUndefined(yield* client.next)
      })
  )

  it.scoped("is shorter than the deadline for CONNECT where the client wants that", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* connect(broker, "c", { keepAlive: 1 })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* broker.clients).length, 0)
    }))

  it.scoped("0 is off", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* connect(broker, "c", { keepAlive: 0 })
      yield* TestClock.adjust("30 days")
      assert.strictEqual((yield* broker.clients).length, 1)
    }))

  it.scoped("can be bounded by the broker, which tells MQTT 5 clients", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxKeepAlive: "20 seconds" } })
      const one = yield* connect(broker, "one", { keepAlive: 0 })
      const two = yield* connect(broker, "two", { keepAlive: 15 })
      assert.strictEqual(one.connAck.properties?.serverKeepAlive, 20)
      assert.isUndefined(two.connAck.properties?.serverKeepAlive)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* broker.clients).length, 0)
    }))

  it.scoped("a connection without CONNECT is closed in time", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* open(broker)
      assert.strictEqual((yield* broker.stats).connections, 0)
      yield* Effect.yieldNow()
      yield* TestClock.adjust("10 seconds")
      assert.isUndefined(yield* client.next)
      assert.strictEqual((yield* broker.stats).connections, 0)
    }))
})
