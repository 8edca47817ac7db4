/** What is encoded and decoded. Topics, identifiers, payloads and property values differ from packet to packet. */
import { Packet, type Properties, type QoS } from "@effect-mqtt/codec"

/** Distinct packets of a case: enough that no inline cache or branch predictor learns them by heart. */
export const distinct = 256

/** An arithmetic sequence over a prime: the same numbers in every run, without a visible pattern. */
const numberAt = (index: number, below: number): number => (index * 7919 + 104_729) % below

const rooms = ["kitchen", "hall", "living-room", "bath", "attic", "cellar", "garage", "office-2", "nursery"] as const
const things = ["temperature", "humidity", "lamp/state", "door", "power/watts", "co2"] as const

/** 18 to 40 characters, as topics are. */
export const topicAt = (index: number): string =>
  `home/${rooms[index % rooms.length]}/dev${numberAt(index, 9973)}/${things[numberAt(index, things.length)]}`

const payloadAt = (index: number, bytes: number): Uint8Array => {
  const payload = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at++) payload[at] = (index * 31 + at * 7) & 0xff
  return payload
}

const identifierAt = (index: number): number => 1 + numberAt(index, 65_535)

export const propertiesAt = (index: number, count: number): Properties.PublishProperties => {
  if (count === 0) return {}
  const common = {
    messageExpiryInterval: numberAt(index, 100_000),
    contentType: index % 2 === 0 ? "application/json" : "text/plain"
  }
  if (count === 3) return { ...common, userProperties: [["trace", `id-${numberAt(index, 99_991)}`]] }
  return {
    payloadFormatIndicator: index & 1,
    ...common,
    topicAlias: 1 + (index % 100),
    responseTopic: `reply/client-${numberAt(index, 9973)}`,
    correlationData: payloadAt(index, 8),
    userProperties: [
      ["trace", `id-${numberAt(index, 99_991)}`],
      ["span", `s${index}`],
      ["unit", index % 3 === 0 ? "celsius" : "percent"],
      ["firmware", `1.${index % 20}.${index % 7}`]
    ]
  }
}

export interface PublishShape {
  readonly bytes: number
  readonly qos: QoS.QoS
  readonly version: 4 | 5
  readonly properties: number
}

export const publishAt = (index: number, { bytes, properties, qos, version }: PublishShape): Packet.Publish =>
  Packet.publish({
    topic: topicAt(index),
    payload: payloadAt(index, bytes),
    qos,
    retain: index % 5 === 0,
    ...(qos === 0 ? {} : { packetId: identifierAt(index) }),
    ...(version === 5 ? { properties: propertiesAt(index, properties) } : {})
  })

/** A PUBLISH of about 15 bytes in all. */
export const tinyPublishAt = (index: number): Packet.Publish =>
  Packet.publish({ topic: `t/${numberAt(index, 9973)}`, payload: payloadAt(index, 1 + (index % 4)) })

export const pubAckAt = (index: number, version: 4 | 5): Packet.PubAck =>
  Packet.pubAck({ packetId: identifierAt(index), ...(version === 5 ? { reasonCode: 0x10 } : {}) })

/** Everything but PUBLISH, in the mix that connections of all ages make up together. */
export const controlAt = (index: number, version: 4 | 5): Packet.Packet => {
  const packetId = identifierAt(index)
  const reasonCode = version === 5 ? { reasonCode: 0x92 } : {}
  const filters = [`${topicAt(index)}/#`, `home/+/dev${index}/+`]
  switch (index % 12) {
    case 0:
      return Packet.connect({
        protocolVersion: version,
        clientId: `client-${packetId}`,
        keepAlive: 30 + index,
        username: `user-${index}`,
        password: payloadAt(index, 12),
        ...(version === 5 ? { properties: { sessionExpiryInterval: packetId, receiveMaximum: 20 + index } } : {})
      })
    case 1:
      return Packet.connAck(
        version === 5
          ? {
            sessionPresent: index % 8 === 1,
            properties: { receiveMaximum: 20 + index, topicAliasMaximum: 10 + index }
          }
          : { sessionPresent: index % 8 === 1 }
      )
    case 2:
      return Packet.subscribe({
        packetId,
        subscriptions: filters.map((filter, at) =>
          version === 5
            ? { filter, qos: at === 0 ? 1 : 0, noLocal: at === 0, retainAsPublished: true, retainHandling: 1 }
            : { filter, qos: at === 0 ? 1 : 0 }
        ),
        ...(version === 5 ? { properties: { subscriptionIdentifiers: [packetId] } } : {})
      })
    case 3:
      return Packet.subAck({ packetId, reasonCodes: [1, index % 3], ...(version === 5 ? { properties: {} } : {}) })
    case 4:
      return Packet.unsubscribe({ packetId, filters, ...(version === 5 ? { properties: {} } : {}) })
    case 5:
      return Packet.unsubAck({ packetId, ...(version === 5 ? { reasonCodes: [0, 0x11], properties: {} } : {}) })
    case 6:
      return Packet.pubRec({ packetId, ...(version === 5 ? { reasonCode: 0x10 } : {}) })
    case 7:
      return Packet.pubRel({ packetId, ...reasonCode })
    case 8:
      return Packet.pubComp({ packetId, ...reasonCode })
    case 9:
      return Packet.pingReq
    case 10:
      return Packet.pingResp
    default:
      return pubAckAt(index, version)
  }
}

export const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** Cuts bytes as a socket does: each chunk has a memory of its own. */
export const cut = (bytes: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))

/** The same bytes as Node's sockets give them. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
