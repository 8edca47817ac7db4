import { Q10Codes, Q10DataPoints } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { makeRandom, utf8, vectorCases } from "./vectors.ts"

const json = (message: Q10DataPoints.Message): unknown =>
  JSON.parse(Buffer.from(Q10DataPoints.encode(message)).toString())
const decoded = (payload: Uint8Array) => Object.fromEntries(Either.getOrThrow(Q10DataPoints.decode(payload)))

describe("Q10DataPoints", () => {
  it("puts settings into the container and takes them out", () => {
    const message = { common: [[25, 1]], top: [[123, 2]] } as const
    assert.deepStrictEqual(json(message), { dps: { 101: { 25: 1 }, 123: 2 } })
    assert.deepStrictEqual(decoded(Q10DataPoints.encode(message, 1)), { 25: 1, 123: 2 })
    assert.deepStrictEqual(decoded(utf8("{\"dps\":{\"112\":1,\"101\":{\"112\":2,\"x\":3,\"101\":4}}}")), {})
    assert.strictEqual(Q10Codes.stateNames.get(8), "charging")
  })

  it("writes the commands", () => {
    const { commands } = Q10DataPoints
    assert.deepStrictEqual(json(commands.cleanRooms([2, 3])), { dps: { 201: { cmd: 2, clean_paramters: [2, 3] } } })
    assert.deepStrictEqual(json(commands.getMap("7")), { dps: { 101: { 61: { op: "get", id: "7" } } } })
    assert.deepStrictEqual(json(commands.dock), { dps: { 202: 5 } })
    assert.deepStrictEqual(json(commands.emptyBin), { dps: { 203: 2 } })
  })

  it("zones come back as they went", () => {
    const zones = {
      repeat: 2,
      zones: [
        { corners: [{ x: -10, y: 20 }, { x: 300, y: 20 }, { x: 300, y: -400 }], name: "Küche" },
        { corners: [], name: "" }
      ]
    }
    assert.deepStrictEqual<unknown>(
      Either.getOrThrow(Q10DataPoints.decodeZones(Q10DataPoints.encodeZones(zones))),
      zones
    )
    const one = Buffer.from(Q10DataPoints.encodeZones({ repeat: 1, zones: [{ corners: [{ x: 1, y: -1 }] }] }), "base64")
    assert.strictEqual(one.toString("hex"), "010101" + "01" + "0001ffff" + "00" + "00".repeat(19))
    const cut = Q10DataPoints.encodeZones({ repeat: 1, zones: [{ corners: [], name: "ä".repeat(30) }] })
    const [zone] = Either.getOrThrow(Q10DataPoints.decodeZones(cut)).zones
    assert.strictEqual(zone?.name, "ä".repeat(9))
  })

  it("no damage throws anything but the typed error", () => {
    const random = makeRandom(8)
    const whole = Q10DataPoints.encodeZones({ repeat: 1, zones: [{ corners: [{ x: 1, y: 2 }], name: "a" }] })
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(whole, "base64")
      bytes[Math.floor(random() * bytes.length)] = random() * 256
      Q10DataPoints.decodeZones(bytes.subarray(0, Math.ceil(random() * 2 * bytes.length)).toString("base64"))
      const message = Uint8Array.from(Q10DataPoints.encode({ common: [[25, 1]] }))
      message[Math.floor(random() * message.length)] = random() * 256
      Q10DataPoints.decode(message)
    }
    for (const text of ["", "AA==", "no base64", "AQEB"]) {
      assert.strictEqual(
        Either.getOrThrow(Either.flip(Q10DataPoints.decodeZones(text))).message,
        "Q10 message: MalformedPayload"
      )
    }
  })
})

const cases = vectorCases<
  { dp?: number; params?: unknown; payloadUtf8?: string },
  { payload?: unknown; dataPoints?: unknown }
>(
  "b01-q10-payload"
)
describe.skipIf(cases === undefined)("Q10DataPoints, shared vectors", () => {
  for (const { expected, expectedError, inputs, name } of cases ?? []) {
    it(name, () => {
      const { dp, params, payloadUtf8 } = inputs
      if (dp !== undefined) {
        assert.deepStrictEqual(json({ top: [[dp, params ?? {}]] }), expected?.payload)
        return
      }
      const result = Q10DataPoints.decode(utf8(payloadUtf8 ?? ""))
      if (Either.isLeft(result)) assert.strictEqual<unknown>(result.left.reason, expectedError?.kind)
      else assert.deepStrictEqual<unknown>(Object.fromEntries(result.right), expected?.dataPoints)
    })
  }
})
