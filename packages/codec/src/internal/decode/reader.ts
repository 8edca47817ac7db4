import type { PacketType } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { malformed, type Place, type Refusal, violation } from "../refusal.ts"
import { firstIllFormed, foundNull, foundWide, foundWildcard, readAscii, readUtf8, scan } from "../utf8.ts"

/** Who wrote the bytes; `undefined` where either may have. */
export type Sender = "client" | "server" | undefined

/** Packet types by the high four bits of the first byte (section 2.1.2). */
const packetTypes: ReadonlyArray<PacketType | undefined> = [
  undefined,
  "Connect",
  "ConnAck",
  "Publish",
  "PubAck",
  "PubRec",
  "PubRel",
  "PubComp",
  "Subscribe",
  "SubAck",
  "Unsubscribe",
  "UnsubAck",
  "PingReq",
  "PingResp",
  "Disconnect",
  "Auth"
]

const noMemory = new ArrayBuffer(0)
const nothing = new Uint8Array(noMemory)

/** A cursor over one packet. One object serves all packets of a decoder. */
export class Reader implements Place {
  bytes: Uint8Array = nothing
  /** First byte of the packet. */
  start = 0
  /** Next byte to read. */
  position = 0
  /** First byte behind the packet. */
  end = 0
  /** First byte of the packet: its type and flags. */
  first = 0
  /** The Remaining Length took more bytes than it needs. */
  overlong = false
  /** What `scan` has found in the text read last. */
  found = 0
  /** Memory on which payloads up to `viewableEnd` may be views, and what to add to a position there. */
  viewable: ArrayBufferLike = noMemory
  viewableShift = 0
  viewableEnd = -1
  /** The shortest payload that may be a view on the chunk. */
  leastViewed = 0
  version: ProtocolVersion
  readonly sender: Sender

  constructor(version: ProtocolVersion, sender: Sender) {
    this.version = version
    this.sender = sender
  }

  get offset(): number {
    return this.position - this.start
  }

  get type(): PacketType | undefined {
    return packetTypes[this.first >> 4]
  }

  /** Turns to other bytes, and lets go of those before. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.viewableEnd = -1
  }

  /** Turns to a packet of which the fixed header is read. */
  turnTo(bytes: Uint8Array, start: number, body: number, end: number): void {
    // Not for every chunk: to put a young object into an old one costs a note to the garbage collector.
    if (this.bytes !== bytes) this.open(bytes)
    this.first = bytes[start]
    this.start = start
    this.position = body
    this.end = end
  }

  close(): void {
    this.bytes = nothing
    this.viewable = noMemory
  }
}

const cutShort = (reader: Reader): Refusal => malformed(reader, "a field runs past the end", "4.13.1", "4.8")

export const readByte = (reader: Reader): number => {
  const position = reader.position
  if (position >= reader.end) throw cutShort(reader)
  reader.position = position + 1
  return reader.bytes[position] // below end
}

export const readUint16 = (reader: Reader): number => {
  const position = reader.position
  if (reader.end - position < 2) throw cutShort(reader)
  const bytes = reader.bytes
  reader.position = position + 2
  return (bytes[position]) << 8 | (bytes[position + 1]) // below end
}

export const readUint32 = (reader: Reader): number => readUint16(reader) * 0x10000 + readUint16(reader)

/** Reads a variable byte integer, which has to be in its shortest form [MQTT-1.5.5-1]. */
export const readVarInt = (reader: Reader): number => {
  let value = 0
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = readByte(reader)
    value |= (byte & 0x7f) << shift
    if (byte >= 0x80) continue
    if (byte === 0 && shift > 0) throw malformed(reader, "a variable byte integer is longer than it needs", "1.5.5")
    return value
  }
  throw malformed(reader, "a variable byte integer takes more than four bytes", "1.5.5")
}

export const readText = (reader: Reader): string => {
  const { bytes, end } = reader
  const start = reader.position + 2
  if (start > end) throw cutShort(reader)
  const textEnd = start + (bytes[start - 2] << 8 | bytes[start - 1])
  reader.position = start
  if (textEnd > end) throw cutShort(reader)
  const found = scan(bytes, start, textEnd)
  if (found >= foundWide) return readWide(reader, start, textEnd, found)
  if ((found & foundNull) !== 0) throw nullInside(reader)
  reader.found = found
  reader.position = textEnd
  return readAscii(bytes, start, textEnd)
}

/** Reads a text that is not all ASCII. */
const readWide = (reader: Reader, start: number, end: number, found: number): string => {
  const text = readUtf8(reader.bytes, start, end)
  if (text === undefined) {
    reader.position = firstIllFormed(reader.bytes, start, end)
    throw malformed(reader, "a string is not well-formed UTF-8", "1.5.4", "1.5.3")
  }
  if ((found & foundNull) !== 0) throw nullInside(reader)
  reader.found = found
  reader.position = end
  return text
}

const nullInside = (reader: Reader): Refusal => malformed(reader, "a string contains U+0000", "1.5.4", "1.5.3")

/** Tells whether the text read last may not be a topic name [MQTT-3.3.2-2]. */
export const hasWildcard = (reader: Reader): boolean => (reader.found & foundWildcard) !== 0

/** Reads two-byte-length binary data as bytes of its own, so that it does not keep the chunk alive. */
export const readBinary = (reader: Reader): Uint8Array => {
  const length = readUint16(reader)
  const start = reader.position
  const end = start + length
  if (end > reader.end) throw cutShort(reader)
  reader.position = end
  return copyOf(reader.bytes, start, end)
}

/** Up to this size an array lives on the JavaScript heap, where it costs a fiftieth. */
const onHeap = 64

/** A copy with memory of its own; `slice` of a Node `Buffer` would be a view. */
export const copyOf = (bytes: Uint8Array, start: number, end: number): Uint8Array => {
  const length = end - start
  if (length > onHeap) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length).slice()
  const copy = new Uint8Array(length)
  for (let index = 0; index < length; index++) copy[index] = bytes[start + index]
  return copy
}

export const readPacketId = (reader: Reader): number => {
  const packetId = readUint16(reader)
  if (packetId === 0) throw violation(reader, 0x82, "packet identifier 0", "2.2.1", "2.3.1")
  return packetId
}

/** Refuses bytes behind the last field. */
export const expectEnd = (reader: Reader): void => {
  if (reader.position !== reader.end) {
    throw malformed(reader, "bytes are left over after the last field", "4.13.1", "4.8")
  }
}
