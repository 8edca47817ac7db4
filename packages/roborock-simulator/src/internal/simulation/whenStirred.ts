import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** How long nothing worth a push happens by itself; `undefined` when nothing will, until somebody gives an order. */
export type QuietTime = () => Duration.DurationInput | undefined

/** Pushes over and over: when it is stirred, and when something may have happened by itself. */
export const pushWhenStirred = <E, R>(
  stirred: Effect.Latch,
  quietTime: QuietTime,
  push: Effect.Effect<unknown, E, R>
): Effect.Effect<never, E, R> =>
  Effect.gen(function*() {
    yield* stirred.close
    yield* push
    const quiet = quietTime()
    yield* quiet === undefined ? stirred.await : Effect.timeoutOption(stirred.await, quiet)
  }).pipe(Effect.forever)
