import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { RequestError } from "../../RoborockError.ts"
import type { Context } from "./dialectContext.ts"

/** An answer may come in several messages, which follow each other at once: what has not come by then does not come. */
const quiet = "2 seconds"

/** A push has what has changed, which is little of it, and an answer most of what was asked for. */
const partOfAnswer = 0.5

/** One question may have lost its answer. */
const questionsInVain = 2

/**
 * Waits for values that come unasked, as answers of devices whose messages have no ids: until all are there, or the
 * time-out gives what has come. What an answer leaves out is not waited for that long; and a value that several questions
 * did not bring is not waited for again: the device does not have it.
 */
export const make = ({ exchange }: Pick<Context, "exchange">) => {
  interface Wait {
    readonly missing: Set<number>
    /** With so few left to come, there is an answer, and not only pushes. */
    readonly leftByAnswer: number
    readonly begun: Deferred.Deferred<void>
    readonly complete: Deferred.Deferred<void>
  }
  const waits = new Set<Wait>()
  /** How many questions in a row have not brought a value. */
  const inVain = new Map<number, number>()
  const isAbsent = (id: number): boolean => (inVain.get(id) ?? 0) >= questionsInVain

  const arrived = (ids: Iterable<number>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const known = [...ids]
      known.forEach((id) => inVain.delete(id))
      return Effect.forEach(waits, (wait) => {
        const before = wait.missing.size
        known.forEach((id) => wait.missing.delete(id))
        const now = wait.missing.size
        if (now === before || now > wait.leftByAnswer) return Effect.void
        return Deferred.succeed(now === 0 ? wait.complete : wait.begun, undefined)
      }, { discard: true })
    })

  /** Ends when an answer is there and no more of it comes. */
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
      const expected = wanted.filter((id) => !isAbsent(id))
      const missing = new Set(expected.length === 0 ? wanted : expected)
      const wait: Wait = {
        missing,
        leftByAnswer: Math.floor(missing.size * (1 - partOfAnswer)),
        begun: yield* Deferred.make<void>(),
        complete: yield* Deferred.make<void>()
      }
      const total = missing.size
      const asked = exchange("question", method, question, (send) =>
        Effect.acquireUseRelease(
          Effect.sync(() => waits.add(wait)),
          () => Effect.zipRight(send, Effect.raceFirst(Deferred.await(wait.complete), settled(wait))),
          () => Effect.sync(() => waits.delete(wait))
        ))
      yield* Effect.catchIf(
        asked,
        ({ reason }) => reason === "TimedOut" && missing.size < total,
        () => Effect.void
      )
      for (const id of missing) inVain.set(id, (inVain.get(id) ?? 0) + 1)
    })

  return { arrived, collect }
}
