/** Reads the settings of a link from its CONNECT and its successful CONNACK [5 §3.2.2.3]. */
import type { Packet } from "@effect-mqtt/codec"
import type { Negotiated } from "../../../Negotiated.ts"

const unlimitedPacketBytes = 268_435_460

export const negotiate = (connect: Packet.Connect, connAck: Packet.ConnAck): Negotiated => {
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
