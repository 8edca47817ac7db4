/**
 * What a client is doing right now.
 *
 * @since 0.1.0
 */
import type { AuthError, ConnectError } from "./MqttError.ts"
import type { Negotiated } from "./Negotiated.ts"

/**
 * What a client is doing right now.
 *
 * - `Connecting`: attempt number `attempt` of this outage is under way.
 * - `Connected`: publishes flow. `epoch` counts the links of this client from 1.
 * - `Disconnected`: the link dropped or an attempt failed; another attempt will follow.
 * - `Failed`: the client has given up; `error` is what `failure` of the client fails with.
 * - `Closed`: the client was closed here.
 *
 * @since 0.1.0
 * @category models
 */
export type ConnectionStatus =
  | { readonly _tag: "Connecting"; readonly attempt: number }
  | { readonly _tag: "Connected"; readonly epoch: number; readonly negotiated: Negotiated }
  | { readonly _tag: "Disconnected"; readonly error: AuthError | ConnectError }
  | { readonly _tag: "Failed"; readonly error: AuthError | ConnectError }
  | { readonly _tag: "Closed" }
