import { A01, DyadCodes, ZeoCodes } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex, makeRandom, utf8, vectorCases } from "./vectors.ts"

const text = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString())

describe("A01", () => {
  it("requests come back as they went", () => {
    for (
      const request of [
        { _tag: "Query", ids: [201, 209] },
        { _tag: "Set", dataPoints: new Map([[209, 1]]) }
      ] as const
    ) {
      assert.deepStrictEqual<unknown>(Either.getOrThrow(A01.decodeRequest(A01.encodeRequest(request, 1))), request)
    }
  })

  it("reads objects that came as text", () => {
    const answer = A01.encode([[10005, "{\"sn\":\"x\"}"], [229, "3,4"], [201, "{broken"]])
    assert.deepStrictEqual([...Either.getOrThrow(A01.decode(answer))], [[201, "{broken"], [229, "3,4"], [10005, {
      sn: "x"
    }]])
  })

  it("knows what numbers of a Dyad mean", () => {
    const values = [[214, 1200], [213, 1], [222, 0], [227, 1290], [227, 5000], [229, "3,4"], [201, 3], [
      214,
      "?"
    ]] as const
    assert.deepStrictEqual<unknown>(
      values.map(([id, value]) => A01.dyadValue(id, value)),
      [288_000, true, false, "21:30", 5000, [3, 4], 3, "?"]
    )
    assert.deepStrictEqual([DyadCodes.dataPointNames.get(209), DyadCodes.stateNames.get(3)], ["power", "charging"])
  })

  it("packs and unpacks programs of washing machines", () => {
    const program = { program: 6, mode: 2, temperature: 4, rinse: 3, spin: 5, drying: 2, soak: 1, dryCare: 2, steam: 4 }
    assert.deepStrictEqual(A01.unpackWasherProgram(A01.packWasherProgram(program)), program)
    assert.isAbove(A01.packWasherProgram({ ...program, steam: 7 }), 0)
    assert.deepStrictEqual(
      A01.unpackDryerProgram(43 | 5 << 8 | 3 << 11 | 2 << 14 | 4 << 17),
      { program: 43, mode: 5, dryingMode: 3, method: 2, steam: 4 }
    )
    assert.strictEqual(ZeoCodes.programNames.get(6), "custom")
  })

  it("no damage throws", () => {
    const random = makeRandom(2)
    const whole = A01.encodeRequest({ _tag: "Query", ids: [201, 209] }, 1_700_000_000)
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from(whole)
      bytes[Math.floor(random() * bytes.length)] = random() * 256
      A01.decodeRequest(bytes.subarray(0, Math.ceil(random() * 2 * bytes.length)))
      A01.decode(bytes)
    }
    for (
      const payload of [
        "",
        "[]",
        "{}",
        "{\"dps\":3}",
        "{\"dps\":{\"10000\":\"[1,\\\"a\\\"]\"}}",
        "{\"dps\":{\"10000\":5}}"
      ]
    ) {
      const error = Either.getOrThrow(Either.flip(A01.decodeRequest(utf8(payload))))
      assert.strictEqual(error.message, "A01 message: MalformedPayload")
    }
  })
})

interface Inputs {
  readonly dps?: Readonly<Record<string, unknown>>
  readonly timestamp?: number
  readonly isQuery?: boolean
  readonly payloadUtf8?: string
  readonly paddedPayloadHex?: string
}
const cases = vectorCases<Inputs, { payload?: unknown; dataPoints?: unknown }>("a01-payload")
describe.skipIf(cases === undefined)("A01, shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      const { dps, isQuery, paddedPayloadHex, payloadUtf8, timestamp = 0 } = inputs
      if (dps !== undefined) {
        const ids = dps["10000"] as ReadonlyArray<number> // our own test data
        const dataPoints = Object.entries(dps).map(([id, value]) => [Number(id), value] as const)
        const request = isQuery === true ? { _tag: "Query", ids } as const : { _tag: "Set", dataPoints } as const
        assert.deepStrictEqual(text(A01.encodeRequest(request, timestamp)), expected?.payload)
        return
      }
      const result = A01.decode(payloadUtf8 === undefined ? fromHex(paddedPayloadHex ?? "") : utf8(payloadUtf8))
      if (Either.isLeft(result)) assert.strictEqual<unknown>(result.left.reason, expectedError?.kind)
      else assert.deepStrictEqual<unknown>(Object.fromEntries(result.right), expected?.dataPoints)
    })
  }
})
