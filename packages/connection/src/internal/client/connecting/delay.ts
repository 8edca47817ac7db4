/** The time between two attempts: as the schedule says, unless a program that knows better ends it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import type { ConnectError } from "../../../MqttError.ts"

export class Delay {
  #end: (() => void) | undefined = undefined

  /** False if the schedule is over. */
  wait(schedule: Schedule.ScheduleDriver<unknown, ConnectError>, error: ConnectError): Effect.Effect<boolean> {
    return Effect.raceFirst(
      Effect.map(Effect.option(schedule.next(error)), Option.isSome),
      Effect.async<boolean>((resume) => {
        this.#end = () => resume(Effect.succeed(true))
      })
    ).pipe(Effect.ensuring(Effect.sync(() => this.#end = undefined)))
  }

  /** Ends the wait of now, if there is one. */
  end(): void {
    this.#end?.()
  }
}
