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

export interface AlarmOwner {
  readonly onWake: () => void
}

export class Alarm {
  readonly #clock: Clock.Clock
  readonly #fork: Fork
  readonly #owner: AlarmOwner
  #target = Infinity
  #sleeper: Fiber.RuntimeFiber<void> | undefined = undefined

  constructor(clock: Clock.Clock, fork: Fork, owner: AlarmOwner) {
    this.#clock = clock
    this.#fork = fork
    this.#owner = owner
  }

  /** Wakes at this instant at the latest. */
  by(instant: number): void {
    if (instant >= this.#target) return
    this.stop()
    this.#target = instant
    // Whole milliseconds: a sleep that ends a fraction early must not turn into a spin.
    const millis = Math.max(0, Math.ceil(instant - this.#clock.unsafeCurrentTimeMillis()))
    const fiber = this.#fork(this.#clock.sleep(Duration.millis(millis)))
    this.#sleeper = fiber
    fiber.addObserver(() => {
      if (this.#sleeper !== fiber) return
      this.#sleeper = undefined
      this.#target = Infinity
      this.#owner.onWake()
    })
  }

  stop(): void {
    const stopped = this.#sleeper
    this.#sleeper = undefined
    this.#target = Infinity
    stopped?.unsafeInterruptAsFork(FiberId.none)
  }
}
