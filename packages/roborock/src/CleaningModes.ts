/**
 * How V1 vacuums clean: suction, water and route by name, and which of them a device has.
 *
 * @since 0.1.0
 */
import { type Capabilities, type Flag, has } from "./Capabilities.ts"

/**
 * A level that a device can be set to: the name is stable, the code is the one the device uses.
 *
 * @since 0.1.0
 * @category models
 */
export interface Level {
  readonly name: string
  readonly code: number
}

/**
 * What to do, in one word, which decides suction, water and route together.
 *
 * @since 0.1.0
 * @category models
 */
export type Mode = "vacuum" | "vac_and_mop" | "vacuum_then_mop" | "mop" | "custom" | "smart_mode"

/**
 * Codes of suction, water and route.
 *
 * @since 0.1.0
 * @category models
 */
export interface Codes {
  readonly fanPower: number | undefined
  readonly waterMode: number | undefined
  readonly mopMode: number | undefined
}

type Condition = (has: (flag: Flag) => boolean) => boolean

/** A level, and which devices have it. */
type Row = readonly [name: string, code: number, when?: Condition]

const smart: Condition = (has) => has("is_smart_clean_mode_set_supported")
const customized: Condition = (has) => has("is_customized_clean_supported")
const pureMop: Condition = (has) => has("is_pure_clean_mop_supported")
const slides: Condition = (has) => has("is_water_slide_mode_supported")
const shakes: Condition = (has) => !slides(has) && has("is_mop_shake_module_supported")
const isPlain: Condition = (has) => !slides(has) && !has("is_mop_shake_module_supported")
const isBrief: Condition = (has) => has("is_none_pure_clean_mop_with_max_plus")
const whole = (when: Condition): Condition => (has) => !isBrief(has) && when(has)

const fanRows: ReadonlyArray<Row> = [
  ["quiet", 101],
  ["balanced", 102],
  ["turbo", 103],
  ["max", 104],
  ["max_plus", 108, (has) => has("is_max_plus_mode_supported") || isBrief(has)],
  // The same code: with the mop alone the fan is off, and robots without that mode have a gentle one.
  ["off", 105, pureMop],
  ["gentle", 105, (has) => !pureMop(has)],
  ["smart_mode", 110, smart],
  ["custom", 106, customized]
]

const waterRows: ReadonlyArray<Row> = [
  ["off", 200],
  ["slight", 221, slides],
  ["low", 225, slides],
  ["medium", 235, slides],
  ["moderate", 245, slides],
  ["high", 248, slides],
  ["extreme", 250, slides],
  ["mild", 201, shakes],
  ["standard", 202, shakes],
  ["intense", 203, shakes],
  ["low", 201, isPlain],
  ["medium", 202, isPlain],
  ["high", 203, isPlain],
  ["custom_water_flow", 207, (has) => !slides(has) && has("is_custom_water_box_distance_supported")],
  ["extreme", 208, (has) => shakes(has) && has("is_mop_shake_water_max_supported")],
  ["smart_mode", 209, (has) => !slides(has) && smart(has)],
  ["custom", 204, (has) => !slides(has) && customized(has)]
]

const routeRows: ReadonlyArray<Row> = [
  ["fast", 304, isBrief],
  ["standard", 300],
  ["deep", 301, whole((has) => !has("is_clean_efficiency_supported"))],
  ["deep_plus", 303, whole((has) => has("is_careful_slow_mop_supported"))],
  ["fast", 304, whole((has) => has("is_clean_route_fast_mode_supported"))],
  ["smart_mode", 306, whole(smart)],
  ["custom", 302, whole(customized)]
]

const dirtyAgain: Condition = (has) => has("is_dirty_replenish_clean_supported")

const washRows: ReadonlyArray<Row> = [
  ["light", 0],
  ["balanced", 1],
  ["deep", 2],
  ["smart", 10, dirtyAgain],
  ["super_deep", 8, (has) => !dirtyAgain(has) && has("is_super_deep_wash_supported")]
]

const offered = (rows: ReadonlyArray<Row>) => (capabilities: Capabilities): ReadonlyArray<Level> => {
  const hasFlag = (flag: Flag) => has(capabilities, flag)
  return rows.flatMap(([name, code, when]) => when === undefined || when(hasFlag) ? [{ name, code }] : [])
}

/**
 * The levels of suction that a device has.
 *
 * @since 0.1.0
 * @category tables
 */
export const fanLevels: (capabilities: Capabilities) => ReadonlyArray<Level> = offered(fanRows)

