import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { RequestError } from "../../RoborockError.ts"
import type { Context } from "./dialectContext.ts"

/** An answer may come in several messages, which follow each other at once: what has not come by then does not come. */
const quiet = "2 seconds"

/**
 * Waits for values that come unasked, as answers of devices whose messages have no ids. A value that an answer did not
 * bring is not waited for again: the device does not have it.
 */
export const make = ({ exchange }: Pick<Context, "exchange">) => {
  interface Wait {
    readonly missing: Set<number>
    readonly begun: Deferred.Deferred<void>
    readonly complete: Deferred.Deferred<void>
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
        const now = wait.missing.size
        return now === before
          ? Effect.void
          : Deferred.succeed(now === 0 ? wait.complete : wait.begun, undefined)
      }, { discard: true })
    })

  /** Ends when some of it is there and no more comes. */
  const settled = (wait: Wait): Effect.Effect<void> =>
    Effect.gen(function*() {
      yield* Deferred.await(wait.begun)
      let before: number
      do {
        before = wait.missing.size
        yield* Effect.sleep(quiet)
      } while (wait.missing.size < before)
    })

  /** Asks, and ends when all is there, or some of it and the rest does not come. */
  const collect = (
    method: string,
    wanted: ReadonlyArray<number>,
    question: (timestamp: number) => Uint8Array
  ): Effect.Effect<void, RequestError> =>
    Effect.gen(function*() {
      const missing = wanted.filter((id) => !absent.has(id))
      const wait: Wait = {
        missing: new Set(missing.length === 0 ? wanted : missing),
        begun: yield* Deferred.make<void>(),
        complete: yield* Deferred.make<void>()
      }
      const total = wait.missing.size
      const asked = exchange("question", method, question, (send) =>
        Effect.acquireUseRelease(
          Effect.sync(() => waits.add(wait)),
          () => Effect.zipRight(send, Effect.raceFirst(Deferred.await(wait.complete), settled(wait))),
          () => Effect.sync(() => waits.delete(wait))
        ))
      yield* Effect.catchIf(
        asked,
        ({ reason }) => reason === "TimedOut" && wait.missing.size < total,
        () => Effect.void
      )
      wait.missing.forEach((id) => absent.add(id))
    })

  return { arrived, collect }
}
