import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import type * as Exit from "effect/Exit"

/**
 * An effect that waits for what others settle: a `Deferred`, of which every client keeps some. Each `Deferred` has a hidden
 * class of its own, and takes a kilobyte with it.
 */
export class Outcome<A, E = never> extends Effectable.Class<A, E> {
  #exit: Exit.Exit<A, E> | undefined = undefined
  #waiting: Set<(exit: Exit.Exit<A, E>) => void> | undefined = undefined

  get isSettled(): boolean {
    return this.#exit !== undefined
  }

  /** The first call counts. */
  settle(exit: Exit.Exit<A, E>): void {
    if (this.#exit !== undefined) return
    this.#exit = exit
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) { for (const resume of waiting) resume(exit) }
  }

  /** Calls back with the exit, at once if it is there; gives what takes that back. */
  onSettled(resume: (exit: Exit.Exit<A, E>) => void): Effect.Effect<void> {
    if (this.#exit === undefined) {
      this.#waiting ??= new Set()
      this.#waiting.add(resume)
    } else resume(this.#exit)
    return Effect.sync(() => this.#waiting?.delete(resume))
  }

  override commit(): Effect.Effect<A, E> {
    return this.#exit ?? Effect.async<A, E>((resume) => this.onSettled(resume))
  }
}
