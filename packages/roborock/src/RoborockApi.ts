/**
 * The web API of the Roborock cloud: login, home, rooms.
 *
 * No request is repeated by itself, and nothing is polled: the cloud blocks accounts, and whole addresses, that ask
 * too often (home data about five times an hour). `RateGuard.protect` keeps a program below the limits. Secrets are `Redacted`, spans carry no address and no query.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CloudSchedule } from "./CloudSchedulesTrait.ts"
import type { Credentials } from "./Credentials.ts"
import type { HomeData, HomeDetail, HomeRoom } from "./HomeData.ts"
import { quiet } from "./internal/webApi/exchange.ts"
import * as home from "./internal/webApi/home.ts"
import * as loginFlow from "./internal/webApi/login.ts"
import type { AuthError, ConnectError } from "./RoborockError.ts"
import type { Routine } from "./Routine.ts"
import type { UserData } from "./UserData.ts"

/**
 * The operations of the web API. Each one fails with `AuthError` when logging in again (or differently) is what helps,
 * with `ConnectError` for everything else.
 *
 * @since 0.1.0
 * @category tags
 */
export class RoborockApi extends Context.Tag("@effect-mqtt/roborock/RoborockApi")<RoborockApi, {
  /** Finds the account's region and logs in; stored credentials are handed back without any request. */
  readonly login: (credentials: Credentials) => Effect.Effect<UserData, AuthError | ConnectError>
  /** Id and name of the home. The cheapest way to see whether a login is still valid. */
  readonly homeDetail: (userData: UserData) => Effect.Effect<HomeDetail, AuthError | ConnectError>
  /** Devices, products and rooms. If the cloud leaves out the rooms, `askRooms` makes the second call: `rooms` by default. */
  readonly homeData: (
    userData: UserData,
    homeId: number,
    askRooms?: Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError>
  ) => Effect.Effect<HomeData, AuthError | ConnectError>
  /** The rooms of a home, by themselves. */
  readonly rooms: (
    userData: UserData,
    homeId: number
  ) => Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError>
  /** The rooms of a device that another person has shared. */
  readonly sharedRooms: (
    userData: UserData,
    duid: string
  ) => Effect.Effect<ReadonlyArray<HomeRoom>, AuthError | ConnectError>
  /** The routines of a home. */
  readonly routines: (
    userData: UserData,
    homeId: number
  ) => Effect.Effect<ReadonlyArray<Routine>, AuthError | ConnectError>
  /** Runs a routine: completes when the cloud has accepted it. */
  readonly runRoutine: (userData: UserData, id: number) => Effect.Effect<void, AuthError | ConnectError>
  /** The schedules that the cloud keeps for a device; those on the robot are a trait of it. */
  readonly schedules: (
    userData: UserData,
    duid: string
  ) => Effect.Effect<ReadonlyArray<CloudSchedule>, AuthError | ConnectError>
}>() {}

/**
 * How to reach the web API.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Login API to use instead of the regional servers, such as a simulator. @default the regional servers in turn */
  readonly baseUrl?: string | undefined
  /**
   * Any text that stays the same for this installation. To the cloud each new one is a new phone.
   *
   * @default a constant: installations of one person look like the same phone
   */
  readonly deviceIdentifier?: string | undefined
  /** How long one request may take. @default "20 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
  /** A longer answer is refused. @default 8 MiB */
  readonly maxBodyBytes?: number | undefined
}

/**
 * Builds the API on the `HttpClient` that is provided.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<RoborockApi["Type"], never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) => {
    const context: loginFlow.Context = {
      client: quiet(client),
      limits: { timeout: options.timeout ?? "20 seconds", maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024 },
      baseUrl: options.baseUrl,
      deviceIdentifier: options.deviceIdentifier ?? "effect-mqtt"
    }
    return {
      login: Effect.fn("RoborockApi.login")((credentials) => loginFlow.login(context, credentials)),
      homeDetail: Effect.fn("RoborockApi.homeDetail")((userData) => home.homeDetail(context, userData)),
      homeData: Effect.fn("RoborockApi.homeData")((
        userData,
        homeId,
        askRooms = home.rooms(context, userData, homeId)
      ) => home.homeData(context, userData, homeId, askRooms)),
      rooms: Effect.fn("RoborockApi.rooms")((userData, homeId) => home.rooms(context, userData, homeId)),
      sharedRooms: Effect.fn("RoborockApi.sharedRooms")((userData, duid) => home.sharedRooms(context, userData, duid)),
      routines: Effect.fn("RoborockApi.routines")((userData, homeId) => home.routines(context, userData, homeId)),
      runRoutine: Effect.fn("RoborockApi.runRoutine")((userData, id) => home.runRoutine(context, userData, id)),
      schedules: Effect.fn("RoborockApi.schedules")((userData, duid) => home.schedules(context, userData, duid))
    }
  })

/**
 * The API as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<RoborockApi, never, HttpClient.HttpClient> =>
  Layer.effect(RoborockApi, make(options))
