/**
 * Time limits of what nearly always is in time, such as the steps of an attempt to connect. `Effect.timeoutFail` has a fiber
 * for what it limits and one that sleeps; here the limit is an alarm, with the usual clock a timer, and what waits for a
 * callback takes no fiber at all.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import type { AlarmOwner } from "./client/link/alarm.ts"
import { Alarm, mostMillis } from "./client/link/alarm.ts"

export interface TimeLimit<E> {
  /** A time that is longer than a timer can be set to is not a limit, as with `Effect.sleep`. */
  readonly millis: number
  /** How it fails that is not in time. */
  readonly late: () => E
}

/** Starts something that calls back, and gives what ends it early. */
export type Start<A, E> = (resume: Resume<A, E>) => Effect.Effect<void>

type Resume<A, E> = (result: Effect.Effect<A, E>) => void

export const clockOf = ({ fiberRefs }: Runtime.Runtime<never>): Clock.Clock =>
  Context.get(FiberRefs.getOrDefault(fiberRefs, DefaultServices.currentServices), Clock.Clock)

/** An alarm that wakes its owner once, after this many milliseconds by the clock of the program. */
export const alarmAfter = (runtime: Runtime.Runtime<never>, millis: number, owner: AlarmOwner): Alarm => {
  const clock = clockOf(runtime)
  const alarm = new Alarm(clock, Runtime.runFork(runtime), owner)
  if (millis <= mostMillis) alarm.by(clock.unsafeCurrentTimeMillis() + millis)
  return alarm
}

/** `Effect.async` for what has to call back in time; it may fork with the runtime of its caller. */
export const async = <A, E, L, R = never>(
  limit: TimeLimit<L>,
  start: (resume: Resume<A, E>, runtime: Runtime.Runtime<R>) => Effect.Effect<void>
): Effect.Effect<A, E | L, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) =>
    Effect.async((resume) => {
      const alarm = alarmAfter(runtime, limit.millis, {
        onWake: () => resume(Effect.zipRight(cancel, Effect.failSync(limit.late))),
        over: resume
      })
      const cancel = start((result) => {
        alarm.stop()
        resume(result)
      }, runtime)
      return Effect.zipRight(Effect.sync(() => alarm.stop()), cancel)
    }))

/** Waits for at most this many milliseconds, and goes on. */
export const atMost = (millis: number) => (self: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.ignore(within({ millis, late: () => undefined })(self))

/** Fails when it takes longer, as soon as it was interrupted, which it can be also where the caller cannot. */
export const within = <L>(limit: TimeLimit<L>) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | L, R> =>
  async(limit, (resume, runtime) => {
    // Effect logs the failure of a forked fiber as unhandled; this one is handled, so the fiber ends with its exit.
    const fiber = Runtime.runFork(runtime)(Effect.exit(Effect.interruptible(self)))
    fiber.addObserver((exit) => resume(Exit.flatten(exit)))
    return Effect.asVoid(Fiber.interrupt(fiber))
  })
