/** Who is logged in, as `roborock login` has left it for the other commands. */
import * as UserData from "@effect-mqtt/roborock/UserData"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** One value, and so one file: whose login it is cannot be another than the one that it lies beside. */
const Kept = Schema.Struct({
  email: Schema.String,
  /** The login API, where it is not that of Roborock. */
  baseUrl: Schema.optional(Schema.String),
  userData: UserData.UserData
})

export type KeptLogin = typeof Kept.Type

/** Whoever it belongs to: another login takes its place. */
const key = "login-of-command"

const kept = Effect.map(KeyValueStore.KeyValueStore, (store) => store.forSchema(Kept))

/** A store that does not work is one that is empty. */
export const read: Effect.Effect<KeptLogin | undefined, never, KeyValueStore.KeyValueStore> = Effect.flatMap(
  kept,
  (store) => Effect.map(Effect.orElseSucceed(store.get(key), Option.none), Option.getOrUndefined)
)

export const write = (login: KeptLogin) => Effect.flatMap(kept, (store) => store.set(key, login))
