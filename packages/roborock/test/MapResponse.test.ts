import { MapResponse, Security } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, Option, Redacted } from "effect"
import { fromHex, utf8, vectorCases } from "./vectors.ts"

const nonce = Redacted.make(fromHex("000102030405060708090a0b0c0d0e0f"))
const security = Security.make(Redacted.make("qiCNieZa"), nonce)
const example = fromHex(
  "383749744757646200000000000000001127000000000000"
    + "aa336aef87028d69d6ed803ea9f19075bec25829ad2f8e35cfd434416c27a7244536b757ef6040c68656bae20fe28352"
)
const reasonOf = (result: Either.Either<unknown, MapResponse.MapResponseError>) =>
  Either.isLeft(result) ? result.left.reason : undefined

describe("MapResponse", () => {
  it("opens the worked example", () => {
    const opened = Either.getOrThrow(MapResponse.decode(example, security))
    assert.deepStrictEqual(opened, Option.some({ requestId: 10001, content: utf8("rr-map-bytes") }))
  })

  it("goes there and back", () => {
    const response = { requestId: 65535, content: new Uint8Array(100_000).fill(7) }
    const opened = MapResponse.decode(MapResponse.encode(response, security), security)
    assert.deepStrictEqual(Either.getOrThrow(opened), Option.some(response))
  })

  it("ignores a map for another client", () => {
    const opened = MapResponse.decode(example, { endpoint: "AAAAAAAA", nonce })
    assert.deepStrictEqual(Either.getOrThrow(opened), Option.none())
  })

  it("stops inflating at the bound", () => {
    const bomb = MapResponse.encode({ requestId: 1, content: new Uint8Array(20_000_000) }, security)
    assert.isBelow(bomb.length, 30_000)
    const opened = MapResponse.decode(bomb, security)
    assert.strictEqual(reasonOf(opened), "ContentTooLarge")
    assert.strictEqual(Either.isLeft(opened) ? opened.left.requestId : undefined, 1)
  })

  it("survives every truncation", () => {
    for (let length = 0; length < example.length; length++) {
      const reason = reasonOf(MapResponse.decode(example.subarray(0, length), security))
      assert.oneOf(reason, ["MalformedPayload", "DecryptFailed", "DecompressFailed"], `at ${length}`)
    }
  })

  it("takes a nonce of 16 bytes and nothing else", () => {
    assert.throws(() => Security.make(Redacted.make("k"), Redacted.make(new Uint8Array(15))), RangeError)
  })
})

interface MapInputs {
  readonly endpoint: string
  readonly nonceHex: string
  readonly payloadHex: string
}
const cases = vectorCases<MapInputs, { requestId?: number; mapHex?: string; ignored?: boolean }>("map-response")
describe.skipIf(cases === undefined)("MapResponse, shared vectors", () => {
  for (const { name, inputs, expected, expectedError } of cases ?? []) {
    it(name, () => {
      const opened = MapResponse.decode(fromHex(inputs.payloadHex), {
        endpoint: inputs.endpoint,
        nonce: Redacted.make(fromHex(inputs.nonceHex))
      })
      assert.strictEqual(reasonOf(opened), expectedError?.kind)
      if (Either.isLeft(opened)) return
      assert.strictEqual(Option.isNone(opened.right), expected?.ignored ?? false)
      if (Option.isSome(opened.right)) {
        const { requestId, mapHex } = expected ?? {}
        assert.deepStrictEqual(opened.right.value, { requestId: requestId ?? 0, content: fromHex(mapHex ?? "") })
      }
    })
  }
})

const endpointCases = vectorCases<{ k: string }, { endpoint: string }>("security-endpoint")
describe.skipIf(endpointCases === undefined)("Security, shared vectors", () => {
  for (const { name, inputs, expected } of endpointCases ?? []) {
    it(name, () => assert.strictEqual(Security.endpoint(Redacted.make(inputs.k)), expected?.endpoint))
  }
})
