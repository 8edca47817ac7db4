/**
 * What the cloud last said about the home of an account: enough to start without the cloud.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as HomeData from "./HomeData.ts"
import * as keptJson from "./internal/keptJson.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"

/**
 * A value and when it was read from the cloud (Unix milliseconds).
 *
 * @since 0.1.0
 * @category models
 */
export interface Kept<A> {
  readonly value: A
  readonly at: number
}

/**
 * The cache of one account.
 *
 * @since 0.1.0
 * @category models
 */
export interface HomeCache {
  readonly detail: Effect.Effect<Kept<HomeData.HomeDetail> | undefined>
  readonly keepDetail: (detail: HomeData.HomeDetail) => Effect.Effect<void>
  readonly home: Effect.Effect<Kept<HomeData.HomeData> | undefined>
  readonly keepHome: (home: HomeData.HomeData) => Effect.Effect<void>
}

const kept = (json: unknown): Kept<unknown> | undefined => {
  const at = isRecord(json) ? numberField(json, "at") : undefined
  return isRecord(json) && at !== undefined ? { value: json["value"], at } : undefined
}

/**
 * The cache of the account with this user id (`rriot.u`), in the `KeyValueStore`. It holds the keys of the devices **in
 * clear**.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (userId: string): Effect.Effect<HomeCache, never, KeyValueStore.KeyValueStore> =>
  Effect.map(KeyValueStore.KeyValueStore, (store) => {
    const account = bytesToHex(sha256(utf8ToBytes(userId))).slice(0, 24)
    const detailKey = `account-${account}`
    const homeKey = `home-${account}`
    const write = (key: string, value: unknown) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => keptJson.write(store, key, { at, value }))
    return {
      detail: Effect.map(keptJson.read(store, detailKey), (json) => {
        const found = kept(json)
        const homeId = isRecord(found?.value) ? numberField(found.value, "homeId") : undefined
        const name = isRecord(found?.value) ? found.value["name"] : undefined
        return found === undefined || homeId === undefined
          ? undefined
          : { at: found.at, value: { homeId, name: typeof name === "string" ? name : undefined } }
      }),
      keepDetail: (detail) => write(detailKey, detail),
      home: Effect.map(keptJson.read(store, homeKey), (json) => {
        const found = kept(json)
        return found === undefined ? undefined : { at: found.at, value: HomeData.decode(found.value) }
      }),
      keepHome: (home) => write(homeKey, Redacted.value(home.source))
    }
  })
