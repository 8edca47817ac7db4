/**
 * Readers that touch every field a program may want, so that a lazy decoder pays too, and the canonical form in which
 * packets of both codecs are compared.
 */
import type { Packet, Properties } from "@effect-mqtt/codec"
import type { RivalPacket, RivalProperties } from "./rival.ts"

const readProperties = (properties: Properties.PublishProperties): number => {
  let sum = 0
  if (properties.payloadFormatIndicator !== undefined) sum += properties.payloadFormatIndicator
  if (properties.messageExpiryInterval !== undefined) sum += properties.messageExpiryInterval
  if (properties.topicAlias !== undefined) sum += properties.topicAlias
  if (properties.contentType !== undefined) sum += properties.contentType.length
  if (properties.responseTopic !== undefined) sum += properties.responseTopic.length
  if (properties.correlationData !== undefined) sum += properties.correlationData.length
  if (properties.userProperties !== undefined) {
    for (const [name, value] of properties.userProperties) sum += name.length + value.length
  }
  return sum
}

export const readPublish = (packet: Packet.Publish): number => {
  const { payload } = packet
  const sum = packet.topic.length + payload.length + (payload[0] ?? 0) + packet.qos + (packet.retain ? 1 : 0) +
    (packet.dup ? 1 : 0) + (packet.packetId ?? 0)
  return packet.properties === undefined ? sum : sum + readProperties(packet.properties)
}

export const readPacket = (packet: Packet.Packet): number => {
  switch (packet._tag) {
    case "Publish":
      return readPublish(packet)
    case "PubAck":
    case "PubRec":
    case "PubRel":
    case "PubComp":
      return packet.packetId + (packet.reasonCode ?? 0)
    case "Subscribe": {
      let sum = packet.packetId
      for (const { filter, qos } of packet.subscriptions) sum += filter.length + qos
      return sum
    }
    case "SubAck":
      return packet.packetId + packet.reasonCodes.length
    case "Unsubscribe": {
      let sum = packet.packetId
      for (const filter of packet.filters) sum += filter.length
      return sum
    }
    case "UnsubAck":
      return packet.packetId
    case "Connect":
      return packet.clientId.length + (packet.username?.length ?? 0) + packet.keepAlive
    case "ConnAck":
      return packet.reasonCode
    default:
      return 0
  }
}

const readRivalProperties = (properties: RivalProperties): number => {
  let sum = 0
  if (properties.payloadFormatIndicator !== undefined) sum += properties.payloadFormatIndicator ? 1 : 0
  if (properties.messageExpiryInterval !== undefined) sum += properties.messageExpiryInterval
  if (properties.topicAlias !== undefined) sum += properties.topicAlias
  if (properties.contentType !== undefined) sum += properties.contentType.length
  if (properties.responseTopic !== undefined) sum += properties.responseTopic.length
  if (properties.correlationData !== undefined) sum += properties.correlationData.length
  const pairs = properties.userProperties
  if (pairs !== undefined) { for (const name in pairs) sum += name.length + (pairs[name]?.length ?? 0) }
  return sum
}

export const readRivalPublish = (packet: RivalPacket): number => {
  const { payload, topic } = packet
  if (payload === undefined || topic === undefined) return 0
  const sum = topic.length + payload.length + (payload[0] ?? 0) + (packet.qos ?? 0) + (packet.retain === true ? 1 : 0) +
    (packet.dup === true ? 1 : 0) + (packet.messageId ?? 0)
  return packet.properties === undefined ? sum : sum + readRivalProperties(packet.properties)
}

export const readRivalPacket = (packet: RivalPacket): number => {
  switch (packet.cmd) {
    case "publish":
      return readRivalPublish(packet)
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
      return (packet.messageId ?? 0) + (packet.reasonCode ?? 0)
    case "subscribe": {
      let sum = packet.messageId ?? 0
      for (const { qos, topic } of packet.subscriptions ?? []) sum += topic.length + qos
      return sum
    }
    case "suback":
      return (packet.messageId ?? 0) + (packet.granted?.length ?? 0)
    case "unsubscribe": {
      let sum = packet.messageId ?? 0
      for (const filter of packet.unsubscriptions ?? []) sum += filter.length
      return sum
    }
    case "unsuback":
      return packet.messageId ?? 0
    case "connect":
      return (packet.clientId?.length ?? 0) + (packet.username?.length ?? 0) + (packet.keepalive ?? 0)
    case "connack":
      return packet.reasonCode ?? packet.returnCode ?? 0
    default:
      return 0
  }
}

/** What the rival sets on every packet whether the packet has it or not. */
const onlyOfPublish = new Set(["retain", "dup", "qos"])

/** A packet of the rival's shape as text that is equal for equal packets, whatever its order and its empty fields. */
export const canonical = (packet: object): string => {
  const publish = "topic" in packet && packet.topic !== null
  const kept = Object.entries(packet).filter(([name, value]) =>
    name !== "length" && !isNothing(value) && (publish || !onlyOfPublish.has(name))
  )
  return JSON.stringify(flat(Object.fromEntries(kept)))
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null ||
  (typeof value === "object" && !(value instanceof Uint8Array) && Object.keys(value).length === 0)

const flat = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) return value.map(flat)
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([name, inner]) => [name, flat(inner)]).sort()
  }
  return value
}
