import type { PacketType } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { malformed, type Place, type Refusal, tooLarge, violation } from "../refusal.ts"
import { encodedLength, foundNull, foundWide, foundWildcard, isShort, scan, writeAscii, writeUtf8 } from "../utf8.ts"
import { maxVarInt, varIntLength } from "../varInt.ts"

/** The first slab of a connection, which an idle one never outgrows. */
const firstSlabBytes = 512

/** Slabs that are used up grow to this size, that of Node's own pool: making one costs as much as encoding a packet. */
const usualSlabBytes = 8192

/** Slabs grow with what waits in them up to here; beyond, what is ready becomes a piece and a new slab begins. */
const fullSlabBytes = 65_536

const nothing = new Uint8Array(0)

/**
 * Bytes of packets one behind the other, in slabs that are filled once and never moved once handed out. Packets are
 * written front to back in one go: the size of the fixed header is guessed, and the body moved where the guess was wrong.
 */
export class OutputBuffer implements Place {
  bytes: Uint8Array = nothing
  /** Where the next byte goes. */
  position = 0
  /** First byte of the packet being written. */
  mark = 0
  type: PacketType | undefined = undefined
  version: ProtocolVersion = 5
  /** What there was in the text written last. */
  found = 0
  readonly largePayloadBytes: number
  /** First byte that was not handed out. */
  #start = 0
  /** Where the body of the packet begins. */
  #bodyLead = 0
  #pieces: Array<Uint8Array> = []
  #pieceBytes = 0

  constructor(largePayloadBytes: number) {
    this.largePayloadBytes = largePayloadBytes
  }

  get offset(): number {
    return this.position - this.mark
  }

  get pendingBytes(): number {
    return this.#pieceBytes + this.position - this.#start
  }

