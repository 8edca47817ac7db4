/**
 * Cleaning by the clock, as it is kept on the robot. What newer apps plan is kept in the cloud
 * (`CloudSchedulesTrait`).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type TimeOfDay, toMinutes } from "./DailyWindow.ts"
import { invalidArgument } from "./internal/device/argument.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import { type CommandError, RequestError } from "./RoborockError.ts"

/**
 * A schedule of the robot.
 *
 * @since 0.1.0
 * @category models
 */
export interface Schedule {
  readonly id: string
  readonly enabled: boolean
  /** Five fields, in the time zone of the robot; one with a day and a month happens once. */
  readonly cron: string
  /** What happens, such as `start_clean`. */
  readonly action: string
  /** Rooms to clean, by their numbers; empty for everything. */
  readonly segments: ReadonlyArray<number>
  readonly repeat: number | undefined
  /** What the device keeps with it. */
  readonly args: unknown
}

/**
 * A schedule to be made.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewSchedule {
  readonly at: TimeOfDay
  /** 0 is Sunday. @default every day */
  readonly weekdays?: ReadonlyArray<number> | undefined
  /** Rooms, by their numbers on the map in use. @default everything */
  readonly segments?: ReadonlyArray<number> | undefined
  /** 1 to 3. @default 1 */
  readonly repeat?: number | undefined
}

/**
 * The schedules of a robot.
 *
 * @since 0.1.0
 * @category models
 */
export interface SchedulesTrait {
  readonly list: Effect.Effect<ReadonlyArray<Schedule>, CommandError>
  /** Gives the id. It cleans with the levels that are set now. */
  readonly add: (schedule: NewSchedule) => Effect.Effect<string, CommandError>
  readonly setEnabled: (id: string, enabled: boolean) => Effect.Effect<void, CommandError>
  readonly remove: (id: string) => Effect.Effect<void, CommandError>
}

const listMethod = "get_timer"
const addMethod = "set_timer"
const maxSchedules = 256

const isList: (value: unknown) => value is ReadonlyArray<unknown> = Array.isArray

const segmentsOf = (value: unknown): ReadonlyArray<number> =>
  typeof value !== "string" || value === "0"
    ? []
    : value.split(",").map(Number).filter((segment) => Number.isInteger(segment) && segment > 0)

const toSchedule = (entry: unknown): ReadonlyArray<Schedule> => {
  if (!isList(entry)) return []
  const [id, state, plan] = entry
  if (typeof id !== "string" && typeof id !== "number" || !isList(plan)) return []
  const [cron, job] = plan
  const [action, args] = isList(job) ? job : []
  if (typeof cron !== "string" || typeof action !== "string") return []
  const options: unknown = isList(args) ? args[0] : args
  return [{
    id: String(id),
    enabled: state === "on",
    cron,
    action,
    segments: isRecord(options) ? segmentsOf(options["segments"]) : [],
    repeat: isRecord(options) ? numberField(options, "repeat") : undefined,
    args
  }]
}

/**
 * Reads the result of `get_timer`; `undefined` for anything else. Entries that make no sense are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): ReadonlyArray<Schedule> | undefined =>
  isList(result) ? result.slice(0, maxSchedules).flatMap(toSchedule) : undefined

const allowedSchedules =
  "at has to be a time of day, weekdays from 0 (Sunday) to 6, segments numbers of rooms, repeat 1, 2 or 3"

const isWeekday = (day: number): boolean => Number.isInteger(day) && day >= 0 && day <= 6
const isSegment = (segment: number): boolean => Number.isInteger(segment) && segment > 0
const isRepeat = (repeat: number): boolean => Number.isInteger(repeat) && repeat >= 1 && repeat <= 3

/** @internal */
export const make = (vacuum: Vacuum): SchedulesTrait => ({
  // Not a `question`: that would take the only schedule out of its list.
  list: Effect.flatMap(vacuum.channel.request(listMethod), (result) => {
    const schedules = decode(result)
    return schedules === undefined
      ? Effect.fail(new RequestError({ reason: "BadAnswer", method: listMethod }))
      : Effect.succeed(schedules)
  }),
  add: ({ at, repeat = 1, segments = [], weekdays = [] }) =>
    Effect.gen(function*() {
      const isAllowed = toMinutes(at) !== undefined && weekdays.every(isWeekday) && segments.every(isSegment)
        && isRepeat(repeat)
      if (!isAllowed) return yield* invalidArgument(addMethod, allowedSchedules)
      const { fanPower, mopMode, waterMode } = yield* vacuum.refreshStatus
      const id = String(yield* Clock.currentTimeMillis)
      const days = weekdays.length === 0 ? "*" : weekdays.join(",")
      const args = {
        fan_power: fanPower,
        water_box_mode: waterMode,
        mop_mode: mopMode,
        segments: segments.length === 0 ? "0" : segments.join(","),
        repeat,
        clean_order_mode: 0,
        map_index: -1,
        seq_type: 0
      }
      yield* vacuum.command(addMethod, [[id, [`${at.minute} ${at.hour} * * ${days}`, ["start_clean", args]]]])
      return id
    }),
  setEnabled: (id, enabled) => vacuum.command("upd_timer", [id, enabled ? "on" : "off"]),
  remove: (id) => vacuum.command("del_timer", [id])
})
