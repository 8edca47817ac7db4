/**
 * What stands behind the web API of the simulated cloud: the account, its logins, its devices and routines.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Account } from "./Account.ts"
import type { Sessions } from "./Sessions.ts"
import type { CloudSchedule } from "./SimulatorOptions.ts"

/**
 * What the cloud last heard of a device.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceStatus {
  readonly online: boolean
  readonly dataPoints: ReadonlyMap<number, unknown>
}

/**
 * A routine of the home.
 *
 * @since 0.1.0
 * @category models
 */
export interface Scene {
  readonly id: number
  readonly name: string
  /** The device that takes part in it. */
  readonly duid: string
  /** The JSON text that describes it to the app (PROTOCOL 1.11). */
  readonly param: string
  /** What happens when it is executed. */
  readonly run: Effect.Effect<void>
}

/**
 * Everything that the web API answers from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Cloud {
  readonly account: Account
  readonly sessions: Sessions
  /** What logins hand out; an effect, because a server learns its port when it listens. */
  readonly addresses: Effect.Effect<{ readonly baseUrl: string; readonly mqttUrl: string }>
  readonly statusOf: (duid: string) => Effect.Effect<DeviceStatus>
  readonly scenes: ReadonlyArray<Scene>
  /** The schedules that the app has made for a device; `undefined` for a device that is not of this account. */
  readonly schedulesOf: (duid: string) => ReadonlyArray<CloudSchedule> | undefined
  /** When false, the right password is answered with "need two step validate", as for accounts with that setting. */
  readonly passwordLogin: boolean
}
