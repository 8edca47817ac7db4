/**
 * The settings of one link, as client and server agreed on them.
 *
 * @since 0.1.0
 */
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"
import type { QoS } from "./Message.ts"

export type {
  /**
   * `4` is MQTT 3.1.1, `5` is MQTT 5.0.
   *
   * @since 0.1.0
   * @category models
   */
  ProtocolVersion
}

/**
 * What the server announced in its CONNACK, with the specification's defaults filled in
 * [5 §3.2.2.3]; it bounds what the client may send on this link.
 *
 * @since 0.1.0
 * @category models
 */
export interface Negotiated {
  readonly protocolVersion: ProtocolVersion
  /** The identifier in use: the assigned one if the client sent none. */
  readonly clientId: string
  /** Whether the server has kept the session of an earlier link. */
  readonly sessionPresent: boolean
  /** Seconds; 0 is off. */
  readonly keepAlive: number
  /** Seconds that the session outlives the link; `Infinity` for a kept 3.1.1 session. */
  readonly sessionExpiry: number
  /** How many QoS 1 and 2 messages the server takes unacknowledged. */
  readonly receiveMaximum: number
  /** How many topic aliases the server takes; 0 is none. */
  readonly topicAliasMaximum: number
  /** The highest QoS that may be published with. */
  readonly maximumQoS: QoS
  /** Whether messages may be retained. */
  readonly retainAvailable: boolean
  /** The largest packet that the server takes, bytes. */
  readonly maximumPacketBytes: number
  readonly wildcardSubscriptionAvailable: boolean
  readonly subscriptionIdentifierAvailable: boolean
  readonly sharedSubscriptionAvailable: boolean
  /** What response topics may be built from, if the server offers something. */
  readonly responseInformation: string | undefined
}
