import type { Packet } from "@effect-mqtt/codec"
import { Packet as Packets } from "@effect-mqtt/codec"
import { MqttError } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import * as Rig from "./sessionRig.ts"

const said = (text: string) => ({ authenticationMethod: "M", authenticationData: Rig.bytes(text) })
const auth = (reasonCode: number, text: string): Packet.Auth => Packets.auth({ reasonCode, properties: said(text) })
const connecting = { properties: said("hello") }
const letIn = { properties: said("welcome") }

/** A link whose mechanism was content with the server. */
const ready = () => {
  const rig = Rig.make()
  rig.open(connecting)
  rig.connAck(letIn)
  rig.session.authenticate(rig.now(), undefined)
  rig.steps.length = 0
  return rig
}

const reauthenticate = (rig: ReturnType<typeof Rig.make>) => {
  const outcomes: Array<string> = []
  rig.session.reauthenticate(rig.now(), Rig.bytes("again"), (error) => {
    outcomes.push(error === undefined ? "done" : `${error._tag}.${error.reason}`)
  })
  return outcomes
}

describe("authentication while connecting", () => {
  it("answers each challenge, and is ready when the mechanism trusts the server", () => {
    const rig = Rig.make()
    const [connect] = rig.open(connecting)
    assert.deepInclude(connect, { _tag: "Connect" })
    rig.receive(auth(0x18, "prove"))
    assert.deepStrictEqual(rig.steps, [{ _tag: "Challenge", data: Rig.bytes("prove") }])
    assert.deepStrictEqual(rig.tags(), [])
    rig.session.authenticate(rig.now(), Rig.bytes("proof"))
    assert.deepStrictEqual(rig.sent(), [auth(0x18, "proof")])
    rig.connAck(letIn)
    assert.deepStrictEqual(rig.steps[1], { _tag: "Success", data: Rig.bytes("welcome") })
    assert.isFalse(rig.session.isReady())
    rig.session.authenticate(rig.now(), undefined)
    assert.isTrue(rig.session.isReady())
    assert.strictEqual(rig.connections(), 1)
  })

  it("holds back what comes behind the CONNACK, and asks for no more of it", () => {
    const rig = Rig.make()
    rig.open(connecting)
    const publish = rig.publish("t", 1)
    rig.receive(Packets.connAck(letIn), Rig.incoming("a", 1), Rig.incoming("b", 2))
    rig.receive(Rig.incoming("c", 3))
    assert.isTrue(rig.session.mustStop())
    assert.deepStrictEqual(rig.messages, [])
    assert.deepStrictEqual(rig.tags(), [])
    rig.session.authenticate(rig.now(), undefined)
    assert.isFalse(rig.session.mustStop())
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["a", "b", "c"])
    assert.deepStrictEqual(rig.tags(), ["Publish"])
    assert.strictEqual(publish.result, "waits")
  })

  it("judges what came behind the CONNACK like everything else", () => {
    const rig = Rig.make()
    rig.open(connecting)
    rig.receiveBytes(Uint8Array.of(...Rig.bytesOf(5, Packets.connAck(letIn), Rig.incoming("a", 1)), 0, 0))
    assert.isUndefined(rig.ended())
    rig.session.authenticate(rig.now(), undefined)
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["a"])
    assert.deepInclude(rig.sent().at(-1), { _tag: "Disconnect", reasonCode: 0x81 })
  })

  it("ends with the mechanism's reason when it refuses the server", () => {
    const rig = Rig.make()
    rig.open(connecting)
    rig.connAck(letIn)
    rig.session.refuse(rig.now(), new MqttError.AuthError({ reason: "UntrustedServer" }))
    assert.strictEqual(rig.ended(), "AuthError.UntrustedServer")
    assert.strictEqual(rig.connections(), 0)
  })

  it.each<[string, ReadonlyArray<Packet.Packet>]>([
    ["another method", [Packets.auth({ reasonCode: 0x18, properties: { authenticationMethod: "other" } })]],
    ["success before CONNACK", [auth(0x00, "")]],
    ["a CONNACK without the method", [Packets.connAck()]],
    ["a CONNACK with another method", [Packets.connAck({ properties: { authenticationMethod: "other" } })]],
    ["a second challenge before the answer to the first", [auth(0x18, "1"), auth(0x18, "2")]],
    ["a CONNACK before the answer", [auth(0x18, "1"), Packets.connAck(letIn)]]
  ])("%s is a protocol error", (_, packets) => {
    const rig = Rig.make()
    rig.open(connecting)
    rig.receive(...packets)
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    // Before the CONNACK there is no DISCONNECT.
    assert.deepStrictEqual(rig.tags(), [])
  })

  it("a method in the CONNACK of a client that has none is a protocol error", () => {
    const rig = Rig.make()
    rig.open()
    rig.connAck(letIn)
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
  })

  it("takes ten rounds and not more", () => {
    const rig = Rig.make()
    rig.open(connecting)
    for (let round = 0; round < 10; round++) {
      rig.receive(auth(0x18, "more"))
      rig.session.authenticate(rig.now(), Rig.bytes("there"))
    }
    assert.isUndefined(rig.ended())
    rig.receive(auth(0x18, "more"))
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
  })

  it("each step has its time, and all of them together have that of the attempt", () => {
    const rig = Rig.make()
    rig.session.open(rig.now(), Packets.connect({ clientId: "c", protocolVersion: 5, ...connecting }), 25_000)
    for (let round = 0; round < 2; round++) {
      rig.advance(9000)
      rig.receive(auth(0x18, "more"))
      rig.session.authenticate(rig.now(), undefined)
    }
    assert.isUndefined(rig.ended())
    rig.advance(6999)
    assert.isUndefined(rig.ended())
    rig.advance(1)
    assert.strictEqual(rig.ended(), "ConnectError.Timeout")
  })

  it("a mechanism that takes too long runs out of time as well", () => {
    const rig = Rig.make()
    rig.open(connecting)
    rig.connAck(letIn)
    rig.advance(10_000)
    assert.strictEqual(rig.ended(), "ConnectError.Timeout")
  })
})

