/**
 * Wakes somebody at an instant, by the clock of the program. There is one sleeping fiber while an
 * instant is set; one that moves away is seen when the fiber wakes, which is cheaper than to start anew.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"

export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.RuntimeFiber<A, E>

export interface Alarm {
  /** Wakes at this instant at the latest. */
  readonly by: (instant: number) => void
  readonly stop: () => void
}

export const make = (clock: Clock.Clock, fork: Fork, onWake: () => void): Alarm => {
  let target = Infinity
  let sleeper: Fiber.RuntimeFiber<void> | undefined

  const stop = () => {
    const stopped = sleeper
    sleeper = undefined
    target = Infinity
    stopped?.unsafeInterruptAsFork(FiberId.none)
  }

  return {
    by: (instant) => {
      if (instant >= target) return
      stop()
      target = instant
      // Whole milliseconds: a sleep that ends a fraction early must not turn into a spin.
      const millis = Math.max(0, Math.ceil(instant - clock.unsafeCurrentTimeMillis()))
      const fiber = fork(clock.sleep(Duration.millis(millis)))
      sleeper = fiber
      fiber.addObserver(() => {
        if (sleeper !== fiber) return
        sleeper = undefined
        target = Infinity
        onWake()
      })
    },
    stop
  }
}
