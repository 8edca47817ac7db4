import { Capabilities, CleaningModes } from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { type Checks, isHere, json } from "./sharedFiles.ts"

interface Captured {
  readonly input: {
    readonly newFeatureInfo: string
    readonly newFeatureInfoStr: string
    readonly featureInfo: ReadonlyArray<number>
    readonly productNickname: string
  }
  readonly true: ReadonlyArray<string>
  readonly fanModes: ReadonlyArray<readonly [string, number]>
  readonly waterModes: ReadonlyArray<readonly [string, number]>
  readonly mopRoutes: ReadonlyArray<readonly [string, number]>
  readonly cleaningModes: ReadonlyArray<string>
  readonly washTowelModes: ReadonlyArray<readonly [string, number]>
}

const devices = isHere
  ? json<{ readonly devices: Readonly<Record<string, Captured>> }>("maps/captures/capabilities.json").devices
  : {}

const pairs = (levels: ReadonlyArray<CleaningModes.Level>) => levels.map(({ code, name }) => [name, code] as const)

const check = (model: string, device: Captured) => () => {
  const { featureInfo, newFeatureInfo, newFeatureInfoStr, productNickname } = device.input
  const capabilities = Capabilities.decode({
    model: `roborock.vacuum.${model}`,
    featureInfo: newFeatureInfo,
    featureText: newFeatureInfoStr,
    featureList: featureInfo
  })
  assert.strictEqual(capabilities.line, productNickname)
  assert.deepStrictEqual([...capabilities.flags].sort(), [...device.true].sort())
  assert.deepStrictEqual(pairs(CleaningModes.fanLevels(capabilities)), device.fanModes)
  assert.deepStrictEqual(pairs(CleaningModes.waterLevels(capabilities)), device.waterModes)
  assert.deepStrictEqual(pairs(CleaningModes.routes(capabilities)), device.mopRoutes)
  assert.deepStrictEqual([...CleaningModes.modes(capabilities)], device.cleaningModes)
  assert.deepStrictEqual(pairs(CleaningModes.washLevels(capabilities)), device.washTowelModes)
}

/** What an independent decoder finds in the feature words of devices. */
export const capabilities: Checks = Object.fromEntries(
  Object.entries(devices).map(([model, device]) => [`capabilities of ${model}`, check(model, device)])
)
