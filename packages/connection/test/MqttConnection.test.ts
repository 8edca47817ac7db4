import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import type { ConnectionOptions } from "@effect-mqtt/connection"
import { Authentication, Message, MqttConnection, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Redacted, Scope, Stream, TestClock } from "effect"
import * as Scripted from "./scriptedServer.ts"
import { bytes } from "./sessionRig.ts"

const options: ConnectionOptions.ConnectionOptions = { url: "mqtt://memory", clientId: "me" }

const start = Effect.gen(function*() {
  const server = yield* Scripted.make()
  const making = yield* Effect.fork(Effect.provide(MqttConnection.make(options), server.layer))
  const link = yield* server.accept({ properties: { receiveMaximum: 9 } })
  return { server, link, connection: yield* Fiber.join(making) }
})

describe("MqttConnection", () => {
  it.scoped("publishes, subscribes and unsubscribes", () =>
    Effect.gen(function*() {
      const connection = yield* MqttConnection.make(options)
      const granted = yield* connection.subscribe([{ filter: "a", qos: 2 }, { filter: "b" }])
      assert.deepStrictEqual(granted, [2, 0])
      yield* connection.publish("a", "1", { qos: 2 })
      yield* connection.unsubscribe("a")
      yield* connection.publish("a", "2", { qos: 1 })
      yield* connection.publish("b", "3", { qos: 1 })
      const got = yield* Stream.runCollect(Stream.take(connection.messages, 2))
      assert.deepStrictEqual(Chunk.toReadonlyArray(got).map(Message.text), ["1", "3"])
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("shows what was negotiated, and asks for no session that outlives it", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      assert.deepInclude(connection.negotiated, { receiveMaximum: 9, keepAlive: 60, sessionPresent: false })
      assert.strictEqual(link.connect.properties?.sessionExpiryInterval ?? 0, 0)
    }))

  it.effect("fails when the server refuses, and nothing is left", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(Effect.scoped(Effect.provide(MqttConnection.make(options), server.layer)))
      const link = yield* server.accept({ reasonCode: 0x86 })
      const error = yield* Effect.flip(Fiber.join(making))
      assert.strictEqual(error._tag, "AuthError")
      assert.isUndefined(yield* link.next)
    }).pipe(Effect.scoped))

  it.effect("a defect in an option fails the build instead of hanging it", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(
        Effect.scoped(MqttConnection.make({ ...options, username: Effect.dieMessage("x") }))
      )
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.provide(Transport.layerMemory(() => Effect.never))))

  it.scoped("stays down when the link drops: everything settles with the reason", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const publishing = yield* Effect.fork(Effect.flip(connection.publish("t", "x", { qos: 1 })))
      yield* link.expect("Publish")
      const subscribing = yield* Effect.fork(Effect.flip(connection.subscribe("t")))
      yield* link.expect("Subscribe")
      const pinging = yield* Effect.fork(Effect.flip(connection.ping))
      yield* link.expect("PingReq")
      yield* link.send(Packet.publish({ topic: "t", payload: bytes("last") }))
      yield* link.send(Packet.disconnect({ reasonCode: 0x8b, properties: { reasonString: "maintenance" } }))
      const reason = yield* connection.closed
      assert.deepInclude(reason, { reason: "ServerDisconnected", reasonCode: 0x8b, reasonString: "maintenance" })
      assert.strictEqual((yield* Fiber.join(publishing)).reason, "Closed")
      assert.strictEqual((yield* Fiber.join(subscribing)).reason, "Closed")
      assert.strictEqual((yield* Fiber.join(pinging))._tag, "ConnectError")
      assert.strictEqual((yield* Effect.flip(connection.ping)).reason, "ServerDisconnected")
      assert.strictEqual((yield* Effect.flip(connection.publish("t", "x"))).reason, "Closed")
      assert.strictEqual((yield* Effect.flip(connection.subscribe("t"))).reason, "Closed")
      const seen: Array<string> = []
      const end = yield* Effect.flip(
        Stream.runForEach(connection.messages, (message) => Effect.sync(() => seen.push(Message.text(message))))
      )
      assert.strictEqual(end.reason, "ServerDisconnected")
      assert.deepStrictEqual(seen, ["last"])
    }))

  it.scoped("a server that withdraws the rights ends the messages with it", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      yield* link.send(Packet.disconnect({ reasonCode: 0x87 }))
      assert.strictEqual((yield* connection.closed)._tag, "AuthError")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(connection.messages))).reasonCode, 0x87)
    }))

  it.scoped("refusals are typed", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const subscribing = yield* Effect.fork(Effect.flip(connection.subscribe("t")))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0x9e], properties: { reasonString: "not here" } }))
      assert.deepInclude(yield* Fiber.join(subscribing), { reason: "NotSupported", reasonString: "not here" })
      const leaving = yield* Effect.fork(Effect.flip(connection.unsubscribe(["a", "b"])))
      const { packetId: second } = yield* link.expect("Unsubscribe")
      const properties = { reasonString: "not yours" }
      yield* link.send(Packet.unsubAck({ packetId: second, reasonCodes: [0, 0x87], properties }))
      const kept = yield* Fiber.join(leaving)
      assert.deepInclude(kept, { reason: "UnsubscribeRejected", filter: "b", reasonCode: 0x87 })
      assert.strictEqual(
        kept.message,
        "Unsubscribing from \"b\" failed: the server rejected it (reason code 0x87): not yours"
      )
      assert.strictEqual((yield* Effect.flip(connection.unsubscribe([]))).reason, "InvalidFilter")
      assert.strictEqual((yield* Effect.flip(connection.subscribe("a/#/b"))).reason, "InvalidFilter")
    }))

  it.scoped("subscribes to what is given, in its order; refuses locally what the server does not offer", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const subscribing = yield* Effect.fork(
        connection.subscribe([{ filter: "a" }, { filter: "b", qos: 1 }, { filter: "a", qos: 2 }])
      )
      const { packetId, subscriptions } = yield* link.expect("Subscribe")
      assert.deepStrictEqual(subscriptions.map(({ filter, qos }) => [filter, qos]), [["a", 2], ["b", 1]])
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [1, 0] }))
      assert.deepStrictEqual(yield* Fiber.join(subscribing), [1, 0, 1])
    }))

  it.scoped("tells what was granted to a group as well, and insists on a quality of service where it is told to", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const shared = yield* Effect.fork(connection.subscribe([{ filter: "a", share: "g", qos: 2 }]))
      const first = yield* link.expect("Subscribe")
      assert.deepStrictEqual(first.subscriptions.map(({ filter }) => filter), ["$share/g/a"])
      yield* link.send(Packet.subAck({ packetId: first.packetId, reasonCodes: [1] }))
      assert.deepStrictEqual(yield* Fiber.join(shared), [1])
      const demanding = yield* Effect.fork(Effect.flip(connection.subscribe("b", { qos: 1, requireQos: true })))
      const second = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId: second.packetId, reasonCodes: [0] }))
      const { filters, packetId } = yield* link.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["b"])
      yield* link.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
      assert.deepInclude(yield* Fiber.join(demanding), { reason: "QosNotGranted", filter: "b", reasonCode: 0 })
    }))

  it.scoped("a list of which the server refuses a part is taken back, but for what was there before", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const first = yield* Effect.fork(connection.subscribe("old"))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0] }))
      yield* Fiber.join(first)
      const second = yield* Effect.fork(
        Effect.flip(connection.subscribe(["old", "new", "no"].map((filter) => ({ filter }))))
      )
      const { packetId: next } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId: next, reasonCodes: [0, 1, 0x87] }))
      const { filters, packetId: last } = yield* link.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["new"])
      yield* link.send(Packet.unsubAck({ packetId: last, reasonCodes: [0] }))
      assert.deepInclude(yield* Fiber.join(second), { reason: "SubscribeRejected", filter: "no", reasonCode: 0x87 })
    }))

  it.scoped("to take a list back takes no longer than closing: the refusal is told then", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const subscribing = yield* Effect.fork(Effect.flip(connection.subscribe([{ filter: "yes" }, { filter: "no" }])))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0, 0x87] }))
      yield* link.expect("Unsubscribe")
      yield* Effect.repeatN(Effect.yieldNow(), 50)
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(subscribing), { reason: "SubscribeRejected", filter: "no" })
      yield* link.close
    }))

  it.scoped("a call that was interrupted is taken back when its answer comes, but for what another wants", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const first = yield* Effect.fork(connection.subscribe([{ filter: "a" }, { filter: "b" }, { filter: "c" }]))
      const { packetId } = yield* link.expect("Subscribe")
      yield* Fiber.interrupt(first)
      const second = yield* Effect.fork(connection.subscribe("b"))
      const { packetId: next } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0, 0, 0x87] }))
      const { filters, packetId: last } = yield* link.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["a"])
      yield* link.send(
        Packet.unsubAck({ packetId: last, reasonCodes: [0] }),
        Packet.subAck({ packetId: next, reasonCodes: [1] })
      )
      assert.deepStrictEqual(yield* Fiber.join(second), [1])
    }))

  it.scoped.each([0, 0x87])(
    "what only an interrupted call was granted goes when the other one that waited for it fails with %d",
    (reasonCode) =>
      Effect.gen(function*() {
        const { connection, link } = yield* start
        const first = yield* Effect.fork(connection.subscribe("a"))
        const { packetId } = yield* link.expect("Subscribe")
        yield* Fiber.interrupt(first)
        const second = yield* Effect.fork(Effect.flip(connection.subscribe("a", { qos: 1, requireQos: true })))
        const { packetId: next } = yield* link.expect("Subscribe")
        yield* link.send(
          Packet.subAck({ packetId, reasonCodes: [0] }),
          Packet.subAck({ packetId: next, reasonCodes: [reasonCode] })
        )
        const { filters, packetId: last } = yield* link.expect("Unsubscribe")
        assert.deepStrictEqual(filters, ["a"])
        yield* link.send(Packet.unsubAck({ packetId: last, reasonCodes: [0] }))
        yield* Fiber.join(second)
      })
  )

  it.scoped("a list that is too large for the server goes in several packets", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(Effect.provide(MqttConnection.make(options), server.layer))
      const link = yield* server.accept({ properties: { maximumPacketSize: 20 } })
      const connection = yield* Fiber.join(making)
      const filters = ["one", "two", "three", "four", "five"]
      const subscribing = yield* Effect.fork(connection.subscribe(filters.map((filter) => ({ filter }))))
      const asked: Array<string> = []
      while (asked.length < filters.length) {
        const { packetId, subscriptions } = yield* link.expect("Subscribe")
        asked.push(...subscriptions.map(({ filter }) => filter))
        yield* link.send(Packet.subAck({ packetId, reasonCodes: subscriptions.map(({ filter }) => filter.length % 3) }))
      }
      assert.deepStrictEqual(asked, filters)
      assert.deepStrictEqual(yield* Fiber.join(subscribing), [0, 0, 2, 1, 1])
      const leaving = yield* Effect.fork(Effect.flip(connection.unsubscribe(filters)))
      for (let left = filters.length; left > 0;) {
        const { filters: some, packetId } = yield* link.expect("Unsubscribe")
        left -= some.length
        yield* link.send(Packet.unsubAck({ packetId, reasonCodes: some.map((name) => name === "four" ? 0x87 : 0) }))
      }
      assert.deepInclude(yield* Fiber.join(leaving), { reason: "UnsubscribeRejected", filter: "four" })
      const much = yield* Effect.flip(connection.subscribe("x".repeat(20)))
      assert.strictEqual(much.reason, "PacketTooLarge")
    }))

  it.scoped("falls back to 3.1.1 on demand, authenticates anew, and passes on what it got", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const falling = yield* Effect.fork(
        Effect.provide(MqttConnection.make({ ...options, protocolVersion: "auto" }), server.layer)
      )
      const refusing = yield* server.link
      yield* refusing.expect("Connect")
      yield* refusing.send(Packet.connAck({ reasonCode: 0x84 }))
      yield* refusing.close
      assert.strictEqual((yield* server.accept()).connect.protocolVersion, 4)
      assert.strictEqual((yield* Fiber.join(falling)).negotiated.protocolVersion, 4)

      const making = yield* Effect.fork(Effect.provide(
        MqttConnection.make({ ...options, authentication: Authentication.token("M", Redacted.make("secret")) }),
        server.layer
      ))
      const link = yield* server.accept({ properties: { authenticationMethod: "M" } })
      assert.deepInclude(link.connect.properties, { authenticationMethod: "M", authenticationData: bytes("secret") })
      const connection = yield* Fiber.join(making)
      const again = yield* Effect.fork(connection.reauthenticate)
      assert.deepInclude(yield* link.expect("Auth"), { reasonCode: 0x19 })
      yield* link.send(Packet.auth({ reasonCode: 0, properties: { authenticationMethod: "M" } }))
      yield* Fiber.join(again)
      yield* connection.publish("t", "x", {
        properties: { topicAlias: 7, subscriptionIdentifiers: [3], contentType: "text" }
      })
      assert.deepStrictEqual((yield* link.expect("Publish")).properties, { contentType: "text" })
    }))

  it.scoped("asks for nothing that the server, by its own word, would end the link over", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(Effect.provide(MqttConnection.make(options), server.layer))
      const link = yield* server.accept({ properties: { wildcardSubscriptionAvailable: 0 } })
      const connection = yield* Fiber.join(making)
      const error = yield* Effect.flip(connection.subscribe([{ filter: "a" }, { filter: "#" }]))
      assert.deepInclude(error, { reason: "NotSupported", filter: "#" })
      yield* connection.publish("t", "x")
      yield* link.expect("Publish")
    }))

  it.scoped("starts clean, checks its options, and can leave with its will", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      assert.isTrue(link.connect.cleanStart)
      const closing = yield* Effect.fork(connection.disconnect({ withWill: true }))
      assert.strictEqual((yield* link.expect("Disconnect")).reasonCode, 0x04)
      assert.isUndefined(yield* link.next)
      yield* Fiber.join(closing)
      const error = yield* Effect.flip(Effect.scoped(MqttConnection.make({ ...options, receiveMaximum: 0 })))
      assert.strictEqual(error.reason, "InvalidEndpoint")
    }).pipe(Effect.provide(Transport.layerMemory(() => Effect.never))))

  it.scoped("a second consumer dies, the first goes on", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const first = yield* Effect.fork(Stream.runCollect(Stream.take(connection.messages, 1)))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runHead(connection.messages))))
      yield* link.send(Packet.publish({ topic: "t", payload: bytes("1") }))
      assert.strictEqual((yield* Fiber.join(first)).length, 1)
    }))

  it.scoped("disconnect says goodbye and ends the messages; the second is nothing", () =>
    Effect.gen(function*() {
      const { connection, link } = yield* start
      const messages = yield* Effect.fork(Stream.runDrain(connection.messages))
      const closing = yield* Effect.fork(connection.disconnect())
      yield* link.expect("Disconnect")
      assert.isUndefined(yield* link.next)
      yield* Fiber.join(closing)
      yield* Fiber.join(messages)
      assert.strictEqual((yield* connection.closed).reason, "Closed")
      yield* connection.disconnect()
    }))

  it.effect("its scope ends it, although the peer takes no bytes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { connection } = yield* Scope.extend(start, scope)
      yield* connection.publish("t", new Uint8Array(300_000))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(closing)
      assert.strictEqual((yield* connection.closed).reason, "Closed")
    }))
})
