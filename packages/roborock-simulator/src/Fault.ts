/**
 * What can be made to go wrong between a client and the simulator, with `Simulator.inject`, until its scope closes.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * Something that goes wrong on one of the ways between client and devices.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault =
  & {
    /** How many times it happens; always if left out. */
    readonly times?: number | undefined
  }
  & (
    | { readonly channel: "web"; readonly trouble: WebTrouble; readonly path?: string | undefined }
    | { readonly channel: "cloud"; readonly trouble: CloudTrouble; readonly device?: string | undefined }
    | { readonly channel: "local"; readonly trouble: LocalTrouble; readonly device?: string | undefined }
    | { readonly channel: "discovery"; readonly trouble: "unheard"; readonly device?: string | undefined }
  )

/**
 * What goes wrong with a call of the web API.
 *
 * - `Status`: an HTTP status and no JSON, as from a gateway
 * - `Code`: a code of PROTOCOL 1.12, in the form of the API that was called
 * - `Slow`: the answer comes later
 * - `Malformed`: JSON that ends in the middle
 *
 * @since 0.1.0
 * @category models
 */
export type WebTrouble =
  | { readonly _tag: "Status"; readonly status: number }
  | { readonly _tag: "Code"; readonly code: number; readonly message: string }
  | { readonly _tag: "Slow"; readonly delay: Duration.DurationInput }
  | { readonly _tag: "Malformed" }

/**
 * What goes wrong with what a device sends through the broker: lost, late, or not what it was.
 *
 * @since 0.1.0
 * @category models
 */
export type CloudTrouble =
  | { readonly _tag: "Dropped" }
  | { readonly _tag: "Delayed"; readonly delay: Duration.DurationInput }
  | { readonly _tag: "Garbage" }

/**
 * What goes wrong with a request to a robot's TCP port: it is not answered, the connection is closed, or it is answered
 * with a damaged frame or with noise. Hellos and pings are still answered; `SimulatedRobot.setLocal` silences those too.
 *
 * @since 0.1.0
 * @category models
 */
export type LocalTrouble = "silent" | "close" | "badChecksum" | "garbage"

/**
 * How many times a fault happens, and to which calls: those whose path begins like this.
 *
 * @since 0.1.0
 * @category models
 */
export interface WebOptions {
  readonly path?: string | undefined
  readonly times?: number | undefined
}

/**
 * How many times a fault happens, and to which device, by name.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceOptions {
  readonly device?: string | undefined
  readonly times?: number | undefined
}

const web = (trouble: WebTrouble, options: WebOptions | undefined): Fault => ({ channel: "web", trouble, ...options })

/**
 * Calls of the web API are answered with an HTTP status and no JSON.
 *
 * @since 0.1.0
 * @category web
 */
export const webStatus = (status: number, options?: WebOptions): Fault => web({ _tag: "Status", status }, options)

/**
 * Calls of the web API are refused with a code, such as 9002 for too many requests.
 *
 * @since 0.1.0
 * @category web
 */
export const webCode = (code: number, message: string, options?: WebOptions): Fault =>
  web({ _tag: "Code", code, message }, options)

/**
 * Answers of the web API come later.
 *
 * @since 0.1.0
 * @category web
 */
export const webSlow = (delay: Duration.DurationInput, options?: WebOptions): Fault =>
  web({ _tag: "Slow", delay }, options)

/**
 * Answers of the web API end in the middle.
 *
 * @since 0.1.0
 * @category web
 */
export const webMalformed = (options?: WebOptions): Fault => web({ _tag: "Malformed" }, options)

const cloud = (trouble: CloudTrouble, options: DeviceOptions | undefined): Fault => ({
  channel: "cloud",
  trouble,
  ...options
})

/**
 * What devices send through the broker is lost.
 *
 * @since 0.1.0
 * @category cloud
 */
export const cloudDropped = (options?: DeviceOptions): Fault => cloud({ _tag: "Dropped" }, options)

/**
 * What devices send through the broker comes later.
 *
 * @since 0.1.0
 * @category cloud
 */
export const cloudDelayed = (delay: Duration.DurationInput, options?: DeviceOptions): Fault =>
  cloud({ _tag: "Delayed", delay }, options)

/**
 * What devices send through the broker is noise.
 *
 * @since 0.1.0
 * @category cloud
 */
export const cloudGarbage = (options?: DeviceOptions): Fault => cloud({ _tag: "Garbage" }, options)

/**
 * Robots do something other than answer requests on their TCP ports.
 *
 * @since 0.1.0
 * @category local
 */
export const local = (trouble: LocalTrouble, options?: DeviceOptions): Fault => ({
  channel: "local",
  trouble,
  ...options
})

/**
 * Nobody hears the broadcasts of robots.
 *
 * @since 0.1.0
 * @category local
 */
export const discoveryUnheard = (options?: DeviceOptions): Fault => ({
  channel: "discovery",
  trouble: "unheard",
  ...options
})
