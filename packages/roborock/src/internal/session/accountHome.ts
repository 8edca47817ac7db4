import type { KeyValueStore } from "@effect/platform/KeyValueStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as HomeCache from "../../HomeCache.ts"
import type { HomeData } from "../../HomeData.ts"
import { RoborockApi } from "../../RoborockApi.ts"
import { RoborockAuth } from "../../RoborockAuth.ts"
import type { AuthError, ConnectError } from "../../RoborockError.ts"
import type { UserData } from "../../UserData.ts"
import { keepFirstSuccess } from "../keepFirstSuccess.ts"
import * as log from "../log.ts"

/** As `RoborockSession` tells it. */
const toAccount = (
  userData: UserData,
  home: { readonly homeId: number; readonly name: string | undefined }
) => ({
  uid: userData.uid,
  nickname: userData.nickname,
  region: userData.region,
  country: userData.country,
  homeId: home.homeId,
  homeName: home.name
})

type Account = Readonly<ReturnType<typeof toAccount>>

interface Stale {
  readonly since: number
  readonly cause: ConnectError
}

/** Home data that is younger is not asked for again: it changes when devices are bought. */
const freshHome = Duration.toMillis("12 hours")

/** A session that goes on without the cloud asks for it again by itself. */
const betweenAskings = Schedule.exponential("5 minutes").pipe(
  Schedule.modifyDelay((_, delay) => Duration.min(delay, "6 hours"))
)

/** What another login cures. */
const isRefusedLogin = (error: AuthError | ConnectError): error is AuthError =>
  error._tag === "AuthError" && (error.reason === "SessionRevoked" || error.reason === "InvalidUserData")

/** Account and home of a session: asked for once, kept for the next one, and renewed when the cloud can be asked again. */
export interface AccountHome {
  /** Makes a call with the login, and once more with another one when that is what cures it. */
  readonly authorised: <A>(
    call: (userData: UserData) => Effect.Effect<A, AuthError | ConnectError>
  ) => Effect.Effect<A, AuthError | ConnectError>
  readonly account: () => Account
  readonly stale: () => Stale | undefined
  readonly home: Effect.Effect<HomeData, AuthError | ConnectError>
  readonly refresh: Effect.Effect<void, AuthError | ConnectError>
  /** The home alone, without the account. */
  readonly refreshHome: Effect.Effect<void, AuthError | ConnectError>
}

/** What an earlier session has kept, and is younger than `trustKept`, is taken without asking the cloud. */
export const make = (
  trustKept: Duration.DurationInput
): Effect.Effect<AccountHome, AuthError | ConnectError, RoborockApi | RoborockAuth | KeyValueStore | Scope.Scope> =>
  Effect.gen(function*() {
    const api = yield* RoborockApi
    const auth = yield* RoborockAuth
    const scope = yield* Effect.scope
    const cache = yield* HomeCache.make((yield* auth.userData).rriot.u)
    let stale: Stale | undefined
    let isAskingAgain = false

    const authorised = <A>(call: (userData: UserData) => Effect.Effect<A, AuthError | ConnectError>) =>
      Effect.flatMap(auth.userData, (userData) =>
        Effect.catchIf(
          call(userData),
          isRefusedLogin,
          (error) => Effect.flatMap(auth.renew(userData, error), call)
        ))
    const askDetail = Effect.tap(authorised(api.homeDetail), cache.keepDetail)
    const askHome = Effect.suspend(() =>
      Effect.tap(authorised((userData) => api.homeData(userData, account.homeId)), cache.keepHome)
    )
    /** One fiber asks, however much was answered from what was kept; what somebody has refreshed meanwhile it leaves. */
    const askAgain = Effect.suspend(() => {
      if (isAskingAgain) return Effect.void
      isAskingAgain = true
      return Effect.suspend(() => stale === undefined ? Effect.void : refresh).pipe(
        Effect.delay("5 minutes"),
        Effect.retry(betweenAskings),
        Effect.ensuring(Effect.sync(() => {
          isAskingAgain = false
        })),
        Effect.interruptible,
        Effect.forkIn(scope)
      )
    })
    /** What was kept, for a cloud that cannot be asked; a refused login is another matter. */
    const orKept = <A>(
      ask: Effect.Effect<A, AuthError | ConnectError>,
      kept: Effect.Effect<HomeCache.Kept<A> | undefined>
    ) =>
      Effect.catchTag(ask, "ConnectError", (cause) =>
        Effect.flatMap(kept, (found): Effect.Effect<A, ConnectError> => {
          if (found === undefined) return Effect.fail(cause)
          stale = { since: Math.min(found.at, stale?.since ?? found.at), cause }
          return log.warning(`going on from what was kept: ${cause.message}`).pipe(
            Effect.zipRight(askAgain),
            Effect.as(found.value)
          )
        }))

    /** What was kept and is younger than `trusted`; times ahead of the clock are those of a clock that was wrong. */
    const isFresh = (kept: HomeCache.Kept<unknown>, trusted: number) =>
      Effect.map(Clock.currentTimeMillis, (now) => now >= kept.at && now - kept.at < trusted)
    const keptDetail = yield* cache.detail
    const detail = keptDetail !== undefined && (yield* isFresh(keptDetail, Duration.toMillis(trustKept)))
      ? keptDetail.value
      : yield* orKept(askDetail, Effect.succeed(keptDetail))
    let account: Account = toAccount(yield* auth.userData, detail)
    const home = keepFirstSuccess(Effect.gen(function*() {
      const kept = yield* cache.home
      return kept !== undefined && (stale !== undefined || (yield* isFresh(kept, freshHome)))
        ? kept.value
        : yield* orKept(askHome, Effect.succeed(kept))
    }))
    const refreshHome = home.renew(askHome)
    const refresh = Effect.gen(function*() {
      const next = toAccount(yield* auth.userData, yield* askDetail)
      yield* refreshHome
      account = next
      stale = undefined
    })
    return { authorised, account: () => account, stale: () => stale, home: home.get, refresh, refreshHome }
  })
