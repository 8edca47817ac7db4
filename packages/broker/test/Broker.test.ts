import { Packet } from "@effect-mqtt/codec"
import { Endpoint, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Scope, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, overWire, payloads, publish, subscribe, text } from "./rawClient.ts"

describe("Broker", () => {
  it.scoped("publishes for the program, text and bytes", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t", { noLocal: true })
      const bytes = Uint8Array.of(0x61)
      yield* broker.publish({ topic: "t", payload: bytes })
      bytes[0] = 0x62
      yield* broker.publish({ topic: "t", payload: "é" })
      assert.deepStrictEqual(payloads(yield* client.drain), ["a", "é"])
    }))

  it.scoped("refuses what is not a message", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      for (const topic of ["", "a/+", "a/#", "a\0b", "\ud800", "/".repeat(128)]) {
        const error = yield* Effect.flip(broker.publish({ topic, payload: "" }))
        assert.strictEqual(error.reason, "InvalidMessage")
      }
      const properties = { contentType: "\ud800" }
      assert.strictEqual(
        (yield* Effect.flip(broker.publish({ topic: "t", payload: "", properties })))._tag,
        "PublishRefused"
      )
    }))

  it.scoped("tells who is connected and since when", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* TestClock.setTime(1000)
      const client = yield* connect(broker, "c", { username: "u", protocolVersion: 4 })
      yield* subscribe(client, "t", { qos: 1 })
      yield* broker.publish({ topic: "t", payload: "x", qos: 1 })
      yield* open(broker)
      assert.deepStrictEqual(yield* broker.clients, [{
        clientId: "c",
        username: "u",
        protocolVersion: 4,
        connectedAt: 1000,
        subscriptions: 1,
        queued: 0,
        inFlight: 1
      }])
    }))

  it.scoped("disconnects one client, or all", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const one = yield* connect(broker, "one")
      const two = yield* connect(broker, "two", { protocolVersion: 4 })
      const silent = yield* open(broker)
      assert.isFalse(yield* broker.disconnect("three"))
      assert.isTrue(yield* broker.disconnect("one"))
      assert.strictEqual((yield* one.expect("Disconnect")).reasonCode, 0x98)
      yield* two.drain
      yield* broker.disconnectAll
      assert.isUndefined(yield* two.next)
      assert.isUndefined(yield* silent.next)
      yield* Effect.all([one.served, two.served, silent.served])
      assert.strictEqual((yield* broker.stats).connections, 0)
    }))

  it.scoped("says goodbye when serving is interrupted, and forgets the connection", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const scope = yield* Scope.make()
      const [near, far] = yield* Transport.makePipe
      yield* Effect.forkIn(broker.serve(far), scope)
      const client = overWire(near, 5)
      yield* client.send(Packet.connect({ clientId: "c" }))
      yield* client.expect("ConnAck")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x8b)
      assert.deepInclude(yield* broker.stats, { connections: 0, sessions: 0 })
    }))

  it.scoped("closes every connection with its scope", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const broker = yield* Scope.extend(Broker.make(), scope)
      const client = yield* connect(broker, "c")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x8b)
      yield* client.served
    }))

  it.scoped("a client that leaves in the middle of a packet is gone", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* client.sendBytes(Uint8Array.of(0x30, 10, 0))
      yield* client.cut
      assert.deepInclude(yield* broker.stats, { connections: 0, sessions: 0 })
    }))

  it.effect("layerMemory gives clients in the program their transport", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const transport = yield* Transport.Transport
      const endpoint = Either.getOrThrow(Endpoint.parse("mqtt://anywhere"))
      yield* Effect.scoped(Effect.gen(function*() {
        const client = overWire(yield* transport.open(endpoint), 5)
        yield* client.send(Packet.connect({ clientId: "c" }), publish("t", "x", { retain: true }))
        yield* client.expect("ConnAck")
        yield* client.drain
        assert.deepInclude(yield* broker.stats, { connections: 1, retainedMessages: 1 })
      }))
      yield* TestClock.adjust("1 seconds")
      assert.deepInclude(yield* broker.stats, { connections: 0, retainedMessages: 1 })
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("what the program gave away is its own again: writing to it changes no message", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      // `slice` of a Node buffer would be a view.
      const payload = Buffer.from("kept")
      const correlationData = Buffer.from("data")
      yield* broker.publish({ topic: "t", payload, retain: true, properties: { correlationData } })
      payload.fill(0)
      correlationData.fill(0)
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t")
      const message = yield* client.expect("Publish")
      assert.deepStrictEqual([message.payload, message.properties?.correlationData], [text("kept"), text("data")])
    }))
})
