/**
 * What a session keeps in a durable store, as keys and values. The first byte of every value is the
 * version of its format; numbers are big-endian.
 *
 * | key | value |
 * | --- | --- |
 * | `m` | the marker: there is, or was, a session |
 * | `n` | the highest subscription identifier given out |
 * | `o` + number | an outgoing QoS 1 or 2 exchange; the number is the place of its message in the order |
 * | `r` + id | an incoming QoS 2 exchange that is acknowledged and not released |
 * | `s` + filter | a subscription |
 *
 * A value that cannot be read is set aside under `x` + its key.
 */
import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Decoder from "@effect-mqtt/codec/Decoder"
import * as Encoder from "@effect-mqtt/codec/Encoder"
import * as Either from "effect/Either"
import type { Change } from "../../store/storedSession.ts"

const format = 1

export interface Marker {
  readonly protocolVersion: ProtocolVersion.ProtocolVersion
  /** The server said so; otherwise a new session was only asked for. */
  readonly isConfirmed: boolean
  /** Seconds; may be `Infinity`. */
  readonly sessionExpiry: number
  /** When the last link ended, if that was seen. */
  readonly disconnectedAt: number | undefined
  /** Where the packet identifiers are. */
  readonly lastPacketId: number
}

/** `Queued`: to be sent as a new message, since the session that it was in is lost. */
export type OutgoingState = "Queued" | "Published" | "Released"

export interface Outgoing {
  /** Names the record; the order of the messages. */
  readonly sequence: number
  /** The order of the acknowledgements, for those that are released. */
  readonly order: number
  readonly id: number
  readonly state: OutgoingState
  /** Without payload once it is released. */
  readonly message: Omit<Packet.Publish, "packetId" | "dup">
}

export interface StoredSubscription {
  readonly filter: string
  /** 0 if the server knows none. */
  readonly identifier: number
}

export interface Snapshot {
  readonly marker: Marker | undefined
  /** In send order. */
  readonly outgoing: ReadonlyArray<Outgoing>
  readonly received: ReadonlyArray<number>
  readonly subscriptions: ReadonlyArray<StoredSubscription>
  readonly lastIdentifier: number
  /** Moves what cannot be read out of the way. */
  readonly setAside: ReadonlyArray<Change>
}

export const markerKey = "m"
export const identifierKey = "n"
export const outgoingKey = (sequence: number): string => `o${sequence}`
export const receivedKey = (id: number): string => `r${id}`
export const subscriptionKey = (filter: string): string => `s${filter}`

const states: ReadonlyArray<OutgoingState> = ["Queued", "Published", "Released"]
const bare = Uint8Array.of(format)
const noPayload = new Uint8Array(0)

const bytesOf = (size: number, fill: (view: DataView) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size))
  view.setUint8(0, format)
  fill(view)
  return new Uint8Array(view.buffer)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

export const putMarker = (marker: Marker): Change => ({
  key: markerKey,
  value: bytesOf(21, (view) => {
    view.setUint8(1, marker.protocolVersion)
    view.setUint8(2, marker.isConfirmed ? 1 : 0)
    view.setFloat64(3, marker.sessionExpiry)
    view.setFloat64(11, marker.disconnectedAt ?? Number.NaN)
    view.setUint16(19, marker.lastPacketId)
  })
})

const decodeMarker = (bytes: Uint8Array): Marker | undefined => {
  const view = viewOf(bytes)
  const version = bytes.length === 21 ? view.getUint8(1) : 0
  if (version !== 4 && version !== 5) return undefined
  const disconnectedAt = view.getFloat64(11)
  return {
    protocolVersion: version,
    isConfirmed: view.getUint8(2) === 1,
    sessionExpiry: view.getFloat64(3),
    disconnectedAt: Number.isNaN(disconnectedAt) ? undefined : disconnectedAt,
    lastPacketId: view.getUint16(19)
  }
}

const outgoingHeaderBytes = 13

/** The message is kept as the PUBLISH that it is on the wire, with its full topic. */
export const putOutgoing = (
  version: ProtocolVersion.ProtocolVersion,
  record: Outgoing,
  maxPacketBytes?: number
): Either.Either<Change, CodecError.CodecError> =>
  Either.map(
    record.state === "Released"
      ? Either.right(noPayload)
      : Encoder.encode({ ...record.message, dup: false, packetId: record.id === 0 ? 1 : record.id }, version, {
        maxPacketBytes
      }),
    (packet) => {
      const value = bytesOf(outgoingHeaderBytes + packet.length, (view) => {
        view.setUint8(1, states.indexOf(record.state))
        view.setUint8(2, version)
        view.setUint16(3, record.id)
        view.setFloat64(5, record.order)
      })
      value.set(packet, outgoingHeaderBytes)
      return { key: outgoingKey(record.sequence), value }
    }
  )

