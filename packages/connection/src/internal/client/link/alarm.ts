/**
 * Wakes its owner at an instant, by the clock of the program. If the instant moves later, it still wakes at the first one,
 * which is cheaper than starting anew. A client always has one set: with the usual clock it is a timer, which takes a tenth
 * of the memory of the fiber that sleeps by any other clock, such as that of a test.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"

export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.RuntimeFiber<A, E>

export interface AlarmOwner {
  readonly onWake: () => void
  /** A defect of whoever was woken. */
  readonly over: (ending: Exit.Exit<never>) => void
}

/** The longest time that a timer can be set to; a clock made of timers never wakes a fiber that sleeps longer. */
export const mostMillis = 2 ** 31 - 1

export class Alarm {
  readonly #clock: Clock.Clock
  readonly #fork: Fork
  readonly #owner: AlarmOwner
  #target = Infinity
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
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
    const millis = Math.min(Math.max(0, Math.ceil(instant - this.#clock.unsafeCurrentTimeMillis())), mostMillis)
    if (this.#clock === Context.get(DefaultServices.liveServices, Clock.Clock)) this.#setTimer(millis)
    else this.#sleep(millis)
  }

  stop(): void {
    const sleeper = this.#sleeper
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sleeper = undefined
    this.#target = Infinity
    sleeper?.unsafeInterruptAsFork(FiberId.none)
  }

  #setTimer(millis: number): void {
    // eslint-disable-next-line no-restricted-globals -- any clock but the usual one, such as TestClock, sleeps
    this.#timer = setTimeout(() => this.#wake(), millis)
  }

  #sleep(millis: number): void {
    // As with a timer, nothing of it runs in the turn that sets the alarm.
    const fiber = this.#fork(
      Effect.interruptible(millis === 0 ? Effect.yieldNow() : this.#clock.sleep(Duration.millis(millis)))
    )
    this.#sleeper = fiber
    fiber.addObserver(() => {
      if (this.#sleeper === fiber) this.#wake()
    })
  }

  /** Thrown into a timer, a defect would end the process; thrown into a fiber, nobody would hear of it. */
  #wake(): void {
    this.#timer = undefined
    this.#sleeper = undefined
    this.#target = Infinity
    try {
      this.#owner.onWake()
    } catch (defect) {
      this.#owner.over(Exit.die(defect))
    }
  }
}
