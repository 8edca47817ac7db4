/**
 * Sessions on Node: with the HTTP client and the sockets already provided.
 *
 * @since 0.1.0
 */
import { NodeTransport } from "@effect-mqtt/connection/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { AuthError, ConnectError } from "../RoborockError.ts"
import * as RoborockSession from "../RoborockSession.ts"
import * as NodeLocalNetwork from "./NodeLocalNetwork.ts"
import * as PrivateFiles from "./PrivateFiles.ts"

/**
 * The options of a session on Node.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends RoborockSession.Options {
  /**
   * Where logins, home, addresses and maps are kept, readable only by their owner, so that the next start needs neither a
   * login nor the cloud. Two programs may share it.
   *
   * @default nowhere: they end with the program
   */
  readonly directory?: string | undefined
}

const platform = (directory: string | undefined) =>
  Layer.mergeAll(
    NodeHttpClient.layerUndici,
    NodeTransport.layer,
    NodeLocalNetwork.layer,
    directory === undefined ? KeyValueStore.layerMemory : PrivateFiles.layer(directory)
  )

/**
 * A session of an account. TLS certificates are verified.
 *
 * @example
 * ```ts
 * import { RoborockSession } from "@effect-mqtt/roborock"
 * import { NodeRoborock } from "@effect-mqtt/roborock/node"
 * import { Effect, Redacted } from "effect"
 *
 * const RoborockLive = NodeRoborock.layer({
 *   credentials: { email: "ada@example.com", password: Redacted.make("secret") },
 *   directory: "./roborock"
 * })
 *
 * export const names = RoborockSession.RoborockSession.pipe(
 *   Effect.flatMap((session) => session.devices),
 *   Effect.map((devices) => devices.map((device) => device.name)),
 *   Effect.provide(RoborockLive)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options
): Layer.Layer<RoborockSession.RoborockSession, AuthError | ConnectError> =>
  Layer.provide(RoborockSession.layer(options), platform(options.directory))

/**
 * The options that configuration usually decides.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConfigOptions {
  readonly email: string
  readonly password: Redacted.Redacted
  readonly baseUrl?: string | undefined
  readonly directory?: string | undefined
}

/**
 * {@link layer} for a password login whose options are read from `Config`; `rest` has those that are not configuration.
 *
 * @example
 * ```ts
 * import { NodeRoborock } from "@effect-mqtt/roborock/node"
 * import { Config } from "effect"
 *
 * export const RoborockLive = NodeRoborock.layerConfig({
 *   email: Config.string("ROBOROCK_EMAIL"),
 *   password: Config.redacted("ROBOROCK_PASSWORD")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<ConfigOptions>,
  rest?: Omit<Options, "credentials" | "baseUrl" | "directory">
): Layer.Layer<RoborockSession.RoborockSession, AuthError | ConnectError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(
      Config.unwrap(options),
      ({ baseUrl, directory, email, password }) =>
        layer({ ...rest, baseUrl, directory, credentials: { email, password } })
    )
  )
