/**
 * The login of a session: where it comes from, and what happens when it is refused.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Credentials } from "./Credentials.ts"
import { RoborockApi } from "./RoborockApi.ts"
import type { AuthError, ConnectError } from "./RoborockError.ts"
import { TokenStore } from "./TokenStore.ts"
import type { UserData } from "./UserData.ts"

/**
 * The login in use, shared by the web API and the MQTT connection.
 *
 * @since 0.1.0
 * @category tags
 */
export class RoborockAuth extends Context.Tag("@effect-mqtt/roborock/RoborockAuth")<RoborockAuth, {
  /** The login in use. */
  readonly userData: Effect.Effect<UserData>
  /**
   * To be called when `refused` was refused with `error`: logs in anew, once for all who ask, unless that was done
   * already. Where there is no way to log in, or it was tried a short while ago, it fails with `error`.
   */
  readonly renew: (refused: UserData, error: AuthError) => Effect.Effect<UserData, AuthError | ConnectError>
}>() {}

/**
 * A login that cannot be renewed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fixed = (userData: UserData): RoborockAuth["Type"] => ({
  userData: Effect.succeed(userData),
  renew: (_, error) => Effect.fail(error)
})

/** A login that is refused soon after it was made is not cured by another one. */
const betweenRenewals = Duration.toMillis("1 hour")

/**
 * The login of an account: the one that was kept, or a new one, which is kept then.
 *
 * With `{ email, code }` a renewal asks the person again. With `{ userData }` there is none.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  credentials: Credentials,
  /** Login API that is used instead of the regional servers: logins of one are none of the other. */
  baseUrl?: string
): Effect.Effect<RoborockAuth["Type"], AuthError | ConnectError, RoborockApi | TokenStore> =>
  Effect.gen(function*() {
    if ("userData" in credentials) return fixed(credentials.userData)
    const api = yield* RoborockApi
    const store = yield* TokenStore
    const { email } = credentials
    const account = baseUrl === undefined ? email : `${email} ${baseUrl}`
    const logIn = Effect.tap(api.login(credentials), (userData) => store.set(account, userData))
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    let userData = (yield* store.get(account)) ?? (yield* logIn)
    let renewedAt = Number.NEGATIVE_INFINITY
    return {
      userData: Effect.sync(() => userData),
      renew: (refused, error) =>
        oneAtATime(Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (userData !== refused) return Effect.succeed(userData)
          if (now - renewedAt < betweenRenewals) return Effect.fail(error)
          renewedAt = now
          return Effect.map(logIn, (renewed) => userData = renewed)
        }))
    }
  })

/**
 * The login as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  credentials: Credentials,
  baseUrl?: string
): Layer.Layer<RoborockAuth, AuthError | ConnectError, RoborockApi | TokenStore> =>
  Layer.effect(RoborockAuth, make(credentials, baseUrl))
