import { Q7Rpc } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex, makeRandom, utf8, vectorCases } from "./vectors.ts"

const decoded = (payload: Uint8Array) => Either.getOrThrow(Q7Rpc.decode(payload))

describe("Q7Rpc", () => {
  const request = { msgId: "100000000001", method: "prop.get", params: { property: ["status"] } }

  it("requests come back as they went", () => {
    assert.deepStrictEqual<unknown>(Either.getOrThrow(Q7Rpc.decodeRequest(Q7Rpc.encodeRequest(request, 5))), request)
  })

  it("tells answers, errors and pushes apart", () => {
    const reply = { msgId: "1", method: "prop.get", data: { status: 4 } }
    assert.deepStrictEqual<unknown>(decoded(Q7Rpc.encodeReply(reply, 5)), {
      _tag: "Response",
      msgId: "1",
      outcome: Either.right({ status: 4 })
    })
    const refused = decoded(Q7Rpc.encodeReply({ msgId: "2", method: "prop.set", code: 7 }, 5))
    assert.isTrue(refused._tag === "Response" && Either.isLeft(refused.outcome) && refused.outcome.left.code === 7)
    const post = decoded(Q7Rpc.encodeReply({ msgId: "3", method: "prop.post", data: { quantity: 80 } }, 5))
    assert.deepInclude(post, { _tag: "Push", method: "prop.post", data: { quantity: 80 } })
    const plain = decoded(utf8("{\"dps\":{\"121\":8,\"122\":100}}"))
    assert.deepStrictEqual(plain._tag === "Push" && [...plain.dataPoints], [[121, 8], [122, 100]])
  })

  it("no damage throws anything", () => {
    const random = makeRandom(4)
    const whole = [Q7Rpc.encodeRequest(request), Q7Rpc.encodeReply({ msgId: "1", method: "prop.get", data: {} }, 5)]
    for (let round = 0; round < 600; round++) {
      const bytes = Uint8Array.from(whole[round % 2] ?? [])
      bytes[Math.floor(random() * bytes.length)] = random() * 256
      Q7Rpc.decode(bytes)
      Q7Rpc.decodeRequest(bytes)
    }
    for (const payload of ["", "{}", "{\"dps\":{\"10001\":\"no\"}}", "{\"dps\":{\"10001\":{}}}"]) {
      assert.strictEqual(Either.getOrThrow(Either.flip(Q7Rpc.decode(utf8(payload)))).reason, "MalformedPayload")
    }
  })
})

interface Inputs extends Q7Rpc.Request {
  readonly payloadUtf8?: string
}
interface Expected {
  readonly payload?: unknown
  readonly plaintextAsSentHex?: string
  readonly data?: unknown
  readonly msgId?: string
}
const cases = vectorCases<Inputs, Expected>("b01-q7-rpc")
describe.skipIf(cases === undefined)("Q7Rpc, shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      if (inputs.payloadUtf8 === undefined) {
        const { method, msgId, params } = inputs
        const payload = Q7Rpc.encodeRequest({ method, msgId, params: params ?? undefined })
        assert.deepStrictEqual(JSON.parse(Buffer.from(payload).toString()), expected?.payload)
        const asSent = Either.getOrThrow(Q7Rpc.decodeRequest(fromHex(expected?.plaintextAsSentHex ?? "")))
        assert.deepStrictEqual<unknown>(asSent, { method, msgId, params: params ?? [] })
        return
      }
      const incoming = decoded(utf8(inputs.payloadUtf8))
      if (incoming._tag !== "Response") return assert.fail("a push")
      if (Either.isRight(incoming.outcome)) {
        assert.deepStrictEqual([incoming.msgId, incoming.outcome.right], [expected?.msgId, expected?.data])
      } else {
        const { code, reason } = incoming.outcome.left
        assert.deepStrictEqual<unknown>([reason, code], [expectedError?.kind, expectedError?.code])
      }
    })
  }
})
