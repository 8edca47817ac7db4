import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as A01 from "../../A01.ts"
import * as ApplianceTrait from "../../ApplianceTrait.ts"
import type { Activity } from "../../DeviceState.ts"
import * as DyadCodes from "../../DyadCodes.ts"
import { protocols } from "../../Frame.ts"
import type { Offers } from "../../Trait.ts"
import * as WasherTrait from "../../WasherTrait.ts"
import * as WetDryTrait from "../../WetDryTrait.ts"
import * as ZeoCodes from "../../ZeoCodes.ts"
import * as log from "../log.ts"
import { numberField } from "../v1/json.ts"
import { activitiesOf } from "./activities.ts"
import * as arrivals from "./arrivals.ts"
import type { Dialect } from "./dialect.ts"
import { type Context, type Fields, learnSwitch } from "./dialectContext.ts"
import { offer } from "./offer.ts"
import { nameOf, problemOf } from "./problem.ts"

/** What tells wet-dry vacuums from washing machines. */
interface Kind {
  readonly table: ApplianceTrait.Table
  /** What is asked for. */
  readonly asked: ReadonlyArray<number>
  readonly stateField: string
  readonly states: ReadonlyMap<number, string>
  readonly activity: (state: number | undefined) => Activity
  readonly errors: ReadonlyMap<number, string>
  readonly batteryField: string | undefined
  readonly offers: (context: Context, table: ApplianceTrait.Table) => Offers
}

const dyad: Kind = {
  table: {
    names: DyadCodes.dataPointNames,
    words: {
      status: DyadCodes.stateNames,
      self_clean_mode: DyadCodes.selfCleanModeNames,
      self_clean_level: DyadCodes.selfCleanLevelNames,
      warm_level: DyadCodes.warmLevelNames,
      clean_mode: DyadCodes.cleanModeNames,
      suction: DyadCodes.suctionNames,
      water_level: DyadCodes.waterLevelNames,
      brush_speed: DyadCodes.brushSpeedNames,
      error: DyadCodes.errorNames
    },
    settings: [
      "self_clean_mode",
      "self_clean_level",
      "warm_level",
      "clean_mode",
      "suction",
      "water_level",
      "brush_speed",
      "auto_dry",
      "volume_set",
      "stand_lock_auto_run",
      "auto_self_clean_set_mode",
      "auto_dry_mode",
      "silent_dry_duration",
      "silent_mode",
      "silent_mode_start_time",
      "silent_mode_end_time"
    ],
    read: A01.dyadValue
  },
  asked: [
    ...[134, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 213, 214, 215, 216, 221, 222, 223, 224, 225, 226, 227],
    ...[228, 229, 230, 235, 237, 10_005, 10_007]
  ],
  stateField: "status",
  states: DyadCodes.stateNames,
  activity: activitiesOf({ cleaning: [1, 14], docked: [3, 4, 5, 6, 7, 8, 9, 10], paused: [13], idle: [2, 12] }),
  errors: DyadCodes.errorNames,
  batteryField: "power",
  offers: (context, table) => ({ wetDry: offer(WetDryTrait.make(context, table)) })
}

