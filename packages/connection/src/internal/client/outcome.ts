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

  override commit(): Effect.Effect<A, E> {
    return this.#exit ?? Effect.async<A, E>((resume) => {
      if (this.#exit !== undefined) return resume(this.#exit)
      this.#waiting ??= new Set()
      this.#waiting.add(resume)
      return Effect.sync(() => this.#waiting?.delete(resume))
    })
  }
}
