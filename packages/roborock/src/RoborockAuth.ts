/**
 * The login of a session: where it comes from, and what happens when it is refused.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type { Credentials } from "./Credentials.ts"
import { uptime } from "./internal/uptime.ts"
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
   * To be called when `refused` was refused with `error`: takes the login that another program has made meanwhile, or
   * logs in again, once for all callers, unless that was done already. Where there is no way to log in, or it was tried a
   * short while ago, it fails with `error`.
   */
  readonly renew: (refused: UserData, error: AuthError) => Effect.Effect<UserData, AuthError | ConnectError>
  /** Completes when the login in use is no longer `refused`: it was renewed, or another program has made one. */
  readonly replaced: (refused: UserData) => Effect.Effect<void>
}>() {}

/**
 * A login that cannot be renewed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fixed = (userData: UserData): RoborockAuth["Type"] => ({
  userData: Effect.succeed(userData),
  renew: (_, error) => Effect.fail(error),
  replaced: () => Effect.never
})

/** A login that is refused soon after it was made is not cured by another one. */
const betweenRenewals = Duration.toMillis("1 hour")

/** How often to look for a login that another program has made. */
const betweenLooks: Duration.DurationInput = "30 seconds"

const isSameLogin = (a: UserData, b: UserData): boolean =>
  a === b ||
  Redacted.value(a.token) === Redacted.value(b.token) && Redacted.value(a.rriot.s) === Redacted.value(b.rriot.s)

/** A login that is replaced by what `newer` finds, else by what `logIn` makes. */
const replaceable = (
  first: UserData,
  newer: Effect.Effect<UserData | undefined>,
  logIn?: Effect.Effect<UserData, AuthError | ConnectError>
): Effect.Effect<RoborockAuth["Type"]> =>
  Effect.map(Effect.makeSemaphore(1), (semaphore) => {
    const oneAtATime = semaphore.withPermits(1)
    let userData = first
    let renewedAt = Number.NEGATIVE_INFINITY
    const isReplaced = (refused: UserData) =>
      isSameLogin(userData, refused)
        ? Effect.map(newer, (found) => {
          if (found === undefined || isSameLogin(found, refused)) return false
          userData = found
          return true
        })
        : Effect.succeed(true)
    const renew = (refused: UserData, error: AuthError) =>
      Effect.gen(function*() {
        if (yield* isReplaced(refused)) return userData
        const now = yield* uptime
        if (logIn === undefined || now - renewedAt < betweenRenewals) return yield* error
        const before = renewedAt
        renewedAt = now
        // A caller that gave up waiting has not tried for the others.
        return userData = yield* Effect.onInterrupt(logIn, () =>
          Effect.sync(() => {
            renewedAt = before
          }))
      })
    return {
      userData: Effect.sync(() => userData),
      renew: (refused, error) => oneAtATime(renew(refused, error)),
      replaced: (refused) =>
        Effect.asVoid(
          Effect.repeat(oneAtATime(isReplaced(refused)), { until: (is) => is, schedule: Schedule.spaced(betweenLooks) })
        )
    }
  })

/**
 * The login of an account: the one that was kept, or a new one, which is kept then.
 *
 * With `{ email, code }` a renewal asks the person again. With `{ userData }` it takes what `newer` finds, if anything.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  credentials: Credentials,
  /** Login API that is used instead of the regional servers: their logins are not valid for each other. */
  baseUrl?: string
): Effect.Effect<RoborockAuth["Type"], AuthError | ConnectError, RoborockApi | TokenStore> =>
  Effect.gen(function*() {
    if ("userData" in credentials) {
      const { newer = Effect.succeed(undefined), userData } = credentials
      return yield* replaceable(userData, newer)
    }
    const api = yield* RoborockApi
    const store = yield* TokenStore
    const { email } = credentials
    const account = baseUrl === undefined ? email : `${email} ${baseUrl}`
    const kept = store.get(account)
    const logIn = Effect.tap(api.login(credentials), (userData) => store.set(account, userData))
    return yield* replaceable((yield* kept) ?? (yield* logIn), kept, logIn)
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
