import { Packet } from "@effect-mqtt/codec"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { AccessControl } from "../../src/index.ts"
import type { Check } from "./check.ts"
import { bytes, five } from "./check.ts"
import { connect, fresh, open } from "./peer.ts"

/** Asks once; the answer has to be "yes". */
export const mechanisms = {
  ASK: (): AccessControl.AuthenticationStep =>
    AccessControl.challenge(
      bytes("sure?"),
      (answer) =>
        answer !== undefined && new TextDecoder().decode(answer) === "yes"
          ? AccessControl.accept({ data: bytes("fine") })
          : AccessControl.refuse("NotAuthorized")
    )
}

const method = { authenticationMethod: "ASK" }
const auth = (reasonCode: number, answer: string) =>
  Packet.auth({ reasonCode, properties: { ...method, authenticationData: bytes(answer) } })

export const authenticating: ReadonlyArray<Check> = [
  {
    ids: "4.12.0-1",
    what: "an authentication method that is not known is refused",
    versions: five,
    run: (target) =>
      Effect.gen(function*() {
        const peer = yield* open(target, 5)
        const properties = { authenticationMethod: "UNKNOWN" }
        yield* peer.send(Packet.connect({ clientId: fresh(), properties }))
        assert.include([0x8c, 0x87], yield* peer.ended)
      })
  },
  {
    ids: "4.12.0-2 4.12.0-4 4.12.0-5",
    what: "the broker asks with AUTH 0x18 and the same method, and refuses a wrong answer",
    versions: five,
    run: (target) =>
      Effect.gen(function*() {
        for (const answer of ["yes", "no"]) {
          const peer = yield* open(target, 5)
          yield* peer.send(Packet.connect({ clientId: fresh(), properties: method }))
          assert.deepStrictEqual(yield* peer.expect("Auth"), auth(0x18, "sure?"))
          yield* peer.send(auth(0x18, answer))
          if (answer === "no") {
            assert.strictEqual(yield* peer.ended, 0x87)
          } else {
            const { properties, reasonCode } = yield* peer.expect("ConnAck")
            assert.strictEqual(reasonCode, 0)
            assert.deepInclude(properties, { ...method, authenticationData: bytes("fine") })
          }
        }
      })
  },
  {
    ids: "4.12.0-6",
    what: "no AUTH to a client without a method",
    versions: five,
    run: (target, version) =>
      Effect.gen(function*() {
        const peer = yield* connect(target, version)
        assert.isUndefined(peer.connAck.properties?.authenticationMethod)
        assert.deepStrictEqual(yield* peer.drain, [])
        yield* peer.send(auth(0x19, "x"))
        assert.strictEqual(yield* peer.ended, 0x82)
      })
  },
  {
    ids: "4.12.1-1 4.12.1-2",
    what: "re-authentication: AUTH 0x00 when it is good, DISCONNECT when it is not",
    versions: five,
    run: (target) =>
      Effect.gen(function*() {
        const peer = yield* open(target, 5)
        yield* peer.send(Packet.connect({ clientId: fresh(), properties: method }))
        yield* peer.expect("Auth")
        yield* peer.send(auth(0x18, "yes"))
        yield* peer.expect("ConnAck")
        yield* peer.send(auth(0x19, ""))
        assert.deepStrictEqual(yield* peer.expect("Auth"), auth(0x18, "sure?"))
        yield* peer.send(auth(0x18, "yes"))
        assert.deepStrictEqual(yield* peer.expect("Auth"), auth(0, "fine"))
        yield* peer.send(auth(0x19, ""))
        yield* peer.expect("Auth")
        yield* peer.send(auth(0x18, "no"))
        assert.strictEqual(yield* peer.ended, 0x87)
      })
  }
]
