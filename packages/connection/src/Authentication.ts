/**
 * Enhanced authentication of MQTT 5 [5 §4.12]: a mechanism that talks to the server in as many steps
 * as its method needs, when a link is made and again whenever `reauthenticate` asks for it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AuthError, ConnectError } from "./MqttError.ts"

/**
 * A method of authentication, such as `SCRAM-SHA-256` or one that client and server have agreed on.
 *
 * @since 0.1.0
 * @category models
 */
export interface Mechanism {
  /** The name sent to the server; it stays the same for the whole link. */
  readonly method: string
  /**
   * Begins an exchange. Runs for every connection attempt, within its `connectTimeout`, and for every re-authentication,
   * within `connAckTimeout`.
   */
  readonly start: Effect.Effect<Exchange, AuthError | ConnectError>
}

/**
 * One run of a mechanism. A step that fails ends the link with its error, as does one that takes
 * longer than `connAckTimeout` or an eleventh step.
 *
 * @since 0.1.0
 * @category models
 */
export interface Exchange {
  /** What goes with CONNECT, or with the AUTH that begins a re-authentication. */
  readonly data?: Uint8Array | undefined
  /** Answers the data of a server that wants to continue. */
  readonly respond: (
    challenge: Uint8Array | undefined
  ) => Effect.Effect<Uint8Array | undefined, AuthError | ConnectError>
  /**
   * Checks the data that came with the server's success, before anything else is sent. Fail with
   * reason `UntrustedServer` if the server does not prove who it is.
   *
   * @default every server is trusted
   */
  readonly verify?: ((data: Uint8Array | undefined) => Effect.Effect<void, AuthError | ConnectError>) | undefined
}

/**
 * A mechanism of one step: the client presents a token, and the server accepts it or not. The token
 * may be an Effect, which is evaluated for each exchange. Text travels as UTF-8.
 *
 * A server that asks for more gets the token again.
 *
 * @example
 * ```ts
 * import { Authentication, MqttClient } from "@effect-mqtt/connection"
 * import { Config, Effect } from "effect"
 *
 * export const client = MqttClient.make({
 *   url: "mqtts://broker.example",
 *   authentication: Authentication.token("K8S-SAT", Effect.orDie(Config.redacted("SERVICE_ACCOUNT_TOKEN")))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const token = (
  method: string,
  secret: Redacted.Redacted<string> | Effect.Effect<Redacted.Redacted<string>, AuthError | ConnectError>
): Mechanism => ({
  method,
  start: Effect.map(Effect.isEffect(secret) ? secret : Effect.succeed(secret), (value): Exchange => ({
    data: encoder.encode(Redacted.value(value)),
    respond: () => Effect.succeed(encoder.encode(Redacted.value(value)))
  }))
})

const encoder = new TextEncoder()
