import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, payloads, publish, subscribe, text } from "./rawClient.ts"

const kept = { cleanStart: false, properties: { sessionExpiryInterval: 100 } }
const held = (broker: Broker.Broker["Type"]) => Effect.map(broker.stats, ({ heldBytes }) => heldBytes)

describe("what clients make the broker hold", () => {
  it.scoped("is charged while it is held, and free afterwards", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const will = { topic: "will", payload: new Uint8Array(3000), qos: 1, retain: false } as const
      const client = yield* connect(broker, "c", { ...kept, will })
      assert.isAtLeast(yield* held(broker), 3000)
      yield* subscribe(client, "f".repeat(2000), { qos: 2 })
      yield* subscribe(client, "$share/g/t", { qos: 1 })
      yield* subscribe(client, "t", { qos: 2 })
      const alias = { topic: "a".repeat(1500), properties: { topicAlias: 1 } }
      yield* client.send(publish("", "", alias), publish("u", "x", { qos: 2, packetId: 3 }))
      yield* client.drain
      assert.isAtLeast(yield* held(broker), 6500)
      for (const payload of ["1", "2", "3"]) yield* broker.publish({ topic: "t", payload, qos: 2 })
      yield* client.sendBytes(Uint8Array.of(0x30, 0xff, 0x7f, ...new Uint8Array(500)))
      yield* client.cut
      for (const payload of ["4", "5"]) yield* broker.publish({ topic: "t", payload, qos: 1 })
      assert.isAtLeast(yield* held(broker), 5000)
      yield* TestClock.adjust("100 seconds")
      assert.deepInclude(yield* broker.stats, { sessions: 0, heldBytes: 0 })
    }))

  it.scoped("a message that many wait for is charged once", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      for (const clientId of ["a", "b", "c", "d"]) {
        const client = yield* connect(broker, clientId, kept)
        yield* subscribe(client, "t", { qos: 1 })
        yield* client.cut
      }
      const before = yield* held(broker)
      yield* broker.publish({ topic: "t", payload: "x".repeat(10_000), qos: 1 })
      assert.isBelow((yield* held(broker)) - before, 11_000)
      assert.isAbove((yield* held(broker)) - before, 10_000)
    }))

  it.scoped("when it is too much, messages are dropped and nobody has to go", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxHeldBytes: 20_000 } })
      const away = yield* connect(broker, "away", kept)
      yield* subscribe(away, "t", { qos: 1 })
      yield* away.cut
      const other = yield* connect(broker, "other")
      for (let count = 0; count < 4; count++) {
        yield* broker.publish({ topic: "t", payload: "x".repeat(6000), qos: 1 })
      }
      assert.strictEqual((yield* broker.stats).messagesDropped, 1)
      yield* other.drain
      assert.lengthOf(payloads(yield* (yield* connect(broker, "away", kept)).drain), 3)
    }))

  it.scoped("filters are bounded by bytes, for each client and for all", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxSubscriptionBytesPerClient: 3000, maxHeldBytes: 5000 } })
      const one = yield* connect(broker, "one")
      const codes = (client: typeof one, filter: string) =>
        Effect.map(subscribe(client, filter), ({ reasonCodes }) => reasonCodes[0])
      assert.strictEqual(yield* codes(one, "a".repeat(2000)), 0)
      assert.strictEqual(yield* codes(one, "b".repeat(2000)), 0x97)
      assert.strictEqual(yield* codes(one, "a".repeat(2000)), 0)
      const two = yield* connect(broker, "two")
      assert.strictEqual(yield* codes(two, "c".repeat(1400)), 0)
      assert.strictEqual(yield* codes(two, "d"), 0x97)
      yield* one.send(Packet.unsubscribe({ packetId: 2, filters: ["a".repeat(2000)] }))
      yield* one.expect("UnsubAck")
      assert.strictEqual(yield* codes(two, "d"), 0)
    }))

  it.scoped("unfinished packets, aliases and unreleased identifiers end the connection that has too many", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxHeldBytes: 3000 } })
      const attacks: ReadonlyArray<ReadonlyArray<Packet.Packet> | Uint8Array> = [
        Uint8Array.of(0x30, 0xff, 0x7f, ...new Uint8Array(4000)),
        [publish("a".repeat(4000), "", { properties: { topicAlias: 1 } })],
        Array.from({ length: 100 }, (_, index) => publish("t", "", { qos: 2, packetId: index + 1 }))
      ]
      for (const bytes of attacks) {
        const client = yield* connect(broker, "c")
        yield* bytes instanceof Uint8Array ? client.sendBytes(bytes) : client.send(...bytes)
        const codes: Array<number | undefined> = []
        for (let packet = yield* client.next; packet !== undefined; packet = yield* client.next) {
          if (packet._tag === "Disconnect") codes.push(packet.reasonCode)
        }
        assert.deepStrictEqual(codes, [0x97])
        yield* client.served
        assert.deepInclude(yield* broker.stats, { heldBytes: 0, sessions: 0 })
      }
    }))

  it.scoped("a will that finds no room is refused", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxHeldBytes: 1000 } })
      const client = yield* open(broker)
      const will = { topic: "t", payload: text("x".repeat(2000)), qos: 0, retain: false } as const
      yield* client.send(Packet.connect({ clientId: "c", will }))
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x97 })
    }))
})