const released: Outgoing["message"] = { _tag: "Publish", topic: "", payload: noPayload, qos: 2, retain: false }

const decodePublish = (version: number, bytes: Uint8Array): Packet.Publish | undefined => {
  if (version !== 4 && version !== 5) return undefined
  const { packets } = Decoder.makeClient({ version, maxPacketBytes: Math.max(1, bytes.length) }).push(bytes)
  const [packet] = packets
  if (packets.length !== 1 || packet?._tag !== "Publish" || packet.qos === 0) return undefined
  // Only servers send identifiers of subscriptions.
  return packet.properties?.subscriptionIdentifiers === undefined ? packet : undefined
}

const decodeOutgoing = (sequence: number, bytes: Uint8Array): Outgoing | undefined => {
  if (!Number.isSafeInteger(sequence) || sequence < 1 || bytes.length < outgoingHeaderBytes) return undefined
  const view = viewOf(bytes)
  const state = states[view.getUint8(1)]
  const id = view.getUint16(3)
  if (state === undefined || (id === 0) !== (state === "Queued")) return undefined
  const publish = state === "Released" ? released : decodePublish(view.getUint8(2), bytes.slice(outgoingHeaderBytes))
  if (publish === undefined) return undefined
  const { _tag, payload, properties, qos, retain, topic } = publish
  const message = { _tag, topic, payload, qos, retain, ...(properties === undefined ? {} : { properties }) }
  return { sequence, order: view.getFloat64(5), id, state, message }
}

export const putReceived = (id: number): Change => ({ key: receivedKey(id), value: bare })

export const putIdentifier = (identifier: number): Change => ({
  key: identifierKey,
  value: bytesOf(5, (view) => view.setUint32(1, identifier))
})

/** The options are what was asked for; the server's answer may have lowered the QoS. */
export const putSubscription = (subscription: Packet.Subscription, identifier: number): Change => ({
  key: subscriptionKey(subscription.filter),
  value: bytesOf(6, (view) => {
    view.setUint32(1, identifier)
    view.setUint8(
      5,
      subscription.qos | (subscription.noLocal === true ? 4 : 0) | (subscription.retainAsPublished === true ? 8 : 0)
    )
  })
})

export const remove = (key: string): Change => ({ key, value: undefined })

const identifierOf = (key: string): number => /^[1-9]\d{0,4}$/.test(key) && Number(key) <= 65535 ? Number(key) : 0

/** Reads what `open` of a store has found. */
export const decode = (records: ReadonlyMap<string, Uint8Array>): Snapshot => {
  let marker: Marker | undefined
  let lastIdentifier = 0
  const outgoing: Array<Outgoing> = []
  const received: Array<number> = []
  const subscriptions: Array<StoredSubscription> = []
  const setAside: Array<Change> = []
  const ids = new Set<number>()

  const read = (key: string, value: Uint8Array): boolean => {
    if (value[0] !== format) return false
    const rest = key.slice(1)
    switch (key[0]) {
      case "m":
        marker = decodeMarker(value)
        return marker !== undefined
      case "n":
        if (value.length !== 5) return false
        lastIdentifier = Math.max(lastIdentifier, viewOf(value).getUint32(1))
        return true
      case "o": {
        const record = decodeOutgoing(Number(rest), value)
        if (record === undefined || ids.has(record.id)) return false
        if (record.id > 0) ids.add(record.id)
        outgoing.push(record)
        return true
      }
      case "r":
        if (identifierOf(rest) === 0) return false
        received.push(identifierOf(rest))
        return true
      case "s": {
        if (value.length !== 6) return false
        const identifier = viewOf(value).getUint32(1)
        lastIdentifier = Math.max(lastIdentifier, identifier)
        subscriptions.push({ filter: rest, identifier })
        return true
      }
      default:
        return key[0] === "x"
    }
  }

  for (const [key, value] of records) {
    if (!key.startsWith("x") && !read(key, value)) setAside.push(remove(key), { key: `x${key}`, value })
  }
  outgoing.sort((one, other) => one.order - other.order)
  return { marker, outgoing, received, subscriptions, lastIdentifier, setAside }
}
