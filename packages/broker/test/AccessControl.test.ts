import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { AccessControl } from "../src/index.ts"
import { Broker } from "../src/index.ts"
import { connect, open, payloads, publish, subscribe, text } from "./rawClient.ts"

const noDecisions: ReadonlyArray<readonly [string, unknown]> = [
  ["a promise", Promise.resolve(false)],
  ["an effect of a promise", Effect.succeed(Promise.resolve(false))],
  ["nothing", undefined],
  ["null", null],
  ["a number", 1],
  ["an unknown reason", "toString"]
]

/** What a hook of a program in JavaScript may give. */
const untyped = (decision: unknown) => () => decision as never

describe("authenticate", () => {
  it.scoped("sees who asks and lets in whom it wants", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const broker = yield* Broker.make({
        authenticate: ({ password, ...rest }) => {
          seen.push(rest, `${password}`)
          return Effect.succeed(password !== undefined && Redacted.value(password)[0] === 0x70)
        }
      })
      yield* connect(broker, "c", { username: "u", password: text("p") })
      assert.deepStrictEqual(seen, [{ clientId: "c", username: "u", protocolVersion: 5 }, "<redacted>"])
      assert.strictEqual((yield* broker.clients)[0]?.username, "u")
      const refused = yield* open(broker)
      yield* refused.send(Packet.connect({ clientId: "d" }), publish("t", "x"))
      assert.deepInclude(yield* refused.expect("ConnAck"), { reasonCode: 0x86, sessionPresent: false })
      assert.isUndefined(yield* refused.next)
      assert.deepInclude(yield* broker.stats, { sessions: 1, messagesReceived: 0 })
    }))

  const refusals: ReadonlyArray<readonly [AccessControl.ConnectDecision, number, number]> = [
    [false, 4, 0x86],
    ["BadCredentials", 4, 0x86],
    ["NotAuthorized", 5, 0x87],
    ["Banned", 5, 0x8a],
    ["ClientIdentifierNotValid", 2, 0x85],
    ["ServerUnavailable", 3, 0x88],
    ["ServerBusy", 3, 0x89],
    ["QuotaExceeded", 3, 0x97]
  ]
  it.scoped.each(refusals)("%s has a code in both versions", ([decision, four, five]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authenticate: () => decision })
      for (const [protocolVersion, reasonCode] of [[4, four], [5, five]] as const) {
        const client = yield* open(broker, protocolVersion)
        yield* client.send(Packet.connect({ clientId: "c", protocolVersion }))
        assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, reasonCode)
        assert.isUndefined(yield* client.next)
      }
    }))

  it.scoped("a refused client does not take a session over", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authenticate: ({ username }) => username === "owner" })
      const owner = yield* connect(broker, "c", { username: "owner" })
      const thief = yield* open(broker)
      yield* thief.send(Packet.connect({ clientId: "c", username: "thief" }))
      yield* thief.expect("ConnAck")
      assert.deepStrictEqual(yield* owner.drain, [])
    }))

  it.scoped("a defect refuses the client and nothing else", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({
        authenticate: ({ clientId }) => {
          if (clientId === "boom") throw new Error("boom")
          return clientId === "die" ? Effect.die("boom") : true
        }
      })
      const other = yield* connect(broker, "other")
      for (const clientId of ["boom", "die"]) {
        const client = yield* open(broker)
        yield* client.send(Packet.connect({ clientId }))
        assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, 0x88)
      }
      yield* other.drain
    }))

  it.scoped.each(noDecisions)(
    "%s of a program without types is no decision, and lets nobody in",
    ([, decision]) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make({ authenticate: untyped(decision), mechanisms: { M: untyped(decision) } })
        for (const properties of [{}, { authenticationMethod: "M" }]) {
          const client = yield* open(broker)
          yield* client.send(Packet.connect({ clientId: "c", properties }))
          assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, 0x88)
        }
      })
  )
})

