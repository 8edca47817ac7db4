/**
 * An account and its devices: the service that programs use.
 *
 * @since 0.1.0
 */
import type { Reconnect } from "@effect-mqtt/connection/Reconnect"
import type { Transport } from "@effect-mqtt/connection/Transport"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type * as Subscribable from "effect/Subscribable"
import * as CloudChannel from "./CloudChannel.ts"
import type { Credentials } from "./Credentials.ts"
import * as Device from "./Device.ts"
import type { HomeDevice, HomeRoom } from "./HomeData.ts"
import { keepFirstSuccess } from "./internal/keepFirstSuccess.ts"
import * as LocalDiscovery from "./LocalDiscovery.ts"
import type { LocalNetwork } from "./LocalNetwork.ts"
import * as RoborockApi from "./RoborockApi.ts"
import * as RoborockAuth from "./RoborockAuth.ts"
import { type AuthError, type ConnectError, UnknownDevice } from "./RoborockError.ts"
import type { UserData } from "./UserData.ts"

/**
 * Whose session it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Account {
  readonly uid: string | undefined
  readonly nickname: string | undefined
  readonly region: string | undefined
  readonly country: string | undefined
  readonly homeId: number
  readonly homeName: string | undefined
}

/**
 * The session. It lives as long as its layer: then listeners end and the MQTT connection closes.
 *
 * @example
 * ```ts
 * import { RoborockSession } from "@effect-mqtt/roborock"
 * import { NodeRoborock } from "@effect-mqtt/roborock/node"
 * import { Effect, Redacted } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const session = yield* RoborockSession.RoborockSession
 *   const vacuum = yield* session.device("Living room")
 *   const cleaning = yield* vacuum.trait("cleaning")
 *   yield* cleaning.rooms(["Kitchen"], { repeat: 2 })
 * })
 *
 * const credentials = { email: "ada@example.com", password: Redacted.make("secret") }
 *
 * export const main = program.pipe(Effect.provide(NodeRoborock.layer({ credentials })))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class RoborockSession extends Context.Tag("@effect-mqtt/roborock/RoborockSession")<RoborockSession, {
  /** Fetched when the session was built; see `refresh`. */
  readonly account: Effect.Effect<Account>
  /** What the login returned. Store it (`UserData.encode`) and start from it the next time, instead of logging in. */
  readonly userData: UserData
  /**
   * All devices of the account, own and shared ones, with those that are not supported. The first use reads the home
   * from the cloud, connects to MQTT, and opens each device; later ones give the same devices.
   */
  readonly devices: Effect.Effect<ReadonlyArray<Device.Device>, AuthError | ConnectError>
  /** One device by name (case does not count if that is clear) or id; opens only this one. */
  readonly device: (nameOrId: string) => Effect.Effect<Device.Device, AuthError | ConnectError | UnknownDevice>
  /**
   * Reads account and home from the cloud again, to find devices that were added. Those that are open stay as they
   * are, and so does everything when it fails. Use it rarely: the cloud blocks who asks more than a few times an hour.
   */
  readonly refresh: Effect.Effect<void, AuthError | ConnectError>
  /** The state of the MQTT connection that all devices share. */
  readonly link: Subscribable.Subscribable<CloudChannel.Link>
}>() {}

/**
 * The options of a session on a `RoborockApi` that is there already.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionOptions {
  readonly credentials: Credentials
  /** How long one request to a device may take; twice that for maps. @default "10 seconds" */
  readonly requestTimeout?: Duration.DurationInput | undefined
  /** How long the first MQTT connection may take. @default "30 seconds" */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /** When to try again after the MQTT link dropped. @default `CloudChannel.defaultReconnect` */
  readonly reconnect?: Reconnect | undefined
  /** How often devices are asked for their status. */
  readonly poll?: Device.Polling | undefined
}

/**
 * The options of a session with a `RoborockApi` of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends SessionOptions {
  /** Login API to use instead of the regional servers, such as a simulator. @default the regional servers in turn */
  readonly baseUrl?: string | undefined
  /**
   * Any text that stays the same for this installation.
   *
   * @default a constant: see `RoborockApi.Options`
   */
  readonly deviceIdentifier?: string | undefined
  /** How long one request to the web API may take. @default "20 seconds" */
  readonly apiTimeout?: Duration.DurationInput | undefined
}

const toAccount = (
  userData: UserData,
  home: { readonly homeId: number; readonly name: string | undefined }
): Account => ({
  uid: userData.uid,
  nickname: userData.nickname,
  region: userData.region,
  country: userData.country,
  homeId: home.homeId,
  homeName: home.name
})

