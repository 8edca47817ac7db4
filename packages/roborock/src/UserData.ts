/**
 * What a login returns: the token, and the keys to the home API and to the MQTT broker. It stays valid for weeks or
 * months; store it, readable only by its owner, and pass it as `{ userData }` instead of logging in each time.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { lenient, Text } from "./internal/lenient.ts"
import { AuthError } from "./RoborockError.ts"

const Secret = Schema.Redacted(Schema.NonEmptyString)

/** A level of every MQTT topic: printable ASCII without the characters that are special in a topic. */
const UserId = Schema.String.pipe(Schema.pattern(/^[!"$-*,-.0-~]{1,64}$/))

const preserve = { parseOptions: { onExcessProperty: "preserve" } } as const

/**
 * The keys of a session: `u` user id, `s` session, `h` key of the request signature, `k` MQTT key, and the addresses
 * in `r`: `a` home API, `m` MQTT broker.
 *
 * @since 0.1.0
 * @category models
 */
export const Rriot = Schema.Struct({
  u: UserId,
  s: Secret,
  h: Secret,
  k: Secret,
  r: Schema.Struct({
    a: Schema.NonEmptyString,
    m: Schema.NonEmptyString,
    r: lenient(Schema.String),
    l: lenient(Schema.String)
  }).annotations(preserve)
}).annotations(preserve)

/**
 * The answer of a login. Only `token` and `rriot` are needed afterwards; fields that are not named here are kept.
 * `client` is added by `RoborockApi.login`: the login API of the account's region, and the client id that it knows us by.
 *
 * @since 0.1.0
 * @category models
 */
export const UserData = Schema.Struct({
  token: Secret,
  rriot: Rriot,
  uid: lenient(Text),
  rruid: lenient(Text),
  nickname: lenient(Schema.String),
  region: lenient(Schema.String),
  country: lenient(Schema.String),
  countrycode: lenient(Text),
  client: lenient(Schema.Struct({ baseUrl: Schema.String, clientId: Schema.String }))
}).annotations(preserve)

/**
 * The type of {@link UserData}.
 *
 * @since 0.1.0
 * @category models
 */
export type UserData = typeof UserData.Type

/**
 * Reads a login answer, or one that was stored with {@link encode}. Fails with `AuthError` (`InvalidUserData`); the
 * error holds no part of the data.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (json: unknown): Effect.Effect<UserData, AuthError> =>
  Schema.decodeUnknown(UserData)(json).pipe(
    // A ParseError quotes the values that it refuses, and these are secrets: it must not become the cause.
    Effect.mapError(() => new AuthError({ reason: "InvalidUserData" }))
  )

/**
 * Plain JSON for storage, **with the secrets in clear**.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode: (userData: UserData) => typeof UserData.Encoded = Schema.encodeSync(UserData)
