import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { RequestError } from "../../RoborockError.ts"
import { maxInFlight } from "./inTurn.ts"

/**
 * Waits for values that come unasked, as answers of devices whose messages have no ids. A value that a whole wait did not
 * bring is not waited for again: the device does not have it.
 */
export const make = () => {
  interface Wait {
    readonly missing: Set<number>
    readonly complete: Deferred.Deferred<void>
    hasTurn: boolean
    hasSome: boolean
  }
  const waits = new Set<Wait>()
  const absent = new Set<number>()
  const slots = Effect.unsafeMakeSemaphore(maxInFlight)

  const arrived = (ids: Iterable<number>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const known = [...ids]
      known.forEach((id) => absent.delete(id))
      return Effect.forEach(waits, (wait) => {
        const before = wait.missing.size
        known.forEach((id) => wait.missing.delete(id))
        wait.hasSome ||= wait.missing.size < before
        return wait.missing.size === 0 ? Deferred.succeed(wait.complete, undefined) : Effect.void
      }, { discard: true })
    })

  /** Asks, and ends when all is there or the time is over with something there. */
  const collect = <E>(
    method: string,
    wanted: ReadonlyArray<number>,
    ask: Effect.Effect<void, E>,
    timeout: Duration.DurationInput
  ): Effect.Effect<void, E | RequestError> =>
    Effect.gen(function*() {
      const missing = wanted.filter((id) => !absent.has(id))
      const wait: Wait = {
        missing: new Set(missing.length === 0 ? wanted : missing),
        complete: yield* Deferred.make<void>(),
        hasTurn: false,
        hasSome: false
      }
      const inTurn = slots.withPermits(1)(Effect.acquireUseRelease(
        Effect.sync(() => {
          wait.hasTurn = true
          waits.add(wait)
        }),
        () => Effect.zipRight(ask, Deferred.await(wait.complete)),
        () => Effect.sync(() => waits.delete(wait))
      ))
      yield* Effect.timeoutTo(inTurn, {
        duration: timeout,
        onSuccess: () => Effect.void,
        onTimeout: () => enough(wait)
      }).pipe(Effect.flatten)

      function enough({ hasSome, hasTurn, missing }: Wait): Effect.Effect<void, RequestError> {
        if (!hasSome) return Effect.fail(new RequestError({ reason: hasTurn ? "TimedOut" : "QueueTimeout", method }))
        missing.forEach((id) => absent.add(id))
        return Effect.void
      }
    })

  return { arrived, collect }
}
