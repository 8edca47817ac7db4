/**
 * Who may connect, and what they may publish and subscribe to.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/**
 * What a connecting client says about itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectRequest {
  /** The client identifier, or the one that the broker assigned. */
  readonly clientId: string
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<Uint8Array> | undefined
  readonly protocolVersion: 4 | 5
}

/**
 * Why a client may not connect. MQTT 5 clients get the reason code of that name (section 3.2.2.2),
 * MQTT 3.1.1 clients the nearest of their five return codes (section 3.2.2.3).
 *
 * @since 0.1.0
 * @category models
 */
export type ConnectRefusal =
  | "BadCredentials"
  | "NotAuthorized"
  | "Banned"
  | "ClientIdentifierNotValid"
  | "ServerUnavailable"
  | "ServerBusy"
  | "QuotaExceeded"

/**
 * `true` lets the client in, `false` means `BadCredentials`.
 *
 * @since 0.1.0
 * @category models
 */
export type ConnectDecision = boolean | ConnectRefusal

/**
 * Decides on a CONNECT, at once or by an effect. Only this client waits for it; a defect refuses
 * the client as `ServerUnavailable`.
 *
 * @since 0.1.0
 * @category models
 */
export type Authenticate = (connect: ConnectRequest) => ConnectDecision | Effect.Effect<ConnectDecision>

/**
 * A client that has been let in.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientIdentity {
  readonly clientId: string
  readonly username?: string | undefined
}

/**
 * What a client wants to do with a topic: send to a topic name or listen to a topic filter.
 *
 * @since 0.1.0
 * @category models
 */
export type Action = "publish" | "subscribe"

/**
 * Decides on one publish (or on a will, when the client connects) or on one filter of a SUBSCRIBE, at
 * once or by an effect. Only this client waits for it; a defect means no.
 *
 * @since 0.1.0
 * @category models
 */
export type Authorize = (
  client: ClientIdentity,
  action: Action,
  topic: string
) => boolean | Effect.Effect<boolean>

/**
 * One step of an enhanced authentication (MQTT 5 section 4.12).
 *
 * - `Challenge`: the client is asked for more, and its answer decides on the next step.
 * - `Accept`: the client is who it says it is; its name may differ from the one in its CONNECT.
 * - `Refuse`: it is not.
 *
 * @since 0.1.0
 * @category models
 */
export type AuthenticationStep =
  | {
    readonly _tag: "Challenge"
    readonly data?: Uint8Array | undefined
    readonly next: (answer: Uint8Array | undefined) => AuthenticationStep | Effect.Effect<AuthenticationStep>
  }
  | { readonly _tag: "Accept"; readonly data?: Uint8Array | undefined; readonly username?: string | undefined }
  | { readonly _tag: "Refuse"; readonly reason: ConnectRefusal }

/**
 * An authentication method that a client names in CONNECT, begun with the data it sent along: once when it connects, and
 * again each time it re-authenticates. At most ten challenges follow; a defect refuses the client.
 *
 * @since 0.1.0
 * @category models
 */
export type Mechanism = (
  connect: ConnectRequest,
  data: Uint8Array | undefined
) => AuthenticationStep | Effect.Effect<AuthenticationStep>

/**
 * Asks the client for more.
 *
 * @since 0.1.0
 * @category constructors
 */
export const challenge = (
  data: Uint8Array | undefined,
  next: (answer: Uint8Array | undefined) => AuthenticationStep | Effect.Effect<AuthenticationStep>
): AuthenticationStep => ({ _tag: "Challenge", data, next })

/**
 * Lets the client in; the data goes with the acceptance.
 *
 * @since 0.1.0
 * @category constructors
 */
export const accept = (
  options: { readonly data?: Uint8Array | undefined; readonly username?: string | undefined } = {}
): AuthenticationStep => ({ _tag: "Accept", ...options })

/**
 * Does not let the client in.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refuse = (reason: ConnectRefusal = "NotAuthorized"): AuthenticationStep => ({ _tag: "Refuse", reason })
