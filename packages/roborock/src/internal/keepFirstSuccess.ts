import * as Effect from "effect/Effect"

/**
 * Runs the effect when it is first needed, once for all who need it, and keeps its success. A failure, or an
 * interruption, is kept for nobody: the next one in line tries again. `forget` throws the success away.
 */
export const keepFirstSuccess = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lock = Effect.unsafeMakeSemaphore(1)
  let kept: { readonly value: A } | undefined
  return {
    get: lock.withPermits(1)(Effect.suspend(() =>
      kept === undefined
        ? Effect.tap(effect, (value) =>
          Effect.sync(() => {
            kept = { value }
          }))
        : Effect.succeed(kept.value)
    )),
    forget: Effect.sync(() => {
      kept = undefined
    })
  }
}
