import type * as Packet from "@effect-mqtt/codec/Packet"
import type * as Properties from "@effect-mqtt/codec/Properties"
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"
import type { QoS } from "@effect-mqtt/codec/QoS"
import { owned } from "./ownedBytes.ts"

/** A message inside the broker, shared by everyone it is delivered to. */
export interface Message {
  readonly topic: string
  /** As it came, until somebody keeps it: see `keep`. */
  payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  /** What travels on unchanged [MQTT-3.3.2-4, -15, -16, -17, -18, -20]: no alias, no identifiers, no expiry. */
  readonly properties: Properties.PublishProperties | undefined
  /** The client identifier of the publisher, for No Local. */
  readonly publisher: string | undefined
  /** When it ceases to be delivered, or Infinity. */
  readonly expiresAt: number
  /** What it is charged as, wherever memory is bounded: what came over the network, and what holding that costs. */
  readonly bytes: number
  /** How many sessions hold it: it is charged to the broker once. */
  copies: number
}

/** What a client or the program gives away. */
export interface Source {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  readonly properties?: Properties.PublishProperties | Properties.WillProperties | undefined
}

export const make = (source: Source, publisher: string | undefined, now: number): Message => {
  const properties = source.properties === undefined ? undefined : forwarded(source.properties)
  const expiry = source.properties?.messageExpiryInterval
  return {
    topic: source.topic,
    payload: source.payload,
    qos: source.qos,
    retain: source.retain,
    properties,
    publisher,
    expiresAt: expiry === undefined ? Infinity : now + expiry * 1000,
    bytes: messageCost + source.payload.length + source.topic.length +
      (properties === undefined ? 0 : sizeOf(properties)),
    copies: 0
  }
}

/** Whoever holds a message beyond the turn that brought it holds no more than what it is charged as. */
export const keep = (message: Message): void => {
  message.payload = owned(message.payload)
}

/** One message on its way to one session. */
export interface Delivery {
  readonly message: Message
  readonly qos: QoS
  readonly retain: boolean
  readonly identifiers: ReadonlyArray<number> | undefined
  /** A retained message for a new subscription. */
  readonly isReplay: boolean
  /** The shared subscription that it was chosen for: when this session leaves, another member gets it. */
  readonly group: string | undefined
}

/** A delivery that shows what a subscriber would get. */
export const toNobody = (message: Message): Delivery => ({
  message,
  qos: 0,
  retain: false,
  identifiers: undefined,
  isReplay: false,
  group: undefined
})

export const isExpired = (message: Message, now: number): boolean => message.expiresAt <= now

/** The remaining lifetime goes out rounded up, so that it never reaches zero early [MQTT-3.3.2-6]. */
export const toPublish = (
  delivery: Delivery,
  packetId: number | undefined,
  dup: boolean,
  version: ProtocolVersion,
  now: number
): Packet.Publish => {
  const { message } = delivery
  const packet = {
    _tag: "Publish" as const,
    dup,
    qos: delivery.qos,
    retain: delivery.retain,
    topic: message.topic,
    payload: message.payload
  }
  const numbered = packetId === undefined ? packet : { ...packet, packetId }
  if (version === 4) return numbered
  const expires = message.expiresAt !== Infinity
  if (!expires && delivery.identifiers === undefined) return { ...numbered, properties: message.properties ?? {} }
  return {
    ...numbered,
    properties: {
      ...message.properties,
      ...(expires ? { messageExpiryInterval: Math.max(1, Math.ceil((message.expiresAt - now) / 1000)) } : {}),
      ...(delivery.identifiers === undefined ? {} : { subscriptionIdentifiers: delivery.identifiers })
    }
  }
}

const forwarded = (
  from: Properties.PublishProperties | Properties.WillProperties
): Properties.PublishProperties | undefined => {
  const properties: Properties.PublishProperties = {
    ...(from.payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator: from.payloadFormatIndicator }),
    ...(from.contentType === undefined ? {} : { contentType: from.contentType }),
    ...(from.responseTopic === undefined ? {} : { responseTopic: from.responseTopic }),
    ...(from.correlationData === undefined ? {} : { correlationData: from.correlationData }),
    ...(from.userProperties === undefined ? {} : { userProperties: from.userProperties })
  }
  return Object.keys(properties).length === 0 ? undefined : properties
}

/** Objects around a message, and around a user property: without them, empty ones would be held for nothing. */
const messageCost = 128
const pairCost = 64

const sizeOf = (properties: Properties.PublishProperties): number => {
  let size = (properties.contentType?.length ?? 0) + (properties.responseTopic?.length ?? 0) +
    (properties.correlationData?.length ?? 0)
  for (const [name, value] of properties.userProperties ?? []) size += pairCost + name.length + value.length
  return size
}
