import * as Effect from "effect/Effect"

/** Where one fiber waits to be woken. A ring that finds nobody waiting is kept for the next wait. */
export interface Bell {
  readonly wait: Effect.Effect<void>
  readonly ring: () => void
}

export const make = (): Bell => {
  let waiting: (() => void) | undefined
  let rung = false
  return {
    wait: Effect.async<void>((resume) => {
      if (rung) {
        rung = false
        return resume(Effect.void)
      }
      waiting = () => resume(Effect.void)
      return Effect.sync(() => {
        waiting = undefined
      })
    }),
    ring: () => {
      const wake = waiting
      waiting = undefined
      if (wake === undefined) rung = true
      else wake()
    }
  }
}
