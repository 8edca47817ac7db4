import * as Packet from "@effect-mqtt/codec/Packet"
import type * as Properties from "@effect-mqtt/codec/Properties"
import * as Redacted from "effect/Redacted"
import type { ClientIdentity, ConnectRequest } from "../../AccessControl.ts"
import type { Capabilities } from "../../Capabilities.ts"
import type { Hub } from "../hub.ts"
import * as Message from "../messages/message.ts"
import type { Refusal } from "../reason.ts"
import type { ResolvedLimits } from "../resolvedLimits.ts"
import type { Will } from "../sessions/session.ts"
import * as System from "../system.ts"

/** What a CONNECT asks for, within the limits of the broker. Times are in milliseconds. */
export interface Terms {
  readonly version: 4 | 5
  readonly identity: ClientIdentity
  /** The broker chose the client identifier. */
  readonly assigned: boolean
  readonly cleanStart: boolean
  readonly keepAlive: number
  /** Whether MQTT 5 lets a later DISCONNECT ask for a session that outlives the connection. */
  readonly expiryRequested: boolean
  readonly expiry: number
  readonly receiveMaximum: number
  readonly maxPacketBytes: number | undefined
  readonly topicAliasMaximum: number
  readonly will: Will | undefined
}

/** What is wrong with a CONNECT before anyone is asked about credentials. */
export const problem = (
  packet: Packet.Connect,
  limits: ResolvedLimits,
  capabilities: Capabilities
): Refusal | undefined => {
  if (packet.clientId.length > limits.maxClientIdLength) return "ClientIdentifierNotValid"
  const willTopic = packet.will?.topic ?? ""
  if (willTopic.split("/").length > limits.maxTopicLevels || !System.mayPublish(willTopic)) return "TopicNameInvalid"
  if ((packet.will?.properties?.userProperties?.length ?? 0) > limits.maxUserProperties) return "QuotaExceeded"
  if ((packet.will?.qos ?? 0) > capabilities.maximumQoS) return "QosNotSupported" // [MQTT-3.2.2-12]
  if (packet.will?.retain === true && !capabilities.retain) return "RetainNotSupported" // [MQTT-3.2.2-13]
  return undefined
}

export const request = (packet: Packet.Connect, clientId: string): ConnectRequest => ({
  clientId,
  protocolVersion: packet.protocolVersion,
  ...(packet.username === undefined ? {} : { username: packet.username }),
  ...(packet.password === undefined ? {} : { password: Redacted.make(packet.password) })
})

export const terms = (packet: Packet.Connect, clientId: string, limits: ResolvedLimits): Terms => {
  const { properties, protocolVersion: version } = packet
  const asked = askedExpiry(packet)
  return {
    version,
    identity: { clientId, ...(packet.username === undefined ? {} : { username: packet.username }) },
    assigned: packet.clientId === "",
    cleanStart: packet.cleanStart,
    keepAlive: keepAlive(packet, limits),
    expiryRequested: asked > 0,
    expiry: Math.min(asked, limits.maxSessionExpiry),
    receiveMaximum: properties?.receiveMaximum ?? 0xffff,
    maxPacketBytes: properties?.maximumPacketSize,
    topicAliasMaximum: Math.min(properties?.topicAliasMaximum ?? 0, limits.topicAliasMaximum),
    will: packet.will === undefined ? undefined : makeWill(packet.will, clientId)
  }
}

export const accepted = (
  packet: Packet.Connect,
  terms: Terms,
  sessionPresent: boolean,
  { capabilities, limits }: Hub,
  authenticationData: Uint8Array | undefined
): Packet.ConnAck => {
  if (terms.version === 4) return Packet.connAck({ sessionPresent })
  const properties: Properties.ConnAckProperties = {
    receiveMaximum: limits.receiveMaximum,
    maximumPacketSize: limits.maxPacketBytes,
    topicAliasMaximum: limits.topicAliasMaximum,
    ...(capabilities.maximumQoS === 2 ? {} : { maximumQoS: capabilities.maximumQoS }),
    ...(capabilities.retain ? {} : { retainAvailable: 0 }),
    ...(capabilities.wildcardSubscriptions ? {} : { wildcardSubscriptionAvailable: 0 }),
    ...(capabilities.subscriptionIdentifiers ? {} : { subscriptionIdentifierAvailable: 0 }),
    ...(capabilities.sharedSubscriptions ? {} : { sharedSubscriptionAvailable: 0 }),
    ...authentication(packet, authenticationData),
    ...(terms.assigned ? { assignedClientIdentifier: terms.identity.clientId } : {}),
    ...(terms.keepAlive === packet.keepAlive * 1000 ? {} : { serverKeepAlive: terms.keepAlive / 1000 }),
    ...(terms.expiry === askedExpiry(packet) ? {} : { sessionExpiryInterval: Math.floor(terms.expiry / 1000) })
  }
  return Packet.connAck({ sessionPresent, properties })
}

/** 0xFFFFFFFF is for ever; a session of MQTT 3.1.1 has no limit of its own. */
export const expiryMillis = (seconds: number): number => seconds === 0xffffffff ? Infinity : seconds * 1000

/** CONNACK repeats the method of a successful authentication [MQTT-4.12.0-5]. */
const authentication = (packet: Packet.Connect, data: Uint8Array | undefined): Properties.ConnAckProperties => {
  const authenticationMethod = packet.properties?.authenticationMethod
  if (authenticationMethod === undefined) return {}
  return { authenticationMethod, ...(data === undefined ? {} : { authenticationData: data }) }
}

const askedExpiry = (packet: Packet.Connect): number => {
  if (packet.protocolVersion === 5) return expiryMillis(packet.properties?.sessionExpiryInterval ?? 0)
  return packet.cleanStart ? 0 : Infinity
}

/** Only MQTT 5 has a way to tell the client another value. */
const keepAlive = (packet: Packet.Connect, limits: ResolvedLimits): number => {
  const asked = packet.keepAlive * 1000
  const most = Math.floor(Math.min(limits.maxKeepAlive / 1000, 0xffff)) * 1000
  if (packet.protocolVersion === 4 || most === 0) return asked
  return asked === 0 || asked > most ? most : asked
}

const makeWill = (will: Packet.Will, clientId: string): Will => ({
  message: (now) => Message.make(will, clientId, now),
  delay: (will.properties?.willDelayInterval ?? 0) * 1000,
  bytes: Message.make(will, clientId, 0).bytes
})
