/** The codec that is compared with, npm `mqtt-packet`: its packets out of ours, and its three entry points. */
import type { Packet, Properties, ProtocolVersion } from "@effect-mqtt/codec"
import * as mqttPacket from "mqtt-packet"
import { EventEmitter } from "node:events"

const renamed: Readonly<Record<string, string>> = {
  subscriptionIdentifiers: "subscriptionIdentifier",
  maximumQoS: "maximumQoS"
}

const flags = new Set([
  "payloadFormatIndicator",
  "requestProblemInformation",
  "requestResponseInformation",
  "retainAvailable"
])

const propertiesOf = (properties: Properties.Properties | undefined): Record<string, unknown> | undefined => {
  if (properties === undefined) return undefined
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(properties)) {
    if (name === "userProperties") {
      const pairs: Record<string, string | Array<string>> = {}
      for (const [key, text] of value as ReadonlyArray<Properties.UserProperty>) pairs[key] = text
      result["userProperties"] = pairs
    } else if (name === "subscriptionIdentifiers") {
      const list = value as ReadonlyArray<number>
      result["subscriptionIdentifier"] = list.length === 1 ? list[0] : list
    } else {
      result[renamed[name] ?? name] = flags.has(name)
        ? value === 1
        : value instanceof Uint8Array
        ? Buffer.from(value)
        : value
    }
  }
  return result
}

/** One of our packets as the rival wants it. */
export const toRival = (packet: Packet.Packet, version: ProtocolVersion.ProtocolVersion): mqttPacket.Packet => {
  const cmd = packet._tag.toLowerCase()
  const fields: Record<string, unknown> = { cmd }
  const withProperties = (properties: Properties.Properties | undefined) => {
    if (version === 5 && properties !== undefined) fields["properties"] = propertiesOf(properties)
  }
  switch (packet._tag) {
    case "Publish":
      Object.assign(fields, {
        topic: packet.topic,
        payload: Buffer.from(packet.payload),
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.dup
      })
      if (packet.packetId !== undefined) fields["messageId"] = packet.packetId
      withProperties(packet.properties)
      break
    case "PubAck":
    case "PubRec":
    case "PubRel":
    case "PubComp":
      fields["messageId"] = packet.packetId
      if (packet.reasonCode !== undefined) fields["reasonCode"] = packet.reasonCode
      break
    case "Connect":
      Object.assign(fields, {
        protocolId: packet.protocolName,
        protocolVersion: packet.protocolVersion,
        clean: packet.cleanStart,
        keepalive: packet.keepAlive,
        clientId: packet.clientId
      })
      if (packet.username !== undefined) fields["username"] = packet.username
      if (packet.password !== undefined) fields["password"] = Buffer.from(packet.password)
      withProperties(packet.properties)
      break
    case "ConnAck":
      fields["sessionPresent"] = packet.sessionPresent
      fields[version === 5 ? "reasonCode" : "returnCode"] = packet.reasonCode
      withProperties(packet.properties)
      break
    case "Subscribe":
      fields["messageId"] = packet.packetId
      fields["subscriptions"] = packet.subscriptions.map((
        { filter, noLocal, qos, retainAsPublished, retainHandling }
      ) =>
        version === 5
          ? { topic: filter, qos, nl: noLocal ?? false, rap: retainAsPublished ?? false, rh: retainHandling ?? 0 }
          : { topic: filter, qos }
      )
      withProperties(packet.properties)
      break
    case "SubAck":
      fields["messageId"] = packet.packetId
      fields["granted"] = [...packet.reasonCodes]
      withProperties(packet.properties)
      break
    case "Unsubscribe":
      fields["messageId"] = packet.packetId
      fields["unsubscriptions"] = [...packet.filters]
      withProperties(packet.properties)
      break
    case "UnsubAck":
      fields["messageId"] = packet.packetId
      if (packet.reasonCodes !== undefined) fields["granted"] = [...packet.reasonCodes]
      break
    case "PingReq":
    case "PingResp":
      break
    case "Disconnect":
      if (version === 5) fields["reasonCode"] = packet.reasonCode ?? 0
      break
    case "Auth":
      fields["reasonCode"] = packet.reasonCode
      withProperties(packet.properties)
      break
  }
  return fields as unknown as mqttPacket.Packet // built field by field above
}

/**
 * A stream that does what a send buffer does, and no more: it gathers what it is given, texts too, as bytes one behind the
 * other, and keeps large payloads as pieces. It has no `cork`, which would cost the rival a tick for each packet.
 */
class SendBuffer extends EventEmitter {
  readonly #bytes = Buffer.allocUnsafe(1 << 16)
  #position = 0
  #pieces: Array<Uint8Array> = []

  write(piece: Uint8Array | string): boolean {
    if (typeof piece === "string") this.#position += this.#bytes.write(piece, this.#position)
    else if (piece.length >= 16_384) this.#pieces.push(piece)
    else {
      this.#bytes.set(piece, this.#position)
      this.#position += piece.length
    }
    return true
  }

  take(): number {
    const bytes = this.#pieces.reduce((total, piece) => total + piece.length, this.#position)
    this.#pieces = []
    this.#position = 0
    return bytes
  }
}

/** A run that writes all packets to a stream, which is emptied after every `perTake` of them. */
export const writingAll = (
  list: ReadonlyArray<mqttPacket.Packet>,
  version: ProtocolVersion.ProtocolVersion,
  perTake: number
): () => number => {
  const sink = new SendBuffer()
  const stream = sink as never // the rival uses `write`, `once` and `destroy` only
  const options = { protocolVersion: version } as never // its types name no options
  return () => {
    let sum = 0
    let waiting = 0
    for (const packet of list) {
      mqttPacket.writeToStream(packet, stream, options)
      if (++waiting === perTake) {
        waiting = 0
        sum += sink.take()
      }
    }
    return sum
  }
}

/** What the rival's packets have: every kind of field, for a reader that takes any packet. */
export interface RivalPacket {
  readonly cmd: string
  readonly topic?: string
  readonly payload?: Uint8Array
  readonly qos?: number
  readonly retain?: boolean
  readonly dup?: boolean
  readonly messageId?: number
  readonly reasonCode?: number
  readonly granted?: ReadonlyArray<number>
  readonly subscriptions?: ReadonlyArray<{ readonly topic: string; readonly qos: number }>
  readonly unsubscriptions?: ReadonlyArray<string>
  readonly clientId?: string
  readonly username?: string
  readonly keepalive?: number
  readonly returnCode?: number
  readonly properties?: RivalProperties
}

export interface RivalProperties {
  readonly payloadFormatIndicator?: boolean
  readonly messageExpiryInterval?: number
  readonly topicAlias?: number
  readonly responseTopic?: string
  readonly correlationData?: Uint8Array
  readonly userProperties?: Readonly<Record<string, string>>
  readonly subscriptionIdentifier?: number | ReadonlyArray<number>
  readonly contentType?: string
}

export const makeParser = (
  version: ProtocolVersion.ProtocolVersion,
  onPacket: (packet: RivalPacket) => void
): { readonly parse: (chunk: Uint8Array) => number } => {
  const parser = mqttPacket.parser({ protocolVersion: version })
  parser.on("packet", onPacket as never)
  parser.on("error", (error: unknown) => {
    throw error
  })
  return parser as never
}

export const generate = (packet: mqttPacket.Packet, version: ProtocolVersion.ProtocolVersion): Uint8Array =>
  mqttPacket.generate(packet, { protocolVersion: version })
