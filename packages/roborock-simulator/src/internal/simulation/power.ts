import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import type * as Scope from "effect/Scope"

/** The switch of a device: while it is on, `life` runs. */
export interface Power {
  readonly on: Effect.Effect<void>
  readonly off: Effect.Effect<void>
  /** Off for a time; switching by hand ends the wait. */
  readonly restart: (downFor: Duration.DurationInput) => Effect.Effect<void>
}

/** A device that is off. */
export const makePower = (life: Effect.Effect<unknown>): Effect.Effect<Power, never, Scope.Scope> =>
  Effect.gen(function*() {
    const living = yield* FiberHandle.make<unknown>()
    const waiting = yield* FiberHandle.make<unknown>()
    const start = Effect.asVoid(FiberHandle.run(living, Effect.interruptible(life), { onlyIfMissing: true }))
    const stop = FiberHandle.clear(living)
    return {
      on: Effect.zipRight(FiberHandle.clear(waiting), start),
      off: Effect.zipRight(FiberHandle.clear(waiting), stop),
      restart: (downFor) =>
        Effect.zipRight(
          stop,
          Effect.asVoid(FiberHandle.run(waiting, Effect.interruptible(Effect.delay(start, downFor))))
        )
    }
  })
