import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

const kept = { cleanStart: false, properties: { sessionExpiryInterval: 100 } }
const shared = "$share/workers/jobs/+"

const publishAll = (broker: Broker.Broker["Type"], payloads: Iterable<string>, qos: 0 | 1 | 2 = 1) =>
  Effect.forEach(payloads, (payload) => broker.publish({ topic: "jobs/x", payload, qos }))

describe("shared subscriptions", () => {
  it.scoped("members take turns, in both versions", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const members = [
        yield* connect(broker, "a"),
        yield* connect(broker, "b", { protocolVersion: 4 }),
        yield* connect(broker, "c")
      ]
      for (const member of members) yield* subscribe(member, shared, { qos: 1 })
      yield* publishAll(broker, ["1", "2", "3", "4", "5", "6"])
      const received = yield* Effect.forEach(members, ({ drain }) => Effect.map(drain, payloads))
      assert.deepStrictEqual(received, [["1", "4"], ["2", "5"], ["3", "6"]])
    }))

  it.scoped("groups and ordinary subscriptions get a copy of their own, with their own identifier", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "$share/one/jobs/#", { qos: 0, identifier: 1 })
      yield* subscribe(client, "$share/two/jobs/#", { qos: 1, identifier: 2 })
      yield* subscribe(client, "jobs/#", { qos: 2, identifier: 3 })
      yield* publishAll(broker, ["x"], 2)
      const copies = (yield* client.drain).flatMap((packet) =>
        packet._tag === "Publish" ? [[packet.qos, packet.properties?.subscriptionIdentifiers]] : []
      )
      assert.sameDeepMembers(copies, [[0, [1]], [1, [2]], [2, [3]]])
    }))

  it.scoped("retained messages are not sent on subscribing", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* broker.publish({ topic: "jobs/x", payload: "old", retain: true })
      const client = yield* connect(broker, "c")
      yield* subscribe(client, shared)
      assert.deepStrictEqual(yield* client.drain, [])
    }))

  it.scoped("who is connected goes before who is away, and who has room before who has not", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxInFlight: 1 } })
      const away = yield* connect(broker, "away", kept)
      yield* subscribe(away, shared, { qos: 1 })
      yield* away.cut
      const busy = yield* connect(broker, "busy")
      yield* subscribe(busy, shared, { qos: 1 })
      yield* publishAll(broker, ["1"])
      const free = yield* connect(broker, "free")
      yield* subscribe(free, shared, { qos: 1 })
      yield* publishAll(broker, ["2"])
      assert.deepStrictEqual(payloads(yield* busy.drain), ["1"])
      assert.deepStrictEqual(payloads(yield* free.drain), ["2"])
      yield* busy.cut
      yield* free.cut
      yield* publishAll(broker, ["3"])
      const back = yield* connect(broker, "away", kept)
      // What the others had not acknowledged when their sessions ended, then what came when all were away.
      assert.deepStrictEqual(payloads(yield* back.drain), ["1"])
      yield* back.send(Packet.pubAck({ packetId: 1 }))
      assert.deepStrictEqual(payloads(yield* back.drain), ["2"])
      yield* back.send(Packet.pubAck({ packetId: 2 }))
      assert.deepStrictEqual(payloads(yield* back.drain), ["3"])
    }))

  it.scoped("what waits for a member whose link breaks goes to the others at once", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxInFlight: 1 } })
      const leaver = yield* connect(broker, "leaver", kept)
      yield* subscribe(leaver, shared, { qos: 1 })
      yield* publishAll(broker, ["sent", "waiting"])
      assert.deepStrictEqual(payloads(yield* leaver.drain), ["sent"])
      const other = yield* connect(broker, "other")
      yield* subscribe(other, shared, { qos: 1 })
      yield* leaver.cut
      assert.deepStrictEqual(payloads(yield* other.drain), ["waiting"])
      const back = yield* connect(broker, "leaver", kept)
      const [again] = yield* back.drain
      assert.deepInclude(again, { _tag: "Publish", dup: true, packetId: 1 })
    }))

  it.scoped("QoS 1 that is not acknowledged goes to another member when the session ends, QoS 2 to nobody", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const leaver = yield* connect(broker, "leaver")
      yield* subscribe(leaver, shared, { qos: 2 })
      yield* publishAll(broker, ["one"], 1)
      yield* publishAll(broker, ["two"], 2)
      assert.deepStrictEqual(payloads(yield* leaver.drain), ["one", "two"])
      const other = yield* connect(broker, "other")
      yield* subscribe(other, shared, { qos: 2 })
      yield* leaver.cut
      const received = yield* other.drain
      assert.deepStrictEqual(payloads(received), ["one"])
      assert.deepInclude(received[0], { dup: false })
    }))

  it.scoped("a negative acknowledgement discards the message for everybody", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const refusing = yield* connect(broker, "refusing")
      yield* subscribe(refusing, shared, { qos: 2 })
      yield* publishAll(broker, ["one"], 1)
      yield* publishAll(broker, ["two"], 2)
      const other = yield* connect(broker, "other")
      yield* subscribe(other, shared, { qos: 2 })
      yield* refusing.send(
        Packet.pubAck({ packetId: 1, reasonCode: 0x80 }),
        Packet.pubRec({ packetId: 2, reasonCode: 0x80 })
      )
      yield* refusing.drain
      yield* refusing.cut
      assert.deepStrictEqual(yield* other.drain, [])
    }))

  it.scoped("members that are all behind lose the message, not their connection", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxInFlight: 1, maxQueuedMessages: 1 } })
      const members = [yield* connect(broker, "a"), yield* connect(broker, "b")]
      for (const member of members) yield* subscribe(member, shared, { qos: 1 })
      yield* publishAll(broker, ["1", "2", "3", "4", "5"])
      assert.strictEqual((yield* broker.stats).messagesDropped, 1)
      for (const member of members) assert.lengthOf(yield* member.drain, 1)
    }))

  it.scoped("unsubscribing leaves the group to the others, and the last one ends it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const one = yield* connect(broker, "one")
      const two = yield* connect(broker, "two")
      yield* subscribe(one, shared)
      yield* subscribe(two, shared)
      yield* one.send(Packet.unsubscribe({ packetId: 2, filters: [shared] }))
      assert.deepInclude(yield* one.expect("UnsubAck"), { reasonCodes: [0] })
      yield* publishAll(broker, ["1", "2"], 0)
      assert.deepStrictEqual(payloads(yield* two.drain), ["1", "2"])
      yield* two.send(Packet.unsubscribe({ packetId: 2, filters: [shared] }))
      yield* two.expect("UnsubAck")
      yield* one.send(publish("jobs/x", "3", { qos: 1, packetId: 7 }))
      assert.deepInclude(yield* one.expect("PubAck"), { reasonCode: 0x10 })
    }))

  it.scoped.each(["a", "b", "c", "d", "e"])(
    "when %s leaves, the others still have one turn each",
    (leaving) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make()
        const names = ["a", "b", "c", "d", "e"]
        const members = yield* Effect.forEach(
          names,
          (name) => Effect.tap(connect(broker, name), (c) => subscribe(c, shared))
        )
        yield* publishAll(broker, ["1", "2"], 0)
        for (const member of members) yield* member.drain
        yield* members[names.indexOf(leaving)]?.cut ?? Effect.void
        const staying = members.filter((_, index) => names[index] !== leaving)
        const hadTurn = staying.filter((_, index) => index < (leaving < "c" ? 1 : 2))
        const waiting = staying.filter((member) => !hadTurn.includes(member))
        const received = (of: typeof members) => Effect.forEach(of, ({ drain }) => Effect.map(drain, payloads))
        yield* publishAll(broker, waiting.map(() => "now"), 0)
        assert.deepStrictEqual(yield* received(waiting), waiting.map(() => ["now"]))
        yield* publishAll(broker, hadTurn.map(() => "later"), 0)
        assert.deepStrictEqual(yield* received(hadTurn), hadTurn.map(() => ["later"]))
      })
  )

  it.scoped("authorization is asked about the topics, not about the group", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authorize: (_, __, topic) => topic === "allowed/#" })
      const client = yield* connect(broker, "c")
      assert.deepInclude(yield* subscribe(client, "$share/g/allowed/#"), { reasonCodes: [0] })
      assert.deepInclude(yield* subscribe(client, "$share/g/other/#"), { reasonCodes: [0x87] })
    }))
})
