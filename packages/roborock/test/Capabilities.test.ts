import { Capabilities, CleaningModes } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

const decode = (model: string, text = "", info: string | number = 0, list?: ReadonlyArray<number>) =>
  Capabilities.decode({ model: `roborock.vacuum.${model}`, featureInfo: info, featureText: text, featureList: list })

describe("decode", () => {
  it("reads bits beyond 32, and as a number, a decimal text or a bigint alike", () => {
    for (const info of [2 ** 45, String(2 ** 45), 1n << 45n]) {
      const { flags } = Capabilities.decode({
        model: "roborock.vacuum.t6",
        featureInfo: info,
        featureText: undefined,
        featureList: undefined
      })
      assert.isTrue(flags.has("is_supported_valley_electricity"))
      assert.isFalse(flags.has("is_carpet_supported"))
    }
  })

  it("reads the text from its end, and one that is too short not at all", () => {
    assert.isTrue(decode("t6", "00000002").flags.has("is_support_clean_estimate"))
    assert.isFalse(decode("t6", "2").flags.has("is_support_clean_estimate"))
    assert.isFalse(decode("t6", "no hex at all").flags.has("is_support_clean_estimate"))
  })

  it("takes nonsense for nothing, and an unknown model for a full one, and says so", () => {
    const strange = decode("zz9", "x".repeat(10_000), "-5")
    assert.isFalse(strange.isLineKnown)
    assert.isTrue(strange.flags.has("is_support_water_mode"))
    assert.isTrue(decode("t6").isLineKnown)
  })

  it("believes in what only the device's own list can deny, while that is not known", () => {
    assert.isTrue(Capabilities.has(decode("t6"), "is_remote_supported"))
    assert.isFalse(Capabilities.has(decode("t6", "", 0, []), "is_remote_supported"))
    assert.isFalse(Capabilities.has(decode("t6"), "is_carpet_supported"))
  })
})

describe("modes", () => {
  it("what codes amount to is the mode that has these codes", () => {
    const capabilities = decode("a117", "000000000000000BC2FF8F7F7EFEFFFF")
    for (const mode of CleaningModes.modes(capabilities)) {
      const codes = CleaningModes.codesOf(capabilities, mode)
      assert.isDefined(codes)
      assert.strictEqual(CleaningModes.modeOf(capabilities, codes), mode)
    }
  })

  it("water that slides has codes of its own", () => {
    const text = (1n << 106n).toString(16).padStart(32, "0")
    const capabilities = decode("a15", text)
    assert.deepStrictEqual(
      CleaningModes.waterLevels(capabilities).map(({ code }) => code),
      [200, 221, 225, 235, 245, 248, 250]
    )
    assert.strictEqual(CleaningModes.codesOf(capabilities, "vac_and_mop")?.waterMode, 235)
  })

  it("a robot that does not control the water has neither water, route nor mode to choose", () => {
    const plain = decode("t4")
    assert.deepStrictEqual(CleaningModes.waterLevels(plain), [])
    assert.deepStrictEqual(CleaningModes.routes(plain), [])
    assert.deepStrictEqual(CleaningModes.modes(plain), [])
  })

  it("in China deep_plus may be another code", () => {
    const text = (1n << 24n).toString(16).padStart(32, "0")
    const info = 2 ** 41
    const codeOf = (region?: string) =>
      CleaningModes.routes(decode("a117", text, info), region).find(({ name }) => name === "deep_plus")?.code
    assert.strictEqual(codeOf("cn"), 305)
    assert.strictEqual(codeOf("eu"), 303)
  })
})
