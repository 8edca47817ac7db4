import * as Effect from "effect/Effect"

/** Where one fiber waits to be woken. A ring that finds nobody waiting is kept for the next wait. */
export class Bell {
  #waiting: (() => void) | undefined = undefined
  #isRung = false

  ring(): void {
    const wake = this.#waiting
    this.#waiting = undefined
    if (wake === undefined) this.#isRung = true
    else wake()
  }

  get wait(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.#isRung) {
        this.#isRung = false
        return resume(Effect.void)
      }
      this.#waiting = () => resume(Effect.void)
      return Effect.sync(() => {
        this.#waiting = undefined
      })
    })
  }
}
