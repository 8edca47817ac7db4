/** The time between two attempts: as the schedule says, unless a program that knows better ends it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import type { ConnectError } from "../../MqttError.ts"

export interface Delay {
  /** False if the schedule is over. */
  readonly wait: (
    schedule: Schedule.ScheduleDriver<unknown, ConnectError>,
    error: ConnectError
  ) => Effect.Effect<boolean>
  /** Ends the wait of now, if there is one. */
  readonly end: () => void
}

export const make = (): Delay => {
  let end: (() => void) | undefined
  return {
    wait: (schedule, error) =>
      Effect.raceFirst(
        Effect.map(Effect.option(schedule.next(error)), Option.isSome),
        Effect.async<boolean>((resume) => {
          end = () => resume(Effect.succeed(true))
        })
      ).pipe(Effect.ensuring(Effect.sync(() => end = undefined))),
    end: () => end?.()
  }
}