describe("authorize", () => {
  const authorize: AccessControl.Authorize = (client, action, topic) =>
    topic.startsWith("free/") || Effect.succeed(topic === `${action}/${client.clientId}/${client.username}`)

  it.scoped("publish: refused messages reach nobody, and MQTT 5 clients hear about it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authorize })
      const watcher = yield* connect(broker, "w", { username: "u" })
      yield* subscribe(watcher, "free/#")
      const client = yield* connect(broker, "c", { username: "u" })
      yield* client.send(
        publish("publish/c/u", "1", { qos: 1, packetId: 1 }),
        publish("publish/w/u", "2", { qos: 1, packetId: 2 }),
        publish("publish/w/u", "3", { qos: 2, packetId: 3 }),
        publish("publish/w/u", "4"),
        publish("free/x", "5", { qos: 2, packetId: 3 })
      )
      const acks = (yield* client.drain).map((packet) =>
        packet._tag === "PubAck" || packet._tag === "PubRec" ? [packet._tag, packet.packetId, packet.reasonCode] : []
      )
      assert.deepStrictEqual(acks, [["PubAck", 1, 0x10], ["PubAck", 2, 0x87], ["PubRec", 3, 0x87], ["PubRec", 3, 0]])
      assert.deepStrictEqual(payloads(yield* watcher.drain), ["5"])
    }))

  it.scoped("publish with MQTT 3.1.1: acknowledged, which is all one can do, and dropped", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authorize })
      const client = yield* connect(broker, "c", { protocolVersion: 4 })
      yield* client.send(publish("other", "1", { qos: 1, packetId: 1 }), publish("other", "1", { qos: 2, packetId: 2 }))
      assert.deepStrictEqual((yield* client.drain).map(({ _tag }) => _tag), ["PubAck", "PubRec"])
      yield* client.send(Packet.pubRel({ packetId: 2 }))
      yield* client.expect("PubComp")
      assert.strictEqual((yield* broker.stats).messagesReceived, 0)
    }))

  it.scoped.each([[4, 0x80], [5, 0x87]] as const)(
    "subscribe at level %s: filter by filter",
    ([protocolVersion, code]) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make({ authorize })
        const client = yield* connect(broker, "c", { protocolVersion, username: "u" })
        const filters = ["free/#", "#", "subscribe/c/u"]
        yield* client.send(Packet.subscribe({
          packetId: 1,
          subscriptions: filters.map((filter) => ({ filter, qos: 1 }))
        }))
        assert.deepStrictEqual((yield* client.expect("SubAck")).reasonCodes, [1, code, 1])
        assert.strictEqual((yield* broker.stats).subscriptions, 2)
      })
  )

  it.scoped("a will has to be allowed before the client is let in", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ authorize })
      const will = { topic: "elsewhere", payload: text("x"), qos: 0, retain: false } as const
      const client = yield* open(broker)
      yield* client.send(Packet.connect({ clientId: "c", will }))
      assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, 0x87)
      yield* connect(broker, "c", { will: { ...will, topic: "free/will" } })
    }))

  it.scoped("a defect means no", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({
        authorize: () => {
          throw new Error("boom")
        }
      })
      const client = yield* connect(broker, "c")
      assert.deepStrictEqual((yield* subscribe(client, "t")).reasonCodes, [0x87])
    }))

  it.scoped.each([...noDecisions, ["a word", "yes"]])(
    "%s of a program without types means no",
    ([, decision]) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make({ authorize: untyped(decision) })
        const client = yield* connect(broker, "c")
        assert.deepStrictEqual((yield* subscribe(client, "t")).reasonCodes, [0x87])
      })
  )

  it.scoped("a decision that comes too late decides nothing", () =>
    Effect.gen(function*() {
      const gate = yield* Effect.makeLatch()
      const broker = yield* Broker.make({
        authorize: ({ username }) => username === "slow" ? Effect.as(gate.await, true) : true
      })
      const fields = { cleanStart: false, properties: { sessionExpiryInterval: 60 } }
      const slow = yield* connect(broker, "c", { ...fields, username: "slow" })
      yield* slow.send(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos: 0 }] }))
      const quick = yield* connect(broker, "c", fields)
      yield* gate.open
      yield* quick.drain
      assert.strictEqual((yield* broker.stats).subscriptions, 0)
    }))
})
