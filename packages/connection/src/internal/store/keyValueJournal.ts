/**
 * A journal in a `KeyValueStore`, which knows neither lists of keys nor transactions: each commit is
 * one value of its own, numbered, so that it is there as a whole or not at all. The table is written
 * anew in turns to two places, so that one good copy of it exists at any moment.
 */
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { StoreError } from "../../MqttError.ts"
import { demandBound } from "../optionValue.ts"
import * as batch from "./batch.ts"
import type { Medium } from "./journal.ts"
import * as journal from "./journal.ts"
import type { StoredSession } from "./storedSession.ts"

export interface Options {
  /**
   * What its keys begin with.
   *
   * @default "mqtt-session"
   */
  readonly prefix?: string | undefined
  /**
   * The most that one session may hold, in bytes; beyond it a commit that adds fails with reason `Full`. Anything but a
   * whole number of at least 1 is a defect.
   *
   * @default 64 MiB
   */
  readonly maxBytes?: number | undefined
}

/** Values under different keys cannot be mistaken for each other: no salt is needed. */
const salt = 0
/** In the table: the first commit behind it, and the first one that may still have to be removed. */
const positionKey = "\u0000position"

interface Table {
  readonly records: Map<string, Uint8Array>
  readonly next: number
  readonly obsolete: number
  readonly place: 0 | 1
}

const io = (cause: unknown) => new StoreError({ reason: "Io", cause })

const encodePosition = (next: number, obsolete: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16))
  view.setFloat64(0, next)
  view.setFloat64(8, obsolete)
  return new Uint8Array(view.buffer)
}

const decodeTable = (bytes: Uint8Array, place: 0 | 1): Table | undefined => {
  const records = new Map<string, Uint8Array>()
  if (batch.frameEnd(bytes, 0, salt) !== bytes.length) return undefined
  batch.apply(bytes, 0, bytes.length, records)
  const position = records.get(positionKey)
  if (position?.length !== 16) return undefined
  records.delete(positionKey)
  const view = new DataView(position.buffer, position.byteOffset)
  return { records, next: view.getFloat64(0), obsolete: view.getFloat64(8), place }
}

/** Opens a session by its client identifier, which only one client has at a time. */
export type Open = (clientId: string) => Effect.Effect<StoredSession, StoreError, Scope.Scope>

export const make = (
  store: KeyValueStore.KeyValueStore,
  { maxBytes = journal.defaultMaxBytes, prefix = "mqtt-session" }: Options = {}
): Effect.Effect<Open> => {
  const open = new Set<string>()

  const get = (key: string) => Effect.map(Effect.mapError(store.getUint8Array(key), io), Option.getOrUndefined)
  const set = (key: string, bytes: Uint8Array) => Effect.mapError(store.set(key, bytes), io)
  const remove = (key: string) => Effect.mapError(store.remove(key), io)

  const load = (tableKey: (place: 0 | 1) => string, commitKey: (index: number) => string) =>
    Effect.gen(function*() {
      // Without any, the history begins at 0.
      let best: Table = { records: new Map(), next: 0, obsolete: 0, place: 1 }
      let isDamaged = false
      for (const place of [0, 1] as const) {
        const bytes = yield* get(tableKey(place))
        const table = bytes === undefined ? undefined : decodeTable(bytes, place)
        if (table !== undefined && table.next >= best.next) best = table
        isDamaged ||= bytes !== undefined && table === undefined
      }
      // A table that a crash has torn was never relied on: the commits that it was to replace are still there.
      if (isDamaged && (yield* get(commitKey(best.next))) === undefined) {
        return yield* new StoreError({ reason: "Corrupt", cause: new Error("damage in a table") })
      }
      return best
    })

  const openSession = (clientId: string) =>
    Effect.gen(function*() {
      const base = `${prefix}/${encodeURIComponent(clientId)}`
      const tableKey = (place: 0 | 1) => `${base}/table/${place}`
      const commitKey = (index: number) => `${base}/commit/${index}`
      const table = yield* load(tableKey, commitKey)
      const { records } = table
      let { next, obsolete, place } = table
      let historyBytes = 0

      /** Removes the commits that the table holds. */
      const removeObsolete = (end: number) =>
        Effect.whileLoop({
          while: () => obsolete < end,
          body: () => remove(commitKey(obsolete)),
          step: () => {
            obsolete++
          }
        })
      yield* removeObsolete(next)

      for (let bytes = yield* get(commitKey(next)); bytes !== undefined; bytes = yield* get(commitKey(next))) {
        if (batch.frameEnd(bytes, 0, salt) !== bytes.length) {
          // The last one may be torn, as nobody was told that it is durable. In the middle it is a loss.
          if ((yield* get(commitKey(next + 1))) !== undefined) return yield* new StoreError({ reason: "Corrupt" })
          break
        }
        batch.apply(bytes, 0, bytes.length, records)
        historyBytes += bytes.length
        next++
      }

      const medium: Medium = {
        append: (changes) =>
          Effect.suspend(() => {
            const bytes = batch.encode(changes, salt)
            return Effect.map(set(commitKey(next), bytes), () => {
              next++
              historyBytes += bytes.length
            })
          }),
        rewrite: (live) =>
          Effect.suspend(() => {
            const changes = Array.from(live, ([key, value]) => ({ key, value }))
            const position = { key: positionKey, value: encodePosition(next, obsolete) }
            place = place === 0 ? 1 : 0
            return Effect.zipRight(
              set(tableKey(place), batch.encode([position, ...changes], salt)),
              Effect.suspend(() => {
                historyBytes = 0
                return removeObsolete(next)
              })
            )
          }),
        historyBytes: () => historyBytes
      }
      return journal.make(medium, records, maxBytes)
    })

  const claim = (clientId: string) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        if (open.has(clientId)) return new StoreError({ reason: "InUse" })
        open.add(clientId)
        return Effect.void
      }),
      () => Effect.sync(() => open.delete(clientId))
    )

  return Effect.as(
    demandBound("maxBytes", maxBytes),
    (clientId: string) => Effect.zipRight(claim(clientId), openSession(clientId))
  )
}
