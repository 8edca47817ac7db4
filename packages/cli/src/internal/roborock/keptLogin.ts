/** Who is logged in, as `roborock login` has left it for the other commands. */
import * as TokenStore from "@effect-mqtt/roborock/TokenStore"
import type { UserData } from "@effect-mqtt/roborock/UserData"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Kept = Schema.Struct({ email: Schema.String, baseUrl: Schema.optional(Schema.String) })

export interface KeptLogin {
  readonly email: string
  /** The login API, where it is not that of Roborock. */
  readonly baseUrl: string | undefined
  readonly userData: UserData
}

const key = "account"
/** The token of this command, whoever it belongs to: another login takes its place. */
const slot = "roborock-command"

/** A store that does not work is one that is empty. */
export const read: Effect.Effect<KeptLogin | undefined, never, KeyValueStore.KeyValueStore | TokenStore.TokenStore> =
  Effect.gen(function*() {
    const store = (yield* KeyValueStore.KeyValueStore).forSchema(Kept)
    const kept = Option.getOrUndefined(yield* Effect.orElseSucceed(store.get(key), Option.none))
    const userData = yield* (yield* TokenStore.TokenStore).get(slot)
    return kept === undefined || userData === undefined
      ? undefined
      : { email: kept.email, baseUrl: kept.baseUrl, userData }
  })

export const write = ({ baseUrl, email, userData }: KeptLogin) =>
  Effect.gen(function*() {
    const store = (yield* KeyValueStore.KeyValueStore).forSchema(Kept)
    yield* (yield* TokenStore.TokenStore).set(slot, userData)
    yield* store.set(key, baseUrl === undefined ? { email } : { email, baseUrl })
  })
