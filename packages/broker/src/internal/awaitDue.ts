import * as Effect from "effect/Effect"

/**
 * Waits for a deadline, or until there may be another one. Where the program itself was held up, what clients have sent in
 * time lies unread: that is read before anybody is judged.
 */
export const awaitDue = (changed: Effect.Latch, due: number, now: () => number): Effect.Effect<void> =>
  due === Infinity ? changed.await : Effect.suspend(() => {
    // Whole milliseconds: a sleep that ends a fraction early must not turn into a spin.
    const millis = Math.min(Math.ceil(due - now()), longestSleep)
    return Effect.zipRight(
      Effect.timeoutOption(changed.await, millis),
      Effect.suspend(() => now() > due + heldUp ? Effect.sleep(reading) : Effect.void)
    )
  })

const longestSleep = 24 * 3600 * 1000

/** How late a timer of a program is that was held up. */
const heldUp = 100

/** More than it takes to read what has arrived. */
const reading = 1000