  /** Takes what was encoded as one array: the way of single packets. */
  takeJoined(): Uint8Array {
    const rest = new Uint8Array(this.bytes.buffer, this.#start, this.position - this.#start)
    this.#start = this.position
    if (this.#pieces.length === 0) return rest
    const pieces = [...this.#pieces, rest]
    const joined = new Uint8Array(this.#pieceBytes + rest.length)
    this.#pieces = []
    this.#pieceBytes = 0
    let at = 0
    for (const piece of pieces) {
      joined.set(piece, at)
      at += piece.length
    }
    return joined
  }

  take(): ReadonlyArray<Uint8Array> {
    this.#seal(this.position)
    const pieces = this.#pieces
    this.#pieces = []
    this.#pieceBytes = 0
    return pieces
  }

  release(): void {
    if (this.#pieces.length > 0 || this.#start !== this.position) return
    // One packet may have needed much more than the next ones do.
    if (this.bytes.length > fullSlabBytes) this.bytes = nothing
    this.#start = 0
    this.position = 0
    this.mark = 0
  }

  /** Turns to the next packet. */
  open(type: PacketType, version: ProtocolVersion): void {
    this.type = type
    this.version = version
    this.mark = this.position
  }

  /** Leaves room for the fixed header of a body of about `bodyBytes`. */
  begin(bodyBytes: number): void {
    this.reserve(bodyBytes + 5)
    this.#bodyLead = 1 + varIntLength(bodyBytes)
    this.position += this.#bodyLead
  }

  /** Ends a packet of which `extraBytes` follow as pieces of their own. */
  end(firstByte: number, extraBytes: number, maxPacketBytes: number): void {
    const remaining = this.position - this.mark - this.#bodyLead + extraBytes
    const lead = 1 + varIntLength(remaining)
    if (remaining > maxVarInt || lead + remaining > maxPacketBytes) {
      throw tooLarge(this, lead + remaining, maxPacketBytes)
    }
    if (lead !== this.#bodyLead) this.resizeGap(0, this.#bodyLead, lead)
    const { bytes, mark } = this
    bytes[mark] = firstByte
    if (remaining < 0x80) bytes[mark + 1] = remaining
    else this.putVarInt(mark + 1, remaining)
  }

  /** Forgets the packet being written. */
  abandon(): void {
    this.position = this.mark
  }

  /** Hands on bytes that are not copied, behind all that is written. */
  append(piece: Uint8Array): void {
    this.#seal(this.position)
    this.#pieces.push(piece)
    this.#pieceBytes += piece.length
  }

  /** Makes room behind `position`. May move the packet being written, and `mark` with it. */
  reserve(count: number): void {
    if (this.bytes.length - this.position < count) this.#grow(count)
  }

  /** Moves what follows a gap when it changes its size. `offset` counts from `mark`, which making room may move. */
  resizeGap(offset: number, before: number, after: number): void {
    if (before === after) return
    if (after > before) this.reserve(after - before)
    const at = this.mark + offset
    this.bytes.copyWithin(at + after, at + before, this.position)
    this.position += after - before
  }

  putVarInt(at: number, value: number): void {
    let rest = value
    let position = at
    while (rest >= 0x80) {
      this.bytes[position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[position] = rest
  }

  #seal(end: number): void {
    if (end === this.#start) return
    this.#pieces.push(this.bytes.subarray(this.#start, end))
    this.#pieceBytes += end - this.#start
    this.#start = end
  }

  #grow(count: number): void {
    const capacity = this.bytes.length
    if (this.position - this.#start + count > fullSlabBytes) this.#seal(this.mark)
    const kept = this.position - this.#start
    const needed = kept + count
    const doubled = needed > capacity / 2 || capacity < usualSlabBytes ? capacity * 2 : capacity
    // One packet can be larger than a slab: it doubles too, or copying it again and again would cost its square.
    const least = needed > fullSlabBytes ? needed * 2 : needed
    const slab = new Uint8Array(Math.max(least, Math.min(Math.max(doubled, firstSlabBytes), fullSlabBytes)))
    slab.set(this.bytes.subarray(this.#start, this.position))
    this.bytes = slab
    this.mark -= this.#start
    this.position = kept
    this.#start = 0
  }
}

/** A value that its field cannot hold. */
export const outOfRange = (output: OutputBuffer, what: string): Refusal =>
  violation(output, 0x82, `${what} is out of range`, "1.5", "1.5")

export const writeByte = (output: OutputBuffer, value: number, what: string): void => {
  if ((value & 0xff) !== value) throw outOfRange(output, what)
  output.reserve(1)
  output.bytes[output.position++] = value
}

export const writeUint16 = (output: OutputBuffer, value: number, what: string): void => {
  if ((value & 0xffff) !== value) throw outOfRange(output, what)
  output.reserve(2)
  output.bytes[output.position++] = value >> 8
  output.bytes[output.position++] = value & 0xff
}

export const writeUint32 = (output: OutputBuffer, value: number, what: string): void => {
  if (value >>> 0 !== value) throw outOfRange(output, what)
  output.reserve(4)
  output.bytes[output.position++] = value >>> 24
  output.bytes[output.position++] = (value >>> 16) & 0xff
  output.bytes[output.position++] = (value >>> 8) & 0xff
  output.bytes[output.position++] = value & 0xff
}

export const writeVarInt = (output: OutputBuffer, value: number, what: string): void => {
  if (value >>> 0 !== value || value > maxVarInt) throw outOfRange(output, what)
  output.reserve(4)
  output.putVarInt(output.position, value)
  output.position += varIntLength(value)
}

/** Writes a length-prefixed string; refuses what UTF-8 or the protocol has no form for (section 1.5.4). */
export const writeText = (output: OutputBuffer, text: string, what: string): void => {
  const units = text.length
  if (units > 0xffff) throw outOfRange(output, what)
  output.reserve(2 + units * 3)
  const { bytes, position } = output
  const at = position + 2
  let length = units
  let found = isShort(text) ? writeAscii(bytes, at, text) : foundWide
  if (found >= foundWide) {
    length = writeUtf8(bytes, at, text)
    if (length !== units && encodedLength(text) === -1) {
      throw malformed(output, `${what} contains half of a surrogate pair`, "1.5.4", "1.5.3")
    }
    if (length > 0xffff) throw outOfRange(output, what)
    found = scan(bytes, at, at + length)
  }
  if ((found & foundNull) !== 0) throw malformed(output, `${what} contains U+0000`, "1.5.4", "1.5.3")
  output.found = found
  bytes[position] = length >> 8
  bytes[position + 1] = length & 0xff
  output.position = at + length
}

/** Tells whether the text written last may not be a topic name [MQTT-3.3.2-2]. */
export const hasWildcard = (output: OutputBuffer): boolean => (output.found & foundWildcard) !== 0

/** Writes length-prefixed binary data (section 1.5.6). */
export const writeBinary = (output: OutputBuffer, data: Uint8Array, what: string): void => {
  // No text is made before it is needed: it would be all that writing a packet allocates.
  if (data.length > 0xffff) throw outOfRange(output, `the length of ${what}`)
  writeUint16(output, data.length, what)
  writeRaw(output, data)
}

export const writeRaw = (output: OutputBuffer, data: Uint8Array): void => {
  output.reserve(data.length)
  output.bytes.set(data, output.position)
  output.position += data.length
}

export const writePacketId = (output: OutputBuffer, packetId: number): void => {
  if (packetId === 0) throw violation(output, 0x82, "packet identifier 0", "2.2.1", "2.3.1")
  writeUint16(output, packetId, "the packet identifier")
}
