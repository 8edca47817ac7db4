import * as Effect from "effect/Effect"

/**
 * Runs the effect when it is first needed, once for all who need it, and keeps its success. A failure, or an
 * interruption, is kept for nobody: the next one in line tries again. `getBy` does the same with another effect. `renew`
 * puts the success of another effect in its place; a failure leaves it.
 */
export const keepFirstSuccess = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lock = Effect.unsafeMakeSemaphore(1)
  let kept: { readonly value: A } | undefined
  const keep = (value: A): void => {
    kept = { value }
  }
  const getBy = (way: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    lock.withPermits(1)(
      Effect.suspend(() =>
        kept === undefined ? Effect.tap(way, (value) => Effect.sync(() => keep(value))) : Effect.succeed(kept.value)
      )
    )
  return {
    get: getBy(effect),
    getBy,
    renew: <E2, R2>(another: Effect.Effect<A, E2, R2>): Effect.Effect<void, E2, R2> => Effect.map(another, keep)
  }
}
