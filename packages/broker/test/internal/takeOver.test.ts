import { Decoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { AccessControl } from "../../src/index.ts"
import { makeCore } from "./makeCore.ts"

describe("a session that is taken over", () => {
  it("while its mechanism decides: nothing follows the DISCONNECT [MQTT-3.14.4-1]", () => {
    const core = makeCore({}, () => AccessControl.accept())
    const open = () => core.accept(() => {}, () => {}, 0)
    const properties = { authenticationMethod: "M" }
    const connect = Packet.connect({ clientId: "c", properties })
    const old = open()
    const entering = old.receive(connect, 0)
    assert(entering?._tag === "TakeStep")
    entering.answer(AccessControl.accept(), 0)
    const renewing = old.receive(Packet.auth({ reasonCode: 0x19, properties }), 0)
    assert(renewing?._tag === "TakeStep")
    const taking = open().receive(connect, 0)
    assert(taking?._tag === "TakeStep")
    taking.answer(AccessControl.accept(), 0)
    assert.isTrue(old.isClosed)
    renewing.answer(AccessControl.challenge(undefined, () => AccessControl.accept()), 0)
    const decoder = Decoder.make({ version: 5, role: "client" })
    const sent = old.outbox.take().flatMap((piece) => decoder.push(piece).packets)
    assert.deepStrictEqual(sent.map(({ _tag }) => _tag), ["ConnAck", "Disconnect"])
  })
})
