/**
 * Parts that wear.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument, notAmong } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * The parts of robot and dock.
 *
 * @since 0.1.0
 * @category models
 */
export type Part =
  | "mainBrush"
  | "sideBrush"
  | "filter"
  | "filterElement"
  | "sensors"
  | "mop"
  | "mopRoller"
  | "strainer"
  | "cleaningBrush"
  | "dustBag"

/**
 * How far a part is worn: in seconds of cleaning, in times used, or in percent where a device reports no more.
 *
 * @since 0.1.0
 * @category models
 */
export interface Consumable {
  readonly part: Part
  readonly unit: "seconds" | "times" | "percent"
  readonly used: number
  readonly life: number
  /** Below zero when it is overdue. */
  readonly left: number
  /** Whole percent of its life, never below zero. */
  readonly leftPercent: number
}

/**
 * The consumables of a device.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConsumablesTrait {
  /** Only parts that the device has. */
  readonly list: Effect.Effect<ReadonlyArray<Consumable>, CommandError>
  /** Tells the device that a part is new or clean again. */
  readonly reset: (part: Part) => Effect.Effect<void, CommandError>
}

const hour = 3600

const table: Readonly<Record<Exclude<Part, "mop">, readonly [key: string, life: number, unit: Consumable["unit"]]>> = {
  mainBrush: ["main_brush_work_time", 300 * hour, "seconds"],
  sideBrush: ["side_brush_work_time", 200 * hour, "seconds"],
  filter: ["filter_work_time", 150 * hour, "seconds"],
  filterElement: ["filter_element_work_time", 150 * hour, "seconds"],
  sensors: ["sensor_dirty_time", 30 * hour, "seconds"],
  mopRoller: ["moproller_work_time", 300 * hour, "seconds"],
  strainer: ["strainer_work_times", 150, "times"],
  cleaningBrush: ["cleaning_brush_work_times", 300, "times"],
  dustBag: ["dust_collection_work_times", 90, "times"]
}

const isPart = (name: string): name is keyof typeof table => Object.hasOwn(table, name)
const parts = Object.keys(table).filter(isPart)

/**
 * Reads the result of `get_consumable`; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): ReadonlyArray<Consumable> | undefined =>
  !isRecord(result) ? undefined : parts.flatMap((part) => {
    const [key, life, unit] = table[part]
    const used = numberField(result, key)
    if (used === undefined) return []
    const left = life - used
    return [{ part, unit, used, life, left, leftPercent: Math.min(100, Math.max(0, Math.round(100 * left / life))) }]
  })

const resetMethod = "reset_consumable"

/** @internal */
export const make = (vacuum: Vacuum): ConsumablesTrait => ({
  list: question(vacuum, "get_consumable", decode),
  reset: (part) =>
    isPart(part)
      ? vacuum.command(resetMethod, [table[part][0]])
      : Effect.fail(invalidArgument(resetMethod, notAmong("the part", parts)))
})
