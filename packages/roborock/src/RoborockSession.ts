/**
 * An account and its devices: the service that programs use.
 *
 * @since 0.1.0
 */
import type { Reconnect } from "@effect-mqtt/connection/Reconnect"
import type { Transport } from "@effect-mqtt/connection/Transport"
import type * as HttpClient from "@effect/platform/HttpClient"
import type { KeyValueStore } from "@effect/platform/KeyValueStore"
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
import * as DeviceMemory from "./DeviceMemory.ts"
import * as Diagnostics from "./Diagnostics.ts"
import type { HomeDevice } from "./HomeData.ts"
import * as accountHome from "./internal/session/accountHome.ts"
import { findByName, isNamed, saidOf } from "./internal/session/findByName.ts"
import * as localKeys from "./internal/session/localKeys.ts"
import * as openedDevices from "./internal/session/openedDevices.ts"
import * as roomNames from "./internal/session/roomNames.ts"
import * as LocalDiscovery from "./LocalDiscovery.ts"
import type { LocalNetwork } from "./LocalNetwork.ts"
import * as RateGuard from "./RateGuard.ts"
import * as RoborockApi from "./RoborockApi.ts"
import * as RoborockAuth from "./RoborockAuth.ts"
import { type AuthError, type ConnectError, UnknownDevice } from "./RoborockError.ts"
import type { Routine } from "./Routine.ts"
import * as TokenStore from "./TokenStore.ts"
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
 * Says that the session began, or went on, with what an earlier one had kept, because the cloud could not be asked.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stale {
  /** When the cloud was last asked successfully, in Unix milliseconds. */
  readonly since: number
  readonly cause: ConnectError
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
  /** The login in use. It is kept in the `KeyValueStore`; whoever keeps it elsewhere writes it with `UserData.encode`. */
  readonly userData: Effect.Effect<UserData>
  /** Present while account or devices are what was kept, because the cloud could not be asked; see `refresh`. */
  readonly stale: Effect.Effect<Stale | undefined>
  /**
   * All devices of the account, own and shared ones, with those that are not supported. The first use reads the home
   * (from the cloud, unless it was read there in the last twelve hours), connects to MQTT, and opens each device; later
   * ones give the same devices. One that cannot be reached now does not stop the others: its state is `stale`, with the
   * reason in `trouble`, and it comes up by itself. This fails when none can be reached.
   */
  readonly devices: Effect.Effect<ReadonlyArray<Device.Device>, AuthError | ConnectError>
  /** One device by name (ignoring case where that is unambiguous) or id; opens only this one, or fails when it cannot. */
  readonly device: (nameOrId: string) => Effect.Effect<Device.Device, AuthError | ConnectError | UnknownDevice>
  /**
   * Reads account and home from the cloud again, to find devices that were added. Open ones stay, and take a new key if
   * theirs no longer works. A failure changes nothing. Use it rarely: the cloud blocks accounts that ask too often.
   */
  readonly refresh: Effect.Effect<void, AuthError | ConnectError>
  /** A report of all devices that can be shown to others: without secrets, names and addresses. */
  readonly diagnostics: Effect.Effect<Diagnostics.Diagnostics, AuthError | ConnectError>
  /** The routines of the home, as the app has them. */
  readonly routines: Effect.Effect<ReadonlyArray<Routine>, AuthError | ConnectError>
  /** Runs a routine, by its id. */
  readonly runRoutine: (id: number) => Effect.Effect<void, AuthError | ConnectError>
  /** The state of the MQTT connection that all devices share. */
  readonly link: Subscribable.Subscribable<CloudChannel.Link>
}>() {}

/**
 * The options of a session whose collaborators are provided.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionOptions {
  /** How long one request to a device may take; twice that for maps. @default "10 seconds" */
  readonly requestTimeout?: Duration.DurationInput | undefined
  /** How often devices are asked for their status. */
  readonly poll?: Device.Polling | undefined
  /** Addresses of devices on the home network, by name or id, for those that are not found automatically. */
  readonly hosts?: Readonly<Record<string, string>> | undefined
  /** Devices that are left out as if the account did not have them, by name or id. @default none */
  readonly hidden?: ReadonlyArray<string> | undefined
  /**
   * For how long after the cloud was asked a session begins with the account that an earlier one has kept, without asking
   * again: for programs that start often. A revoked login then shows only with the first use of the cloud.
   *
   * @default "0 seconds": the cloud is asked at each start
   */
  readonly trustKept?: Duration.DurationInput | undefined
}

/**
 * The options of a session that makes its own collaborators.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends SessionOptions {
  readonly credentials: Credentials
  /** How long the first MQTT connection may take. @default "30 seconds" */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /** When to try again after the MQTT link dropped. @default `CloudChannel.defaultReconnect` */
  readonly reconnect?: Reconnect | undefined
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

