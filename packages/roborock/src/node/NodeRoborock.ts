/**
 * Sessions on Node: with the HTTP client and the sockets already provided.
 *
 * @since 0.1.0
 */
import { NodeTransport } from "@effect-mqtt/connection/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { AuthError, ConnectError } from "../RoborockError.ts"
import * as RoborockSession from "../RoborockSession.ts"
import * as NodeLocalNetwork from "./NodeLocalNetwork.ts"

const platform = Layer.mergeAll(NodeHttpClient.layerUndici, NodeTransport.layer, NodeLocalNetwork.layer)

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
 *   credentials: { email: "ada@example.com", password: Redacted.make("secret") }
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
  options: RoborockSession.Options
): Layer.Layer<RoborockSession.RoborockSession, AuthError | ConnectError> =>
  Layer.provide(RoborockSession.layer(options), platform)

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
}

/**
 * {@link layer} for a password login whose options are read from `Config`; `rest` are those that are no configuration.
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
  rest?: Omit<RoborockSession.Options, "credentials" | "baseUrl">
): Layer.Layer<RoborockSession.RoborockSession, AuthError | ConnectError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(
      Config.unwrap(options),
      ({ baseUrl, email, password }) => layer({ ...rest, baseUrl, credentials: { email, password } })
    )
  )
