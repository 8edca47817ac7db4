/**
 * How many times a vacuum cleans everything.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument } from "./internal/device/argument.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { numberField } from "./internal/v1/json.ts"
import { type CommandError, RequestError } from "./RoborockError.ts"

/**
 * How many times everything is cleaned by `cleaning.start`, by the button and by schedules that say nothing else. Rooms and
 * zones are told with their orders how many times.
 *
 * @since 0.1.0
 * @category models
 */
export interface RepeatTrait {
  /** Asks the device now. */
  readonly times: Effect.Effect<number, CommandError>
  /** 1 to 3. */
  readonly setTimes: (times: number) => Effect.Effect<void, CommandError>
}

const setMethod = "set_clean_repeat_times"

/** @internal */
export const make = (vacuum: Vacuum): RepeatTrait => ({
  times: Effect.flatMap(vacuum.refreshStatus, ({ fields }) => {
    const times = numberField(fields, "repeat")
    return times === undefined
      ? Effect.fail(new RequestError({ reason: "BadAnswer", method: "get_status" }))
      : Effect.succeed(times)
  }),
  setTimes: (times) =>
    times === 1 || times === 2 || times === 3
      ? vacuum.command(setMethod, { repeat: times })
      : Effect.fail(invalidArgument(setMethod, "times has to be 1, 2 or 3"))
})