const zeo: Kind = {
  table: {
    names: ZeoCodes.dataPointNames,
    words: {
      state: ZeoCodes.stateNames,
      mode: ZeoCodes.modeNames,
      program: ZeoCodes.programNames,
      temp: ZeoCodes.temperatureNames,
      rinse_times: ZeoCodes.rinseNames,
      spin_level: ZeoCodes.spinNames,
      drying_mode: ZeoCodes.dryingModeNames,
      detergent_type: ZeoCodes.detergentTypeNames,
      softener_type: ZeoCodes.softenerTypeNames,
      soak: ZeoCodes.soakNames,
      dry_care_mode: ZeoCodes.dryCareNames,
      drying_method: ZeoCodes.dryingMethodNames,
      steam_volume: ZeoCodes.steamVolumeNames,
      softener_expansion_type: ZeoCodes.softenerExpansionNames,
      detergent_expansion_type: ZeoCodes.detergentExpansionNames,
      dirt_detection_status: ZeoCodes.dirtDetectionNames,
      start_dryer_error: ZeoCodes.dryerStartErrorNames,
      error: ZeoCodes.errorNames
    },
    settings: [
      "mode",
      "program",
      "child_lock",
      "temp",
      "rinse_times",
      "spin_level",
      "drying_mode",
      "detergent_set",
      "softener_set",
      "detergent_type",
      "softener_type",
      "softener_expansion_type",
      "detergent_expansion_type",
      "dirt_detection_switch",
      "countdown",
      "sound_set",
      "uv_light",
      "soak",
      "silent_mode_on",
      "silent_mode_start_time",
      "silent_mode_end_time",
      "dry_care_mode",
      "drying_method",
      "steam_volume",
      "ion_deodorization"
    ],
    read: (_, value) => value
  },
  asked: [
    ...[200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 217, 218, 219, 220, 221, 222, 223],
    ...[224, 226, 227, 232, 237, 10_001, 10_005, 10_007, 10_008]
  ],
  stateField: "state",
  states: ZeoCodes.stateNames,
  activity: activitiesOf({ cleaning: [2, 3, 4, 5, 6, 7, 8, 12, 14, 15, 18, 20], idle: [1, 9, 10, 13, 16, 17, 19] }),
  errors: ZeoCodes.errorNames,
  batteryField: undefined,
  offers: (context, table) => ({
    washer: offer(WasherTrait.make(context, table)),
    childLock: offer({
      get: learnSwitch(context, "child_lock"),
      set: (on) => ApplianceTrait.set(context, table, { child_lock: on })
    })
  })
}

/** Data points that a feature bit of washing machines stands for, to be asked for when it is set. */
const zeoFeaturePoints: ReadonlyMap<number, ReadonlyArray<number>> = new Map([
  [0, [235, 236, 238]],
  [1, [240, 241, 242]],
  [2, [239]],
  [3, [244]],
  [6, [245]],
  [8, [233]],
  [9, [247]],
  [11, [248]],
  [16, [249, 250]],
  [17, [251]],
  [18, [215, 216]],
  [21, [257, 261]],
  [22, [255]],
  [23, [258]]
])

const askedOf = (kind: Kind, fields: Fields): ReadonlyArray<number> => {
  const bits = kind === zeo ? numberField(fields, "feature_bits") ?? 0 : 0
  const more = [...zeoFeaturePoints].flatMap(([bit, ids]) => Math.floor(bits / 2 ** bit) % 2 === 1 ? ids : [])
  return [...kind.asked, ...more]
}

const makeDialect = (kind: Kind) => (context: Context): Dialect => {
  const { home, tell } = context
  const { table } = kind
  const { arrived, collect } = arrivals.make(context)
  const toFields = (points: ReadonlyMap<number, unknown>): Fields =>
    Object.fromEntries(Array.from(points, ([id, value]) => [table.names.get(id) ?? String(id), value]))
  const ask = Effect.flatMap(context.state, ({ fields }) => {
    const ids = askedOf(kind, fields)
    return collect("id_query", ids, (timestamp) => A01.encodeRequest({ _tag: "Query", ids }, timestamp))
  })
  return {
    onFrame: ({ payload, protocol }) =>
      Effect.suspend(() => {
        const points = protocol === protocols.rpcResponse ? A01.decode(payload) : undefined
        if (points === undefined) return Effect.void
        return Either.isLeft(points)
          ? log.debug(`"${home.name}" sent something else: ${points.left.message}`)
          : Effect.zipRight(tell(toFields(points.right)), arrived(points.right.keys()))
      }),
    ask,
    recall: toFields,
    describe: (fields) => {
      const state = numberField(fields, kind.stateField)
      const activity = kind.activity(state)
      return {
        state,
        stateName: nameOf(state, kind.states),
        activity,
        error: problemOf(numberField(fields, "error"), kind.errors),
        battery: kind.batteryField === undefined ? undefined : numberField(fields, kind.batteryField),
        charging: kind === dyad && state === 3
      }
    },
    offers: {
      status: offer({ refresh: context.refresh }),
      appliance: offer(ApplianceTrait.make(context, table)),
      ...kind.offers(context, table)
    }
  }
}

export const makeDyad = makeDialect(dyad)

export const makeZeo = makeDialect(zeo)
