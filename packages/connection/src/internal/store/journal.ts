/**
 * What journals have in common, whatever they are written to: the table as it is now, the order of
 * commits, a bound, and when to write the table anew instead of appending to its history.
 */
import * as Effect from "effect/Effect"
import { StoreError } from "../../MqttError.ts"
import type { Change, StoredSession } from "./storedSession.ts"

export interface Medium {
  /** Makes the changes durable; the table as it is before them. */
  readonly append: (changes: ReadonlyArray<Change>) => Effect.Effect<void, StoreError>
  /** Replaces the whole history by the table. */
  readonly rewrite: (records: ReadonlyMap<string, Uint8Array>) => Effect.Effect<void, StoreError>
  /** Bytes of history since the last rewrite. */
  readonly historyBytes: () => number
}

const kib = 1024
export const defaultMaxBytes = 64 * kib * kib
/** History below this is not worth rewriting. */
const smallHistoryBytes = 256 * kib

const sizeOf = (key: string, value: Uint8Array | undefined): number =>
  value === undefined ? 0 : key.length + value.length + 16

export const make = (
  medium: Medium,
  records: Map<string, Uint8Array>,
  maxBytes: number
): StoredSession => {
  const turn = Effect.unsafeMakeSemaphore(1)
  const opened = new Map(records)
  let liveBytes = 0
  for (const [key, value] of records) liveBytes += sizeOf(key, value)
  let broken: StoreError | undefined

  const growth = (changes: ReadonlyArray<Change>): number => {
    const after = new Map<string, Uint8Array | undefined>()
    let bytes = 0
    for (const { key, value } of changes) {
      const before = after.has(key) ? after.get(key) : records.get(key)
      bytes += sizeOf(key, value) - sizeOf(key, before)
      after.set(key, value)
    }
    return bytes
  }

  const applied = (changes: ReadonlyArray<Change>, grown: number) => {
    liveBytes += grown
    for (const { key, value } of changes) {
      if (value === undefined) records.delete(key)
      else records.set(key, value)
    }
  }

  /** What is in the medium now is not known: nothing may follow it. */
  const breaks = (error: StoreError) =>
    Effect.sync(() => {
      broken = error
    })

  const commit = (changes: ReadonlyArray<Change>): Effect.Effect<void, StoreError> =>
    Effect.suspend(() => {
      if (broken !== undefined) return broken
      const grown = growth(changes)
      if (grown > 0 && liveBytes + grown > maxBytes) return new StoreError({ reason: "Full" })
      return Effect.flatMap(Effect.tapError(medium.append(changes), breaks), () => {
        applied(changes, grown)
        const history = medium.historyBytes()
        // The commit is durable already: that it fails is said of the next one.
        return history > smallHistoryBytes && history > 2 * liveBytes
          ? Effect.catchAll(medium.rewrite(records), breaks)
          : Effect.void
      })
    })

  return {
    records: opened,
    commit: (changes) => turn.withPermits(1)(Effect.uninterruptible(commit(changes)))
  }
}
