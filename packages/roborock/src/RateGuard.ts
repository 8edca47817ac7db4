/**
 * How often the web API may be called: less often than what Roborock answers by locking out the account, and the whole
 * address, for a day (PROTOCOL 7.3).
 *
 * The counts are in the `KeyValueStore`, so that they outlive the program and hold for all programs that share the store
 * (even at the same time, if its `modify` is atomic, as that of `PrivateFiles` is). While the store does not work they
 * hold for this program.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { EmailCode } from "./Credentials.ts"
import * as keptJson from "./internal/keptJson.ts"
import { isRecord } from "./internal/v1/json.ts"
import { type Counts, decode, key, longestBlock, nextFree } from "./internal/webApi/callCounts.ts"
import type { RoborockApi } from "./RoborockApi.ts"
import { type AuthError, ConnectError } from "./RoborockError.ts"

/**
 * Kinds of calls that are counted separately: logins, login codes by e-mail, the home of the account, home data, its rooms,
 * routines, running one, and schedules.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "login" | "code" | "home" | "homeData" | "rooms" | "routines" | "runRoutine" | "schedules"

/**
 * At most `calls` in any span of this length.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limit {
  readonly calls: number
  readonly within: Duration.DurationInput
}

const limit = (calls: number, within: Duration.DurationInput): Limit => ({ calls, within })

const moderate = [limit(6, "1 minute"), limit(30, "1 hour"), limit(200, "1 day")]

/**
 * The default limits. Those for logins and home data are the ones with which a widely used client ended its bans; the one
 * for codes is another client's.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultLimits: Readonly<Record<Kind, ReadonlyArray<Limit>>> = {
  login: [limit(1, "1 second"), limit(3, "1 minute"), limit(10, "1 hour"), limit(20, "1 day")],
  code: [limit(1, "15 minutes")],
  home: moderate,
  homeData: [limit(1, "1 second"), limit(3, "1 minute"), limit(5, "1 hour"), limit(40, "1 day")],
  rooms: [limit(3, "1 minute"), limit(5, "1 hour"), limit(40, "1 day")],
  routines: moderate,
  runRoutine: moderate,
  schedules: moderate
}

/**
 * Lets calls pass, or says when the next one may be made.
 *
 * @since 0.1.0
 * @category tags
 */
export class RateGuard extends Context.Tag("@effect-mqtt/roborock/RateGuard")<RateGuard, {
  /**
   * Counts a call. One that comes up to a second too early waits; any earlier one fails with `ConnectError`
   * `TooManyRequests`, whose `nextTryAt` says when it may be made.
   */
  readonly admit: (kind: Kind) => Effect.Effect<void, ConnectError>
  /** When the next call may be made, in Unix milliseconds; the present time if it may be made now. */
  readonly nextTryAt: (kind: Kind) => Effect.Effect<number>
  /** The service itself has refused a call as too many: none of this kind for an hour, then twice as long up to a day. */
  readonly refused: (kind: Kind) => Effect.Effect<void>
}>() {}

const firstBlock = Duration.toMillis("1 hour")
const shortWait = 1000

const serviceOf = (kind: Kind) => kind === "login" || kind === "code" || kind === "home" ? "login API" : "home API"

/** With these, no code was sent. */
const sentNothing: ReadonlySet<(AuthError | ConnectError)["reason"]> = new Set([
  "AccountDoesNotExist",
  "InvalidEmail",
  "InvalidAddress",
  "MissingParameters",
  "Unreachable"
])

const tooMany = (kind: Kind, nextTryAt: number, refusal?: AuthError | ConnectError): ConnectError =>
  new ConnectError({
    reason: "TooManyRequests",
    service: serviceOf(kind),
    retryable: false,
    code: refusal?.code,
    serverMessage: refusal?.serverMessage,
    nextTryAt
  })

