/** The time between two attempts: as the schedule says, unless a program that knows better ends it. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import type { ConnectError } from "../../../MqttError.ts"

export class Delay {
  #end: (() => void) | undefined = undefined

  /** False if the schedule is over. */
  wait(schedule: Schedule.ScheduleDriver<unknown, ConnectError>, error: ConnectError): Effect.Effect<boolean> {
    // Effect logs the failure of a forked fiber as unhandled; this one is handled, so the fiber ends with its exit.
    return Effect.flatMap(Effect.fork(Effect.exit(Effect.option(schedule.next(error)))), (fiber) => {
      let isEnded = false
      this.#end = () => {
        isEnded = true
        fiber.unsafeInterruptAsFork(FiberId.none)
      }
      return Effect.flatMap(
        Fiber.await(fiber),
        (exit) => isEnded ? Effect.succeed(true) : Exit.map(Exit.flatten(exit), Option.isSome)
      )
    }).pipe(Effect.ensuring(Effect.sync(() => this.#end = undefined)))
  }

  /** Ends the wait of now, if there is one. */
  end(): void {
    this.#end?.()
  }
}
