import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { RequestError } from "../../RoborockError.ts"
import type { Context } from "./dialectContext.ts"

/**
 * Waits for values that come unasked, as answers of devices whose messages have no ids. A value that a whole wait did not
 * bring is not waited for again: the device does not have it.
 */
export const make = ({ exchange }: Pick<Context, "exchange">) => {
  interface Wait {
    readonly missing: Set<number>
    readonly complete: Deferred.Deferred<void>
    hasSome: boolean
  }
  const waits = new Set<Wait>()
  const absent = new Set<number>()

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
  const collect = (
    method: string,
    wanted: ReadonlyArray<number>,
    question: (timestamp: number) => Uint8Array
  ): Effect.Effect<void, RequestError> =>
    Effect.gen(function*() {
      const missing = wanted.filter((id) => !absent.has(id))
      const wait: Wait = {
        missing: new Set(missing.length === 0 ? wanted : missing),
        complete: yield* Deferred.make<void>(),
        hasSome: false
      }
      const asked = exchange(method, question, (send) =>
        Effect.acquireUseRelease(
          Effect.sync(() => waits.add(wait)),
          () => Effect.zipRight(send, Deferred.await(wait.complete)),
          () => Effect.sync(() => waits.delete(wait))
        ))
      yield* Effect.catchIf(
        asked,
        ({ reason }) => reason === "TimedOut" && wait.hasSome,
        () => Effect.sync(() => wait.missing.forEach((id) => absent.add(id)))
      )
    })

  return { arrived, collect }
}
