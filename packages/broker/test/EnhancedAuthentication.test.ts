import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { AccessControl, Broker } from "../src/index.ts"
import { connect, open, publish, text } from "./rawClient.ts"

const isText = (data: Uint8Array | undefined, value: string) =>
  data !== undefined && new TextDecoder().decode(data) === value

/** Asks twice; the answers have to be "one" and "two". */
const riddle: AccessControl.Mechanism = (_, first) =>
  AccessControl.challenge(text(`after ${new TextDecoder().decode(first)}`), (answer) =>
    isText(answer, "one")
      ? Effect.succeed(
        AccessControl.challenge(undefined, (answer) =>
          isText(answer, "two")
            ? AccessControl.accept({ data: text("welcome"), username: "sphinx" })
            : AccessControl.refuse("BadCredentials"))
      )
      : AccessControl.refuse())

const options = { mechanisms: { RIDDLE: riddle }, authenticate: () => Effect.die("not asked") }
const method = { authenticationMethod: "RIDDLE" }
const hello = { clientId: "c", properties: { ...method, authenticationData: text("zero") } }
const answer = (value: string, reasonCode = 0x18) =>
  Packet.auth({ reasonCode, properties: { ...method, authenticationData: text(value) } })

const enter = (broker: Broker.Broker["Type"]) =>
  Effect.gen(function*() {
    const client = yield* open(broker)
    yield* client.send(Packet.connect(hello))
    const first = yield* client.expect("Auth")
    yield* client.send(answer("one"))
    const second = yield* client.expect("Auth")
    yield* client.send(answer("two"))
    return { ...client, challenges: [first, second], connAck: yield* client.expect("ConnAck") }
  })

describe("enhanced authentication", () => {
  it.scoped("challenges until the mechanism is satisfied; CONNACK tells the method and the last data", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      const client = yield* enter(broker)
      assert.deepStrictEqual(client.challenges, [
        { _tag: "Auth", reasonCode: 0x18, properties: { ...method, authenticationData: text("after zero") } },
        { _tag: "Auth", reasonCode: 0x18, properties: method }
      ])
      assert.deepInclude(client.connAck, { reasonCode: 0 })
      assert.deepInclude(client.connAck.properties, { ...method, authenticationData: text("welcome") })
      assert.strictEqual((yield* broker.clients)[0]?.username, "sphinx")
      yield* client.drain
    }))

  it.scoped("a wrong answer is refused with the mechanism's reason", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      for (const [answers, reasonCode] of [[["no"], 0x87], [["one", "no"], 0x86]] as const) {
        const client = yield* open(broker)
        yield* client.send(Packet.connect(hello))
        for (const value of answers) {
          yield* client.expect("Auth")
          yield* client.send(answer(value))
        }
        assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode })
        assert.isUndefined(yield* client.next)
      }
      assert.strictEqual((yield* broker.stats).sessions, 0)
    }))

  it.scoped("a method that is not known is refused", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      for (const authenticationMethod of ["OTHER", "toString"]) {
        const client = yield* open(broker)
        yield* client.send(Packet.connect({ clientId: "c", properties: { authenticationMethod } }))
        assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x8c })
      }
    }))

  const intruders: ReadonlyArray<readonly [string, Packet.Packet]> = [
    ["a PUBLISH", publish("t", "x")],
    ["a second CONNECT", Packet.connect(hello)],
    ["another method", Packet.auth({ reasonCode: 0x18, properties: { authenticationMethod: "OTHER" } })],
    ["a re-authentication", answer("one", 0x19)]
  ]
  it.scoped.each(intruders)("%s before CONNACK ends the connection", ([, packet]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      const client = yield* open(broker)
      yield* client.send(Packet.connect(hello))
      yield* client.expect("Auth")
      yield* client.send(packet)
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x82 })
      assert.isUndefined(yield* client.next)
      assert.deepInclude(yield* broker.stats, { messagesReceived: 0, sessions: 0 })
    }))

  it.scoped("endless challenges end", () =>
    Effect.gen(function*() {
      const again = (): AccessControl.AuthenticationStep => AccessControl.challenge(undefined, again)
      const broker = yield* Broker.make({ mechanisms: { RIDDLE: again } })
      const client = yield* open(broker)
      yield* client.send(Packet.connect(hello))
      for (let round = 0; round < 10; round++) {
        yield* client.expect("Auth")
        yield* client.send(answer("?"))
      }
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x87 })
    }))

  it.scoped("a mechanism that breaks lets nobody in", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ mechanisms: { RIDDLE: () => Effect.die("broken") } })
      const client = yield* open(broker)
      yield* client.send(Packet.connect(hello))
      assert.deepInclude(yield* client.expect("ConnAck"), { reasonCode: 0x88 })
    }))

  it.scoped("re-authentication goes on beside other traffic", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      const client = yield* enter(broker)
      yield* client.send(answer("zero", 0x19))
      yield* client.expect("Auth")
      yield* client.send(publish("t", "x", { qos: 1, packetId: 1 }))
      yield* client.expect("PubAck")
      yield* client.send(answer("one"))
      yield* client.expect("Auth")
      yield* client.send(answer("two"))
      assert.deepStrictEqual(yield* client.expect("Auth"), {
        _tag: "Auth",
        reasonCode: 0,
        properties: { ...method, authenticationData: text("welcome") }
      })
      yield* client.drain
    }))

  it.scoped("a failed re-authentication ends the connection", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make(options)
      const client = yield* enter(broker)
      yield* client.send(answer("zero", 0x19))
      yield* client.expect("Auth")
      yield* client.send(answer("wrong"))
      assert.deepInclude(yield* client.expect("Disconnect"), { reasonCode: 0x87 })
      assert.isUndefined(yield* client.next)
    }))

  it.scoped("AUTH out of place is a protocol error", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ mechanisms: { RIDDLE: riddle } })
      const withoutMethod = yield* connect(broker, "plain")
      yield* withoutMethod.send(answer("zero", 0x19))
      assert.deepInclude(yield* withoutMethod.expect("Disconnect"), { reasonCode: 0x82 })
      const unasked = yield* enter(broker)
      yield* unasked.send(answer("one"))
      assert.deepInclude(yield* unasked.expect("Disconnect"), { reasonCode: 0x82 })
    }))
})
