/**
 * The settings of one link, as client and server agreed on them.
 *
 * @since 0.1.0
 */
import type { Packet, ProtocolVersion, QoS } from "@effect-mqtt/codec"

/**
 * What the server announced in its CONNACK, with the specification's defaults filled in
 * [5 §3.2.2.3]; it bounds what the client may send on this link.
 *
 * @since 0.1.0
 * @category models
 */
export interface Negotiated {
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
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
  readonly maximumQoS: QoS.QoS
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

const unlimitedPacketBytes = 268_435_460

/**
 * Reads the settings of a link from its CONNECT and its successful CONNACK.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (connect: Packet.Connect, connAck: Packet.ConnAck): Negotiated => {
  const announced = connAck.properties ?? {}
  const modern = connect.protocolVersion === 5
  return {
    protocolVersion: connect.protocolVersion,
    clientId: announced.assignedClientIdentifier ?? connect.clientId,
    sessionPresent: connAck.sessionPresent,
    keepAlive: announced.serverKeepAlive ?? connect.keepAlive,
    sessionExpiry: modern
      ? announced.sessionExpiryInterval ?? connect.properties?.sessionExpiryInterval ?? 0
      // A 3.1.1 session lasts one link, or for as long as the server likes.
      : connect.cleanStart
      ? 0
      : Infinity,
    receiveMaximum: announced.receiveMaximum ?? 65535,
    topicAliasMaximum: announced.topicAliasMaximum ?? 0,
    maximumQoS: announced.maximumQoS === 0 ? 0 : announced.maximumQoS === 1 ? 1 : 2,
    retainAvailable: announced.retainAvailable !== 0,
    maximumPacketBytes: announced.maximumPacketSize ?? unlimitedPacketBytes,
    wildcardSubscriptionAvailable: announced.wildcardSubscriptionAvailable !== 0,
    subscriptionIdentifierAvailable: modern && announced.subscriptionIdentifierAvailable !== 0,
    sharedSubscriptionAvailable: announced.sharedSubscriptionAvailable !== 0,
    responseInformation: announced.responseInformation
  }
}
