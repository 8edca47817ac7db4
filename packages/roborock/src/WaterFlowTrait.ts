/**
 * How much water a mop gets, in finer steps than the modes have.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The flow of water in 30 levels.
 *
 * @example
 * ```ts
 * import type { Device } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * export const hardlyAnyWater = (vacuum: Device.Device) =>
 *   Effect.flatMap(vacuum.trait("waterFlow"), ({ setLevel }) => setLevel(2))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface WaterFlowTrait {
  /** 1 to 30, which counts while the water of `modes` is `custom_water_flow`. */
  readonly level: Effect.Effect<number, CommandError>
  /** 1 to 30. Sets the water of `modes` to `custom_water_flow`, too. */
  readonly setLevel: (level: number) => Effect.Effect<void, CommandError>
}

const customFlow = 207
const maxLevel = 30
const setMethod = "set_water_box_custom_mode"

/** What robots call a distance, which is 5 less with each level. */
const toDistance = (level: number): number => 210 - 5 * level

const isLevel = (level: number): boolean => Number.isInteger(level) && level >= 1 && level <= maxLevel

/**
 * Reads the result of `get_water_box_custom_mode`, out of its list; `undefined` for one without a level.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): number | undefined => {
  const distance = isRecord(result) ? numberField(result, "distance_off") : undefined
  const level = distance === undefined ? 0 : Math.round((toDistance(0) - distance) / 5)
  return isLevel(level) ? level : undefined
}

/** @internal */
export const make = (vacuum: Vacuum): WaterFlowTrait => ({
  level: question(vacuum, "get_water_box_custom_mode", decode),
  setLevel: (level) =>
    isLevel(level)
      ? vacuum.command(setMethod, { water_box_mode: customFlow, distance_off: toDistance(level) })
      : Effect.fail(invalidArgument(setMethod, `the level has to be a whole number from 1 to ${maxLevel}`))
})