const findByName = (devices: ReadonlyArray<HomeDevice>, wanted: string): HomeDevice | undefined => {
  const plain = (name: string) => name.trim().toLowerCase()
  const similar = devices.filter(({ name }) => plain(name) === plain(wanted))
  return devices.find(({ duid, name }) => name === wanted || duid === wanted)
    ?? (similar.length === 1 ? similar[0] : undefined)
}

/** Devices that are opened at the same time by `devices`. */
const openAtOnce = 4

/**
 * Logs in (unless the credentials are a stored login) and asks for the home: so a login that is not accepted, or a
 * cloud that cannot be reached, shows here. Everything else waits until it is needed. Where it logs in is up to the
 * `RoborockApi` that is provided.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: SessionOptions
): Effect.Effect<
  RoborockSession["Type"],
  AuthError | ConnectError,
  RoborockApi.RoborockApi | Transport | LocalNetwork | LocalDiscovery.LocalDiscovery | Scope.Scope
> =>
  Effect.gen(function*() {
    const api = yield* RoborockApi.RoborockApi
    const scope = yield* Effect.scope
    const userData = yield* api.login(options.credentials)
    let account = toAccount(userData, yield* api.homeDetail(userData))
    const { connectTimeout, poll, reconnect, requestTimeout } = options
    const cloud = yield* CloudChannel.make({ reconnect, connectTimeout }).pipe(
      Effect.provideService(RoborockAuth.RoborockAuth, RoborockAuth.fixed(userData))
    )
    const context = Context.add(
      yield* Effect.context<LocalNetwork | LocalDiscovery.LocalDiscovery>(),
      CloudChannel.CloudChannel,
      cloud
    )
    const home = keepFirstSuccess(Effect.suspend(() => api.homeData(userData, account.homeId)))

    /** Rooms of the home, and after that of one device; a missing room is looked for once. */
    const roomsOf = (device: HomeDevice) => {
      let known: ReadonlyArray<HomeRoom> | undefined
      let searched = false
      const search = Effect.suspend(() =>
        device.shared ? api.sharedRooms(userData, device.duid) : api.rooms(userData, account.homeId)
      )
      return (missing: boolean): Effect.Effect<ReadonlyArray<HomeRoom>> =>
        Effect.gen(function*() {
          known ??= (yield* home.get).rooms
          if (!missing || searched) return known
          searched = true
          known = [...known, ...(yield* search)]
          return known
        }).pipe(
          Effect.catchAll((error) =>
            Effect.as(Effect.logDebug(`no room names from the cloud: ${error.message}`), known ?? [])
          )
        )
    }

    const open = (device: HomeDevice) =>
      Effect.flatMap(Scope.fork(scope, ExecutionStrategy.sequential), (deviceScope) =>
        Device.make({
          home: device,
          mqttKey: userData.rriot.k,
          homeRooms: roomsOf(device),
          timeout: requestTimeout,
          poll
        }).pipe(
          Effect.provide(context),
          Scope.extend(deviceScope),
          Effect.onError((cause) => Scope.close(deviceScope, Exit.failCause(cause)))
        ))

    const opened = new Map<string, { readonly get: Effect.Effect<Device.Device, AuthError | ConnectError> }>()
    const openOnce = (device: HomeDevice) =>
      Effect.suspend(() => {
        const { get } = opened.get(device.duid) ?? keepFirstSuccess(open(device))
        opened.set(device.duid, { get })
        return get
      })

    return {
      account: Effect.sync(() => account),
      userData,
      link: cloud.link,
      devices: Effect.flatMap(
        home.get,
        ({ devices }) => Effect.forEach(devices, openOnce, { concurrency: openAtOnce })
      ),
      device: (nameOrId) =>
        Effect.flatMap(
          home.get,
          ({ devices }): Effect.Effect<Device.Device, AuthError | ConnectError | UnknownDevice> => {
            const found = findByName(devices, nameOrId)
            return found === undefined
              ? new UnknownDevice({ device: nameOrId, known: devices.map(({ name }) => name) })
              : openOnce(found)
          }
        ),
      refresh: Effect.gen(function*() {
        const next = toAccount(userData, yield* api.homeDetail(userData))
        yield* home.renew(api.homeData(userData, next.homeId))
        account = next
      })
    }
  })

/**
 * The session as a layer, on the `HttpClient` and the `Transport` that are provided. Bind it to a constant: each call
 * is a login of its own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options
): Layer.Layer<RoborockSession, AuthError | ConnectError, HttpClient.HttpClient | Transport | LocalNetwork> =>
  Layer.scoped(RoborockSession, make(options)).pipe(
    Layer.provide(LocalDiscovery.layer),
    Layer.provide(RoborockApi.layer({
      baseUrl: options.baseUrl,
      deviceIdentifier: options.deviceIdentifier,
      timeout: options.apiTimeout
    }))
  )
