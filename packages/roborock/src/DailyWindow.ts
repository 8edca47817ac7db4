/**
 * A part of each day, such as the hours of "do not disturb", that can be read and set.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument, noTimeOfDay } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * A time of day, in the time zone of the robot.
 *
 * @since 0.1.0
 * @category models
 */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/**
 * From one time of day to another; past midnight when the end is the earlier one.
 *
 * @since 0.1.0
 * @category models
 */
export interface DailyWindow {
  readonly enabled: boolean
  readonly start: TimeOfDay
  readonly end: TimeOfDay
}

/**
 * A window that can be read and set.
 *
 * @since 0.1.0
 * @category models
 */
export interface DailyWindowTrait {
  readonly get: Effect.Effect<DailyWindow, CommandError>
  /** Sets both times, and switches it on. */
  readonly set: (window: Omit<DailyWindow, "enabled">) => Effect.Effect<void, CommandError>
  /** Switches it on with the times that it has. */
  readonly enable: Effect.Effect<void, CommandError>
  readonly disable: Effect.Effect<void, CommandError>
}

const time = (record: Readonly<Record<string, unknown>>, name: "start" | "end"): TimeOfDay | undefined => {
  const hour = numberField(record, `${name}_hour`)
  const minute = numberField(record, `${name}_minute`)
  return hour === undefined || minute === undefined ? undefined : { hour, minute }
}

/**
 * Reads the result of `get_dnd_timer` and its like; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): DailyWindow | undefined => {
  if (!isRecord(result)) return undefined
  const start = time(result, "start")
  const end = time(result, "end")
  return start === undefined || end === undefined ? undefined : { start, end, enabled: result["enabled"] === 1 }
}

/**
 * Minutes since midnight; `undefined` for anything that is not a time of day.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toMinutes = ({ hour, minute }: TimeOfDay): number | undefined =>
  Number.isInteger(hour) && Number.isInteger(minute) && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
    ? hour * 60 + minute
    : undefined

/**
 * The time of day that many minutes after midnight.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fromMinutes = (minutes: number): TimeOfDay => ({
  hour: Math.floor(minutes / 60) % 24,
  minute: Math.floor(minutes) % 60
})

const makeWindow = (name: "dnd" | "valley_electricity") => (vacuum: Vacuum): DailyWindowTrait => {
  const setMethod = `set_${name}_timer`
  const get = question(vacuum, `get_${name}_timer`, decode)
  const set: DailyWindowTrait["set"] = ({ end, start }) =>
    toMinutes(start) === undefined || toMinutes(end) === undefined
      ? Effect.fail(invalidArgument(setMethod, noTimeOfDay))
      : vacuum.command(setMethod, [start.hour, start.minute, end.hour, end.minute])
  return { get, set, enable: Effect.flatMap(get, set), disable: vacuum.command(`close_${name}_timer`) }
}

/** @internal */
export const makeDoNotDisturb = makeWindow("dnd")

/** @internal */
export const makeOffPeakCharging = makeWindow("valley_electricity")