describe("authentication on a link that is ready", () => {
  it("goes on beside the other traffic, and settles when both sides agree", () => {
    const rig = ready()
    const outcomes = reauthenticate(rig)
    assert.deepStrictEqual(rig.sent(), [auth(0x19, "again")])
    rig.receive(Rig.incoming("a", 1), auth(0x18, "prove"))
    rig.publish("t", 0)
    assert.strictEqual(rig.messages.length, 1)
    rig.session.authenticate(rig.now(), Rig.bytes("proof"))
    assert.deepStrictEqual(rig.tags(), ["Publish", "Auth"])
    rig.receive(auth(0x00, "welcome"))
    assert.deepStrictEqual(outcomes, [])
    rig.session.authenticate(rig.now(), undefined)
    assert.deepStrictEqual(outcomes, ["done"])
    assert.isTrue(rig.session.isReady())
    rig.advance(20_000)
    assert.isUndefined(rig.ended())
  })

  it("is one exchange at a time, and can be repeated", () => {
    const rig = ready()
    const outcomes = [reauthenticate(rig), reauthenticate(rig)]
    assert.deepStrictEqual(rig.tags(), ["Auth"])
    rig.receive(auth(0x00, ""))
    rig.session.authenticate(rig.now(), undefined)
    assert.deepStrictEqual(outcomes, [["done"], ["done"]])
    const third = reauthenticate(rig)
    assert.deepStrictEqual(rig.tags(), ["Auth"])
    rig.receive(auth(0x00, ""))
    rig.session.authenticate(rig.now(), undefined)
    assert.deepStrictEqual(third, ["done"])
  })

  it("settles with the reason when the server refuses, or the link is lost", () => {
    const refused = ready()
    const outcomes = reauthenticate(refused)
    refused.receive({ _tag: "Disconnect", reasonCode: 0x87, properties: {} })
    assert.deepStrictEqual(outcomes, ["AuthError.NotAuthorized"])
    const lost = ready()
    const others = reauthenticate(lost)
    lost.session.lost()
    assert.deepStrictEqual(others, ["ConnectError.Transport"])
    assert.deepStrictEqual(reauthenticate(lost), ["ConnectError.Transport"])
  })

  it("ends the link with a DISCONNECT when the mechanism refuses, or somebody takes too long", () => {
    const refusing = ready()
    const outcomes = reauthenticate(refusing)
    refusing.sent()
    refusing.session.refuse(refusing.now(), new MqttError.AuthError({ reason: "UntrustedServer" }))
    assert.deepStrictEqual(outcomes, ["AuthError.UntrustedServer"])
    assert.deepInclude(refusing.sent()[0], { _tag: "Disconnect", reasonCode: 0x80 })
    const silent = ready()
    const others = reauthenticate(silent)
    silent.sent()
    silent.advance(10_000)
    assert.deepStrictEqual(others, ["ConnectError.Timeout"])
    assert.deepInclude(silent.sent()[0], { _tag: "Disconnect", reasonCode: 0x80 })
  })

  it("needs a method from the CONNECT", () => {
    const rig = Rig.make()
    rig.connect()
    assert.deepStrictEqual(reauthenticate(rig), ["AuthError.BadAuthenticationMethod"])
    assert.isUndefined(rig.ended())
  })
})