/**
 * Makes a session. It asks for the home of the account, so a login that is not accepted, or a cloud that cannot be
 * reached, shows here. A kept login that is refused is renewed once. When the cloud cannot be reached, the session begins
 * with what an earlier one has kept, if anything, and is `stale`. Everything else waits until it is needed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: SessionOptions = {}
): Effect.Effect<
  RoborockSession["Type"],
  AuthError | ConnectError,
  | RoborockApi.RoborockApi
  | RoborockAuth.RoborockAuth
  | CloudChannel.CloudChannel
  | KeyValueStore
  | LocalNetwork
  | LocalDiscovery.LocalDiscovery
  | Scope.Scope
> =>
  Effect.gen(function*() {
    const api = yield* RoborockApi.RoborockApi
    const auth = yield* RoborockAuth.RoborockAuth
    const cloud = yield* CloudChannel.CloudChannel
    const scope = yield* Effect.scope
    const context = yield* Effect.context<
      CloudChannel.CloudChannel | KeyValueStore | LocalNetwork | LocalDiscovery.LocalDiscovery
    >()
    const known = yield* accountHome.make(options.trustKept ?? 0)
    const { authorised, home } = known
    const { hidden = [], hosts = {} } = options
    const shown = Effect.map(home, ({ devices }) => devices.filter((device) => !hidden.some(isNamed(device))))
    const roomsOf = yield* roomNames.make(known)
    const renewKeyOf = localKeys.make(known)

    const routines = Effect.suspend(() => authorised((userData) => api.routines(userData, known.account().homeId)))
    const runRoutine = (id: number) => authorised((userData) => api.runRoutine(userData, id))

    const open = (device: HomeDevice, evenUnreachable: boolean) =>
      Effect.flatMap(Scope.fork(scope, ExecutionStrategy.sequential), (deviceScope) =>
        Effect.gen(function*() {
          const host = saidOf(device, hosts)
          const { region, rriot } = yield* auth.userData
          return yield* Device.make({
            home: device,
            mqttKey: rriot.k,
            renewKey: renewKeyOf(device),
            region,
            routines: {
              list: Effect.map(routines, (all) => all.filter(({ duids }) => duids.includes(device.duid))),
              run: runRoutine
            },
            cloudSchedules: { list: authorised((userData) => api.schedules(userData, device.duid)) },
            homeRooms: roomsOf(device),
            timeout: options.requestTimeout,
            poll: options.poll,
            memory: yield* DeviceMemory.make(device.duid),
            place: host === undefined ? undefined : { host },
            evenUnreachable: evenUnreachable || known.stale() !== undefined
          })
        }).pipe(
          Effect.provide(context),
          Scope.extend(deviceScope),
          Effect.onError((cause) => Scope.close(deviceScope, Exit.failCause(cause)))
        ))

    const opened = openedDevices.make(open)

    return {
      account: Effect.sync(known.account),
      userData: auth.userData,
      stale: Effect.sync(known.stale),
      link: cloud.link,
      devices: Effect.flatMap(shown, opened.all),
      device: (nameOrId) =>
        Effect.flatMap(
          shown,
          (devices): Effect.Effect<Device.Device, AuthError | ConnectError | UnknownDevice> => {
            const found = findByName(devices, nameOrId)
            if (found !== undefined) return opened.one(found)
            return new UnknownDevice({ device: nameOrId, known: devices.map(({ name }) => name) })
          }
        ),
      diagnostics: Effect.flatMap(home, (data) => {
        const open = Effect.orElseSucceed(Effect.flatMap(shown, opened.all), () => [])
        return Effect.flatMap(open, (devices) => Diagnostics.make(data, devices))
      }),
      refresh: known.refresh,
      routines,
      runRoutine
    }
  })

/** Calls of the web API are counted, so that no program locks out its owner. */
const guardedApi = (
  options: RoborockApi.Options
): Layer.Layer<RoborockApi.RoborockApi, never, HttpClient.HttpClient | KeyValueStore> =>
  Layer.effect(
    RoborockApi.RoborockApi,
    Effect.zipWith(RoborockApi.make(options), RateGuard.RateGuard, RateGuard.protect)
  ).pipe(Layer.provide(RateGuard.layer))

/**
 * The session as a layer, on the `HttpClient`, the `Transport`, the `LocalNetwork` and the `KeyValueStore` that are
 * provided. The store keeps logins and device keys, so only its owner may be able to read it. Bind the layer to a
 * constant: each call is a session of its own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options
): Layer.Layer<
  RoborockSession,
  AuthError | ConnectError,
  HttpClient.HttpClient | Transport | LocalNetwork | KeyValueStore
> =>
  Layer.scoped(RoborockSession, make(options)).pipe(
    Layer.provide(CloudChannel.layer({ reconnect: options.reconnect, connectTimeout: options.connectTimeout })),
    Layer.provide(RoborockAuth.layer(options.credentials, options.baseUrl)),
    Layer.provide(Layer.mergeAll(
      guardedApi({
        baseUrl: options.baseUrl,
        deviceIdentifier: options.deviceIdentifier,
        timeout: options.apiTimeout
      }),
      TokenStore.layer,
      LocalDiscovery.layer
    ))
  )
