import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, payloads, publish, subscribe } from "./rawClient.ts"

const values = (packets: ReadonlyArray<Packet.Packet>) =>
  Object.fromEntries(packets.flatMap((packet) =>
    packet._tag === "Publish"
      ? [[packet.topic.replace("$SYS/broker/", ""), `${packet.retain ? "retained " : ""}${text(packet.payload)}`]]
      : []
  ))
const text = (payload: Uint8Array) => new TextDecoder().decode(payload)

describe("$SYS", () => {
  it.scoped("tells at once, and every ten seconds while somebody listens", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* broker.publish({ topic: "t", payload: "x", retain: true })
      yield* subscribe(client, "$SYS/#")
      assert.deepInclude(values(yield* client.drain), {
        "clients/connected": "retained 1",
        "messages/received": "retained 1",
        "retained messages/count": "retained 1",
        "subscriptions/count": "retained 1",
        uptime: "retained 0 seconds",
        version: "retained effect-mqtt"
      })
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(values(yield* client.drain), { uptime: "10 seconds", "clients/total": "1" })
      yield* client.send(Packet.unsubscribe({ packetId: 2, filters: ["$SYS/#"] }))
      yield* client.expect("UnsubAck")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* client.drain, [])
      assert.deepInclude(yield* broker.stats, { messagesReceived: 1, retainedMessages: 1 })
    }))

  it.scoped("only what is asked for, and nothing to # ", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "$SYS/broker/clients/+")
      assert.lengthOf(yield* client.drain, 3)
      const other = yield* connect(broker, "other")
      yield* subscribe(other, "#")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* other.drain, [])
    }))

  it.scoped("members of a shared subscription take turns to hear it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const members = [yield* connect(broker, "one"), yield* connect(broker, "two")] as const
      for (const member of members) {
        yield* subscribe(member, "$share/group/$SYS/broker/clients/+")
        assert.deepStrictEqual(yield* member.drain, [])
      }
      yield* TestClock.adjust("10 seconds")
      const told = [...yield* members[0].drain, ...yield* members[1].drain]
      assert.deepStrictEqual(values(told), {
        "clients/connected": "2",
        "clients/disconnected": "0",
        "clients/total": "2"
      })
    }))

  it.scoped("is the broker's: clients do not publish there, nor their wills", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* client.send(publish("$SYS/broker/uptime", "x", { qos: 1, packetId: 1 }))
      assert.deepInclude(yield* client.expect("PubAck"), { reasonCode: 0x87 })
      const refused = yield* open(broker)
      const will = { topic: "$SYS/x", payload: new Uint8Array(1), qos: 0, retain: false } as const
      yield* refused.send(Packet.connect({ clientId: "d", will }))
      assert.deepInclude(yield* refused.expect("ConnAck"), { reasonCode: 0x90 })
      assert.strictEqual((yield* broker.stats).messagesReceived, 0)
    }))

  it.scoped("holds the state of bridges, which have it as their will, and say there when they come and go", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const topic = "$SYS/broker/connection/here.there/state"
      const watcher = yield* connect(broker, "w")
      yield* subscribe(watcher, "$SYS/broker/connection/#")
      const will = { topic, payload: new TextEncoder().encode("0"), qos: 1, retain: true } as const
      const bridge = yield* connect(broker, "here.there", { will })
      yield* bridge.send(publish(topic, "1", { qos: 1, packetId: 1, retain: true }))
      assert.deepInclude(yield* bridge.expect("PubAck"), { reasonCode: 0 })
      yield* bridge.cut
      assert.deepStrictEqual(payloads(yield* watcher.drain), ["1", "0"])
    }))
})
