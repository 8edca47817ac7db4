import type { PlatformError } from "@effect/platform/Error"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as log from "./log.ts"
import { parseJson } from "./v1/json.ts"

/** Whose it is stands in the middle of a key, and in the name of a file that is made of it. */
const owner = /^[a-z]+-(.+?)(?:-\d+)?$/

const ignored = (key: string) => (error: { readonly message: string }) => {
  const sentence = `"${key}" is not stored: ${error.message}`
  const [, whose] = owner.exec(key) ?? []
  return log.debug(whose === undefined ? sentence : sentence.replaceAll(whose, "..."))
}

/** JSON in a store. A store that does not work is one that is empty: nothing that is kept there is indispensable. */
export const read = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<unknown> =>
  store.get(key).pipe(
    Effect.map(Option.match({
      onNone: () => undefined,
      onSome: (text) => Either.getOrUndefined(parseJson(text))
    })),
    Effect.catchAll((error) => Effect.as(ignored(key)(error), undefined))
  )

/** What others sent may be nested too deep to be written, however well it was read. */
export const write = (store: KeyValueStore.KeyValueStore, key: string, value: unknown): Effect.Effect<void> =>
  Effect.try({
    try: () => JSON.stringify(value),
    catch: (cause) => new Cause.UnknownException(cause, "it has no JSON")
  }).pipe(
    Effect.flatMap((text) => store.set(key, text)),
    Effect.catchAll(ignored(key))
  )

/** What a store does in one step, and the interface of stores has no word for. */
export interface Abilities {
  /** Changes a value, even where there is none yet, which `modify` of the interface leaves alone. */
  readonly upsert: (key: string, f: (value: string | undefined) => string) => Effect.Effect<void, PlatformError>
  /** Removes all other values. */
  readonly clearBut: (key: string) => Effect.Effect<void, PlatformError>
}

/** By the store itself: one that is made of it, as with `KeyValueStore.prefix`, has other keys. */
const ablest = new WeakMap<KeyValueStore.KeyValueStore, Abilities>()

export const withAbilities = (
  store: KeyValueStore.KeyValueStore,
  abilities: Abilities
): KeyValueStore.KeyValueStore => {
  ablest.set(store, abilities)
  return store
}

/**
 * Replaces JSON in a store by what `f` makes of it, which may be called again: in stores that can, without losing what
 * another program writes at the same time. Says whether it is stored.
 */
export const modify = (
  store: KeyValueStore.KeyValueStore,
  key: string,
  f: (json: unknown) => unknown
): Effect.Effect<boolean> => {
  const rewritten = (text: string | undefined) =>
    JSON.stringify(f(text === undefined ? undefined : Either.getOrUndefined(parseJson(text))))
  const able = ablest.get(store)
  const replaced = able !== undefined
    ? able.upsert(key, rewritten)
    : Effect.flatMap(
      store.modify(key, rewritten),
      Option.match({
        onNone: () => Effect.suspend(() => store.set(key, rewritten(undefined))),
        onSome: () => Effect.void
      })
    )
  return replaced.pipe(
    Effect.as(true),
    Effect.catchAll((error) => Effect.as(ignored(key)(error), false))
  )
}

/** Removes all but one value; where that takes several steps, none of them is left out. */
export const clearBut = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<void, PlatformError> =>
  ablest.get(store)?.clearBut(key) ??
    Effect.uninterruptible(Effect.gen(function*() {
      const value = yield* store.get(key)
      yield* store.clear
      if (Option.isSome(value)) yield* store.set(key, value.value)
    }))

/** Bytes in a store, under the same terms. */
export const readBytes = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<Uint8Array | undefined> =>
  store.getUint8Array(key).pipe(
    Effect.map(Option.getOrUndefined),
    Effect.catchAll((error) => Effect.as(ignored(key)(error), undefined))
  )

export const writeBytes = (store: KeyValueStore.KeyValueStore, key: string, value: Uint8Array): Effect.Effect<void> =>
  Effect.catchAll(store.set(key, value), ignored(key))

export const remove = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<void> =>
  Effect.catchAll(store.remove(key), ignored(key))
