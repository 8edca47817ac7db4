import { Capabilities, DyadCodes, Q10Codes, Q10Record, Q7Codes, V1Codes, ZeoCodes } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { testData } from "../../../vitest.testData.ts"

interface Feature {
  readonly source: string
  readonly mask?: number
  readonly bit?: number
  readonly contains?: number
  readonly families?: ReadonlyArray<string>
  readonly features?: ReadonlyArray<string>
}

interface Table {
  readonly pairs?: ReadonlyArray<readonly [number, string]>
  readonly names?: ReadonlyArray<string>
  readonly features?: Readonly<Record<string, Feature>>
}

const data = testData("roborock/tables.json")
const { tables }: { tables: Readonly<Record<string, Table>> } = data === undefined
  ? { tables: {} }
  : JSON.parse(data.toString("utf8")) // our own test data
const modelFamilies: { pairs?: ReadonlyArray<readonly [string, string]> } = Object(tables["v1.ModelFamily"])
const familyParts: Readonly<Record<string, ReadonlyArray<string>>> = Object(tables["v1.FamilyFeatures"])

const ours: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  "v1.RoborockFinishReason": V1Codes.finishReasonNames,
  "v1.RoborockInCleaning": V1Codes.inCleaningNames,
  "v1.RoborockCleanType": V1Codes.cleanTypeNames,
  "v1.RoborockChargeStatus": V1Codes.chargeStatusNames,
  "v1.RoborockStartType": V1Codes.startTypeNames,
  "v1.RoborockErrorCode": V1Codes.errorNames,
  "v1.RoborockDockErrorCode": V1Codes.dockErrorNames,
  "v1.RoborockDockTypeCode": V1Codes.dockTypeNames,
  "v1.RoborockStateCode": V1Codes.stateNames,
  "v1.VacuumModes": V1Codes.fanPowerNames,
  "v1.VacuumModesOld": V1Codes.fanPowerNamesOld,
  "v1.WaterModes": V1Codes.waterBoxModeNames,
  "v1.CleanRoutes": V1Codes.mopModeNames,
  "v1.WashTowelModes": V1Codes.washTowelModeNames,
  "dyad.DataPoints": DyadCodes.dataPointNames,
  "dyad.RoborockDyadStateCode": DyadCodes.stateNames,
  "dyad.DyadSelfCleanMode": DyadCodes.selfCleanModeNames,
  "dyad.DyadSelfCleanLevel": DyadCodes.selfCleanLevelNames,
  "dyad.DyadWarmLevel": DyadCodes.warmLevelNames,
  "dyad.DyadCleanMode": DyadCodes.cleanModeNames,
  "dyad.DyadSuction": DyadCodes.suctionNames,
  "dyad.DyadWaterLevel": DyadCodes.waterLevelNames,
  "dyad.DyadBrushSpeed": DyadCodes.brushSpeedNames,
  "dyad.DyadError": DyadCodes.errorNames,
  "zeo.DataPoints": ZeoCodes.dataPointNames,
  "zeo.ZeoFeatureBits": ZeoCodes.featureBitNames,
  "zeo.ZeoMode": ZeoCodes.modeNames,
  "zeo.ZeoState": ZeoCodes.stateNames,
  "zeo.ZeoProgram": ZeoCodes.programNames,
  "zeo.ZeoSoak": ZeoCodes.soakNames,
  "zeo.ZeoTemperature": ZeoCodes.temperatureNames,
  "zeo.ZeoRinse": ZeoCodes.rinseNames,
  "zeo.ZeoSpin": ZeoCodes.spinNames,
  "zeo.ZeoDryingMode": ZeoCodes.dryingModeNames,
  "zeo.ZeoDetergentType": ZeoCodes.detergentTypeNames,
  "zeo.ZeoSoftenerType": ZeoCodes.softenerTypeNames,
  "zeo.ZeoError": ZeoCodes.errorNames,
  "zeo.ZeoDryingMethod": ZeoCodes.dryingMethodNames,
  "zeo.ZeoSteamVolume": ZeoCodes.steamVolumeNames,
  "zeo.ZeoDryAndCare": ZeoCodes.dryCareNames,
  "zeo.ZeoSoftenerExpansionType": ZeoCodes.softenerExpansionNames,
  "zeo.ZeoDetergentExpansionType": ZeoCodes.detergentExpansionNames,
  "zeo.ZeoDirtDetectionStatus": ZeoCodes.dirtDetectionNames,
  "zeo.ZeoDryerStartError": ZeoCodes.dryerStartErrorNames,
  "q7.WorkStatusMapping": Q7Codes.stateNames,
  "q7.SCWindMapping": Q7Codes.fanLevelNames,
  "q7.WaterLevelMapping": Q7Codes.waterLevelNames,
  "q7.CleanTypeMapping": Q7Codes.cleanModeNames,
  "q7.CleanRepeatMapping": Q7Codes.repeatNames,
  "q7.CleanPathPreferenceMapping": Q7Codes.routeNames,
  "q7.SCDeviceCleanParam": Q7Codes.controlNames,
  "q7.WorkModeMapping": Q7Codes.workModeNames,
  "q7.StationActionMapping": Q7Codes.stationActionNames,
  "q7.CleanTaskTypeMapping": Q7Codes.taskNames,
  "q7.CarpetModeMapping": Q7Codes.carpetModeNames,
  "q7.B01Fault": Q7Codes.faultNames,
  "q10.B01_Q10_DP": Q10Codes.dataPointNames,
  "q10.YXFanLevel": Q10Codes.fanLevelNames,
  "q10.YXWaterLevel": Q10Codes.waterLevelNames,
  "q10.YXDeviceDustCollectionFrequency": Q10Codes.dustSettingNames,
  "q10.YXCleanLine": Q10Codes.cleanLineNames,
  "q10.YXDeviceState": Q10Codes.stateNames,
  "q10.YXDeviceWorkMode": Q10Codes.cleanModeNames,
  "q10.YXDeviceCleanTask": Q10Codes.cleanTaskNames,
  "q10.YXFault": Q10Codes.faultNames,
  "q10.YXCleanScope": Q10Record.scopeNames,
  "q10.YXCleaningResult": Q10Record.resultNames,
  "q10.YXStartMethod": Q10Record.startNames
}