/** Those of the S5, of the first robot and of the E2. */
const percentScales: ReadonlyArray<ReadonlyArray<Level>> = [
  { quiet: 38, balanced: 60, turbo: 75, max: 100 },
  { silent: 38, standard: 60, medium: 77, turbo: 90 },
  { gentle: 41, silent: 50, standard: 68, medium: 79, turbo: 100 }
].map((scale) => Object.entries(scale).map(([name, code]) => ({ name, code })))

/**
 * The levels of suction of an early robot, which reports it in percent; `undefined` for a code of a later one.
 *
 * @since 0.1.0
 * @category tables
 */
export const percentLevels = (fanPower: number | undefined): ReadonlyArray<Level> | undefined =>
  fanPower === undefined || fanPower < 1 || fanPower > 100
    ? undefined
    : percentScales.find((scale) => scale.some(({ code }) => code === fanPower)) ?? percentScales[0]

/**
 * The levels of water that a device has; none when it does not control the water.
 *
 * @since 0.1.0
 * @category tables
 */
export const waterLevels = (capabilities: Capabilities): ReadonlyArray<Level> =>
  has(capabilities, "is_support_water_mode") ? offered(waterRows)(capabilities) : []

/**
 * The routes of the mop that a device has; none when the route cannot be chosen. In China some devices have another code
 * for `deep_plus`.
 *
 * @since 0.1.0
 * @category tables
 */
export const routes = (capabilities: Capabilities, region?: string | undefined): ReadonlyArray<Level> => {
  if (!has(capabilities, "is_clean_route_setting_supported")) return []
  const isChinese = region?.toLowerCase() === "cn"
    && has(capabilities, "is_clean_route_deep_slow_plus_supported")
    && !has(capabilities, "is_corner_clean_mode_supported")
  return offered(routeRows)(capabilities).map((level) =>
    isChinese && level.name === "deep_plus" ? { ...level, code: 305 } : level
  )
}

/**
 * How thoroughly a dock that washes the mop can do so.
 *
 * @since 0.1.0
 * @category tables
 */
export const washLevels: (capabilities: Capabilities) => ReadonlyArray<Level> = offered(washRows)

const mediumWater = (capabilities: Capabilities): number =>
  has(capabilities, "is_water_slide_mode_supported") ? 235 : 202

/**
 * The codes of a mode, or `undefined` when the device does not have it.
 *
 * @since 0.1.0
 * @category tables
 */
export const codesOf = (capabilities: Capabilities, mode: Mode): Codes | undefined => {
  const when = (flag: Flag, codes: Codes): Codes | undefined => has(capabilities, flag) ? codes : undefined
  if (!has(capabilities, "is_support_water_mode")) return undefined
  switch (mode) {
    case "vacuum":
      return { fanPower: 102, waterMode: 200, mopMode: 300 }
    case "vac_and_mop":
      return { fanPower: 102, waterMode: mediumWater(capabilities), mopMode: 300 }
    case "vacuum_then_mop":
      return when("is_clean_then_mop_mode_supported", {
        fanPower: 102,
        waterMode: mediumWater(capabilities),
        mopMode: 300
      })
    case "mop":
      return when("is_pure_clean_mop_supported", {
        fanPower: 105,
        waterMode: mediumWater(capabilities),
        mopMode: 300
      })
    case "custom":
      return when("is_customized_clean_supported", { fanPower: 106, waterMode: 204, mopMode: 302 })
    case "smart_mode":
      return when("is_smart_clean_mode_set_supported", { fanPower: 110, waterMode: 209, mopMode: 306 })
  }
}

const allModes: ReadonlyArray<Mode> = ["vacuum", "vac_and_mop", "vacuum_then_mop", "mop", "custom", "smart_mode"]

/**
 * The modes that a device has; none for one without control of the water, which only vacuums.
 *
 * @since 0.1.0
 * @category tables
 */
export const modes = (capabilities: Capabilities): ReadonlyArray<Mode> =>
  allModes.filter((mode) => codesOf(capabilities, mode) !== undefined)

/**
 * The mode that codes amount to.
 *
 * @since 0.1.0
 * @category decoding
 */
export const modeOf = (capabilities: Capabilities, { fanPower, mopMode, waterMode }: Codes): Mode => {
  if (fanPower === 110 || waterMode === 209 || mopMode === 306) return "smart_mode"
  if (fanPower === 106 || waterMode === 204 || mopMode === 302) return "custom"
  if (waterMode === undefined || waterMode === 200) return "vacuum"
  return fanPower === 105 && has(capabilities, "is_pure_clean_mop_supported") ? "mop" : "vac_and_mop"
}
