/**
 * The MQTT client over Node's sockets.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Layer from "effect/Layer"
import * as MqttClient from "../MqttClient.ts"
import type { AuthError, ConnectError } from "../MqttError.ts"
import * as NodeTransport from "./NodeTransport.ts"
import type { Options } from "./NodeTransportOptions.ts"

/**
 * `MqttClient.layer` with the transport of Node provided; `transport` has the options of its TLS,
 * WebSocket, proxy and time-outs.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { NodeMqttClient } from "@effect-mqtt/connection/node"
 * import { Effect } from "effect"
 *
 * export const program = Effect.flatMap(MqttClient.MqttClient, (client) => client.publish("hello", "world")).pipe(
 *   Effect.provide(NodeMqttClient.layer({ url: "mqtt://localhost" })),
 *   Effect.catchTags({
 *     AuthError: (error) => Effect.logError("check the password", error.message),
 *     ConnectError: (error) => Effect.logError("no broker there", error.message)
 *   })
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: MqttClient.Options,
  transport: Options = {}
): Layer.Layer<MqttClient.MqttClient, AuthError | ConnectError> =>
  Layer.provide(MqttClient.layer(options), NodeTransport.layerWith(transport))

/**
 * `MqttClient.layerConfig` with the transport of Node provided.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<MqttClient.ConfigOptions>,
  rest?: MqttClient.NonConfigOptions,
  transport: Options = {}
): Layer.Layer<MqttClient.MqttClient, AuthError | ConnectError | ConfigError.ConfigError> =>
  Layer.provide(MqttClient.layerConfig(options, rest), NodeTransport.layerWith(transport))