/** Codes without a meaning of their own: a client's own states, and faults of which only the number is known. */
const saysNothing = (code: number, name: string): boolean => code < 0 || name === `fault_${code}`

const nothing = { model: "roborock.vacuum.t4", featureInfo: undefined, featureText: undefined, featureList: undefined }

/** What a robot reports that has this feature and no other; `undefined` for one that its product line decides. */
const reporting = ({ bit, contains, mask, source }: Feature): Capabilities.Reported | undefined => {
  const at = BigInt(bit ?? Math.log2(mask ?? 1))
  switch (source) {
    case "new_feature_info":
      return { ...nothing, featureInfo: 1n << at }
    case "new_feature_info_str":
      return { ...nothing, featureText: (1n << at).toString(16).padStart(40, "0") }
    case "feature_info":
      return { ...nothing, featureList: [contains ?? 0] }
    default:
      return undefined
  }
}

describe.skipIf(data === undefined)("shared tables", () => {
  for (const [name, codes] of Object.entries(ours)) {
    it(name, () => {
      const names = new Map<number, Array<string>>()
      for (const [code, label] of tables[name]?.pairs ?? []) names.set(code, [...names.get(code) ?? [], label])
      assert.isAbove(names.size, 0)
      for (const [code, labels] of names) {
        if (!labels.some((label) => saysNothing(code, label))) assert.include(labels, codes.get(code), `code ${code}`)
      }
    })
  }

  it("the properties of Q7 vacuums", () => {
    assert.deepStrictEqual([...Q7Codes.properties].sort(), [...tables["q7.Properties"]?.names ?? []].sort())
  })

  it("feature bits", () => {
    const features = Object.entries(tables["v1.FeatureBits"]?.features ?? {})
    assert.isAbove(features.length, 150)
    const missing = features.filter(([flag, feature]) => {
      const reported = reporting(feature)
      return reported !== undefined && ![...Capabilities.decode(reported).flags].some((found) => found === flag)
    })
    assert.deepStrictEqual(missing.map(([flag]) => flag), [])
  })

  it("product lines", () => {
    const models = modelFamilies.pairs ?? []
    assert.isAbove(models.length, 60)
    for (const [model, family] of models) {
      const { flags, line } = Capabilities.decode({ ...nothing, model: `roborock.vacuum.${model}` })
      assert.strictEqual(line.toUpperCase(), family)
      const expected = Object.entries(tables["v1.FeatureBits"]?.features ?? {}).filter(([, feature]) =>
        feature.source === "model_whitelist"
          ? feature.families?.includes(family)
          : feature.source === "model_blacklist"
          ? feature.families?.includes(family) === false
          : feature.source === "product_features" &&
            feature.features?.some((part) => familyParts[family]?.includes(part))
      )
      assert.deepStrictEqual([...flags].sort(), expected.map(([flag]) => flag).sort(), model)
    }
  })
})
