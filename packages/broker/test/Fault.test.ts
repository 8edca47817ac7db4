import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, TestClock } from "effect"
import { Broker, Fault } from "../src/index.ts"
import { connect, open, payloads, publish, subscribe } from "./rawClient.ts"

describe("faults", () => {
  it.scoped("refuse: so often, with the reason, and nobody is asked", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authenticate: () => Effect.die("not asked") })
      yield* broker.inject(Fault.refuse("ServerBusy", { times: 2 }))
      for (const [protocolVersion, reasonCode] of [[5, 0x89], [4, 3]] as const) {
        const client = yield* open(broker, protocolVersion)
        yield* client.send(Packet.connect({ clientId: "c", protocolVersion }))
        assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode })
        assert.isUndefined(yield* client.next)
      }
      const client = yield* open(broker)
      yield* client.send(Packet.connect({ clientId: "c" }))
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x88 })
    }))

  it.scoped("a fault concerns the client it names, and ends with its scope", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const scope = yield* Scope.make()
      yield* Scope.extend(broker.inject(Fault.refuse("Banned", { clientId: "a" })), scope)
      const refused = yield* open(broker)
      yield* refused.send(Packet.connect({ clientId: "a" }))
      assert.deepInclude(yield* refused.expect("ConnAck"), { reasonCode: 0x8a })
      yield* connect(broker, "b")
      yield* Scope.close(scope, Exit.void)
      yield* connect(broker, "a")
    }))

  it.scoped("drop: an acknowledgement vanishes, the message does not", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* broker.inject(Fault.drop("toClient", { packet: "PubAck", times: 1 }))
      yield* client.send(publish("t", "1", { qos: 1, packetId: 1 }), publish("t", "2", { qos: 1, packetId: 2 }))
      assert.deepStrictEqual((yield* client.drain).map((packet) => packet._tag === "PubAck" && packet.packetId), [2])
      assert.strictEqual((yield* broker.stats).messagesReceived, 2)
    }))

  it.scoped("drop: a link that is only half open times out", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c", { keepAlive: 10 })
      yield* broker.inject(Fault.drop("fromClient"))
      yield* client.send(publish("t", "x"), Packet.pingReq)
      yield* TestClock.adjust("15 seconds")
      assert.deepInclude(yield* client.expect("Disconnect"), { reasonCode: 0x8d })
      assert.strictEqual((yield* broker.stats).messagesReceived, 0)
    }))

  it.scoped("drop: an alias is not defined by a message that vanished", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c", { properties: { topicAliasMaximum: 1 } })
      yield* subscribe(client, "topic")
      yield* broker.inject(Fault.drop("toClient", { packet: "Publish", times: 1 }))
      yield* broker.publish({ topic: "topic", payload: "1" })
      yield* broker.publish({ topic: "topic", payload: "2" })
      assert.deepInclude(yield* client.expect("Publish"), { topic: "topic", properties: { topicAlias: 1 } })
    }))

  it.scoped("delay: what is sent arrives later, in order", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t")
      yield* broker.inject(Fault.delay("toClient", "3 seconds", { times: 1 }))
      yield* broker.publish({ topic: "t", payload: "1" })
      const next = yield* Effect.fork(client.next)
      yield* TestClock.adjust("2999 millis")
      assert.isNull(next.unsafePoll())
      yield* broker.publish({ topic: "t", payload: "2" })
      yield* TestClock.adjust("1 millis")
      assert.deepInclude(yield* Fiber.join(next), { _tag: "Publish" })
      assert.deepStrictEqual(payloads(yield* client.drain), ["2"])
    }))

  it.scoped("cut: the connection breaks in the middle of a packet, and its will is published", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const witness = yield* connect(broker, "witness")
      yield* subscribe(witness, "#")
      const will = { topic: "will", payload: new Uint8Array(1), qos: 0, retain: false } as const
      const client = yield* connect(broker, "c", { will })
      yield* broker.inject(Fault.cut("fromClient", 20, { clientId: "c", times: 1 }))
      yield* client.send(publish("t", "1")) // 7 bytes
      yield* client.send(publish("t", "2"))
      yield* client.send(publish("t", "3"), publish("t", "4"))
      assert.isUndefined(yield* client.next)
      yield* client.served
      assert.deepStrictEqual(payloads(yield* witness.drain), ["1", "2", "\0"])
    }))

  it.scoped("cut: what is sent breaks off", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "t")
      yield* broker.inject(Fault.cut("toClient", 9, { times: 1 }))
      yield* broker.publish({ topic: "t", payload: "1" })
      yield* broker.publish({ topic: "t", payload: "2" })
      assert.deepInclude(yield* client.next, { _tag: "Publish" })
      assert.isUndefined(yield* client.next)
    }))
})
