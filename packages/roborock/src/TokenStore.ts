/**
 * Where logins are kept, so that nobody is asked again after a restart.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as keptJson from "./internal/keptJson.ts"
import * as UserData from "./UserData.ts"

/**
 * Logins by account. A store that does not work is one that is empty.
 *
 * @since 0.1.0
 * @category tags
 */
export class TokenStore extends Context.Tag("@effect-mqtt/roborock/TokenStore")<TokenStore, {
  /** The login of an account, `undefined` when there is none or it cannot be read. */
  readonly get: (account: string) => Effect.Effect<UserData.UserData | undefined>
  readonly set: (account: string, userData: UserData.UserData) => Effect.Effect<void>
  readonly remove: (account: string) => Effect.Effect<void>
}>() {}

/** Names of files and the like should not tell whose account it is. */
const keyOf = (account: string): string =>
  `login-${bytesToHex(sha256(utf8ToBytes(account.trim().toLowerCase()))).slice(0, 24)}`

/**
 * Logins in the `KeyValueStore`, **with their secrets in clear**: it has to be one that only its owner can read.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<TokenStore, never, KeyValueStore.KeyValueStore> = Layer.effect(
  TokenStore,
  Effect.map(KeyValueStore.KeyValueStore, (store) => ({
    get: (account) =>
      Effect.flatMap(keptJson.read(store, keyOf(account)), (json) =>
        json === undefined
          ? Effect.succeed(undefined)
          : Effect.orElseSucceed(UserData.decode(json), () => undefined)),
    set: (account, userData) => keptJson.write(store, keyOf(account), UserData.encode(userData)),
    remove: (account) => keptJson.remove(store, keyOf(account))
  }))
)