/**
 * A guard whose counts are in the store.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  limits: Readonly<Record<Kind, ReadonlyArray<Limit>>> = defaultLimits
): Effect.Effect<RateGuard["Type"], never, KeyValueStore.KeyValueStore> =>
  Effect.gen(function*() {
    const store = yield* KeyValueStore.KeyValueStore
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)

    /** What a store that does not work would forget holds for this program. */
    let unsaved: unknown

    /** `f` gets the time at which it has the counts: what others counted while it waited for them is not ahead of it. */
    const decide = <A>(
      kind: Kind,
      f: (counts: Counts, now: number) => { readonly answer: A; readonly counts: Counts }
    ) =>
      Effect.clockWith((clock) => {
        const made = (json: unknown) => {
          const all = isRecord(json) ? json : {}
          const { answer, counts } = f(decode(all[kind]), clock.unsafeCurrentTimeMillis())
          return { answer, all: { ...all, [kind]: counts } }
        }
        let decided: ReturnType<typeof made> | undefined
        const modified = keptJson.modify(store, key, (json) => {
          decided = made(unsaved ?? json)
          return decided.all
        })
        return Effect.flatMap(modified, (isStored) => {
          if (isStored && decided !== undefined) {
            unsaved = undefined
            return Effect.succeed(decided.answer)
          }
          return Effect.map(keptJson.read(store, key), (json) => {
            const { all, answer } = made(unsaved ?? json)
            unsaved = all
            return answer
          })
        })
      })

    /** Looks and counts in one step, so that of two programs only one gets the last call that is left. */
    const admit = (kind: Kind): Effect.Effect<void, ConnectError> =>
      Effect.gen(function*() {
        const longest = Math.max(...limits[kind].map(({ within }) => Duration.toMillis(within)))
        while (true) {
          const { nextTryAt, now } = yield* decide(kind, (counts, now) => {
            const nextTryAt = nextFree(counts, limits[kind], now)
            const calls = counts.calls.filter((time) => time > now - longest && time <= now)
            return {
              answer: { nextTryAt, now },
              counts: { ...counts, calls: nextTryAt > now ? calls : [...calls, now] }
            }
          })
          if (nextTryAt <= now) return
          if (nextTryAt > now + shortWait) return yield* tooMany(kind, nextTryAt)
          yield* Effect.sleep(nextTryAt - now)
        }
      })

    return {
      admit: (kind) => oneAtATime(admit(kind)),
      nextTryAt: (kind) =>
        Effect.zipWith(Clock.currentTimeMillis, keptJson.read(store, key), (now, json) => {
          const all = unsaved ?? json
          return nextFree(decode(isRecord(all) ? all[kind] : undefined), limits[kind], now)
        }),
      refused: (kind) =>
        oneAtATime(decide(kind, (counts, now) => {
          const refusals = now - counts.blockedUntil > longestBlock ? 1 : counts.refusals + 1
          const blockedUntil = now + Math.min(longestBlock, firstBlock * 2 ** (refusals - 1))
          return { answer: undefined, counts: { ...counts, refusals, blockedUntil } }
        }))
    }
  })

/**
 * The guard as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<RateGuard, never, KeyValueStore.KeyValueStore> = Layer.effect(RateGuard, make())

/**
 * Empties the store, except for the counts: for the service, calls before a logout still count after the next login.
 *
 * @since 0.1.0
 * @category combinators
 */
export const clearButCounts: Effect.Effect<void, PlatformError, KeyValueStore.KeyValueStore> = Effect.flatMap(
  KeyValueStore.KeyValueStore,
  (store) => keptJson.clearBut(store, key)
)

/**
 * An API whose calls the guard counts. When the service refuses a call as too many, that kind is blocked for a while, and
 * the error says until when.
 *
 * @since 0.1.0
 * @category combinators
 */
export const protect = (api: RoborockApi["Type"], guard: RateGuard["Type"]): RoborockApi["Type"] => {
  /** A call that the service refuses as too many blocks that kind. */
  const heeding = <A>(
    kind: Kind,
    call: Effect.Effect<A, AuthError | ConnectError>
  ): Effect.Effect<A, AuthError | ConnectError> =>
    Effect.catchIf(
      call,
      (error) => error.reason === "TooManyRequests",
      (error) =>
        Effect.zipRight(
          guard.refused(kind),
          Effect.flatMap(guard.nextTryAt(kind), (nextTryAt) => tooMany(kind, nextTryAt, error))
        )
    )
  const counted = <A>(kind: Kind, call: Effect.Effect<A, AuthError | ConnectError>) =>
    Effect.zipRight(guard.admit(kind), heeding(kind, call))

  /** A code counts when it may have been sent: with a mistyped address, or without a network, nobody has to wait. */
  const withCode = (credentials: EmailCode) =>
    Effect.gen(function*() {
      const nextTryAt = yield* guard.nextTryAt("code")
      if (nextTryAt > (yield* Clock.currentTimeMillis)) return yield* tooMany("code", nextTryAt)
      yield* guard.admit("login")
      const count = yield* Effect.once(Effect.ignore(guard.admit("code")))
      const login = api.login({ ...credentials, code: Effect.zipRight(count, credentials.code) })
      return yield* heeding(
        "code",
        Effect.tapError(login, (error) => sentNothing.has(error.reason) ? Effect.void : count)
      )
    })
  const rooms: RoborockApi["Type"]["rooms"] = (userData, homeId) => counted("rooms", api.rooms(userData, homeId))
  return {
    login: (credentials) =>
      "userData" in credentials
        ? api.login(credentials)
        : "password" in credentials
        ? counted("login", api.login(credentials))
        : withCode(credentials),
    homeDetail: (userData) => counted("home", api.homeDetail(userData)),
    homeData: (userData, homeId, askRooms = rooms(userData, homeId)) =>
      counted("homeData", api.homeData(userData, homeId, askRooms)),
    rooms,
    sharedRooms: (userData, duid) => counted("rooms", api.sharedRooms(userData, duid)),
    routines: (userData, homeId) => counted("routines", api.routines(userData, homeId)),
    runRoutine: (userData, id) => counted("runRoutine", api.runRoutine(userData, id)),
    schedules: (userData, duid) => counted("schedules", api.schedules(userData, duid))
  }
}
