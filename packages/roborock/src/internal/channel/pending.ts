import type * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import type { CommandError } from "../../RoborockError.ts"

/** Over the home network, or through the cloud. */
export type Way = "local" | "cloud"

/** What brings the answer: the response, or a message that follows it; then a response only counts when it is a refusal. */
export type AnsweredBy = "response" | "map" | "photo"

/** A request that waits. */
export interface Pending {
  readonly method: string
  readonly answeredBy: AnsweredBy
  readonly way: Way
  /** It has left: with the link its answer is lost, too. */
  sent: boolean
  readonly result: Deferred.Deferred<unknown, CommandError>
  /** Gives back what the request holds. */
  readonly close: Effect.Effect<void>
}

/** Map envelopes carry the id in 16 bits. */
const lastId = 0xffff
const firstId = 10_000

/**
 * The requests of one device that wait for an answer, by id. `start` is random, so that a late answer to an earlier
 * session of this program matches nothing. The caller bounds the number of entries.
 */
export const make = (start: number) => {
  const entries = new Map<number, Pending>()
  let next = firstId + start % (lastId - firstId + 1)
  const step = (id: number) => id === lastId ? firstId : id + 1
  return {
    entries,
    add: (entry: Pending): number => {
      while (entries.has(next)) next = step(next)
      const id = next
      next = step(next)
      entries.set(id, entry)
      return id
    },
    /** The entry is compared, because the id may belong to a newer request by now. */
    remove: (id: number, entry: Pending): void => {
      if (entries.get(id) === entry) entries.delete(id)
    }
  }
}
