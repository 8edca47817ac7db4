import { PhotoResponse } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either, Option } from "effect"
import { fromHex, makeRandom, toHex, utf8, vectorCases } from "./vectors.ts"

const photo = { requestId: 70_000, image: utf8("not really a PNG") }
const reasonOf = (payload: Uint8Array, maxContentBytes?: number) =>
  Either.getOrThrow(Either.flip(PhotoResponse.decode(payload, { maxContentBytes }))).reason

describe("PhotoResponse", () => {
  it("comes back as it went", () => {
    assert.deepStrictEqual(Either.getOrThrow(PhotoResponse.decode(PhotoResponse.encode(photo))), Option.some(photo))
  })

  it("says what is wrong", () => {
    const whole = PhotoResponse.encode(photo)
    assert.strictEqual(reasonOf(whole.subarray(0, 12)), "MalformedPayload")
    assert.strictEqual(reasonOf(whole.subarray(0, 40)), "MalformedPayload")
    assert.strictEqual(reasonOf(whole, 10), "ContentTooLarge")
    const torn = Uint8Array.from(whole)
    torn[24] = 0
    assert.strictEqual(reasonOf(torn), "DecompressFailed")
  })

  it("no damage throws anything but the typed error", () => {
    const random = makeRandom(6)
    for (let round = 0; round < 1000; round++) {
      const bytes = PhotoResponse.encode(photo)
      bytes[8 + Math.floor(random() * (bytes.length - 8))] = random() * 256
      const result = PhotoResponse.decode(bytes)
      if (Either.isLeft(result)) assert.isString(result.left.message)
    }
  })
})

const cases = vectorCases<{ payloadHex: string }, { requestId?: number; imageHex?: string; ignored?: boolean }>(
  "blob-response"
)
describe.skipIf(cases === undefined)("PhotoResponse, shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      const result = PhotoResponse.decode(fromHex(inputs.payloadHex))
      if (Either.isLeft(result)) assert.strictEqual<unknown>(result.left.reason, expectedError?.kind)
      else if (Option.isNone(result.right)) assert.isTrue(expected?.ignored)
      else {
        const { image, requestId } = result.right.value
        assert.deepStrictEqual([requestId, toHex(image)], [expected?.requestId, expected?.imageHex])
      }
    })
  }
})
