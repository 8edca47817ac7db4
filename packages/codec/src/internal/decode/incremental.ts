import type { CodecError } from "../../CodecError.ts"
import type { Packet } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { malformed, Refusal, tooLarge, violation } from "../refusal.ts"
import { varIntLength } from "../varInt.ts"
import { isPublish, judgeFirstByte } from "./header.ts"
import { allocateHeld } from "./heldBytes.ts"
import type { ReadBody } from "./packet.ts"
import { leastViewed } from "./payload.ts"
import { readPlainPublish } from "./plainPublish.ts"
import { readPublish } from "./publish.ts"
import { Reader, type Sender } from "./reader.ts"

const nothing = new Uint8Array(0)

/** The first byte and four of Remaining Length. */
const longestHeader = 5

/** A `DataView` of the chunk costs as much as it saves for ten packets: it is made where so many like one are to come. */
const worthView = 16

/** Says that no packet is complete yet; nobody adds to it. */
const none: Array<Packet> = []

/** Remaining Length, or -1 where it is not complete or not in its shortest form. */
const shortestRemaining = (bytes: Uint8Array, at: number, length: number): number => {
  let remaining = 0
  let shift = 0
  for (let position = at; position < length && shift <= 21; position++) {
    const byte = bytes[position] // below length
    remaining |= (byte & 0x7f) << shift
    if (byte < 0x80) return byte === 0 && shift > 0 ? -1 : remaining
    shift += 7
  }
  return -1
}

/** Cuts a byte stream into packets. Holds one unfinished packet, in memory that grows with the bytes that arrive. */
export class Incremental {
  /** Short enough to be compiled into its caller, which then takes the result apart without allocating it. */
  readonly push = (chunk: Uint8Array) => ({ packets: this.#packetsOf(chunk), error: this.#error })
  readonly #readBody: ReadBody
  readonly #reader: Reader
  readonly #maxPacketBytes: number
  /** False until a CONNECT has said which version is spoken. */
  #decided: boolean
  #error: CodecError | undefined = undefined
  /** The unfinished packet: its bytes, how many there are, and how many it will have (0: not known yet). */
  #held: Uint8Array = nothing
  #heldBytes = 0
  #heldTotal = 0
  #heldBody = 0

  constructor(readBody: ReadBody, version: ProtocolVersion | undefined, sender: Sender, maxPacketBytes: number) {
    this.#readBody = readBody
    this.#reader = new Reader(version ?? 5, sender)
    this.#decided = version !== undefined
    this.#maxPacketBytes = maxPacketBytes
  }

  get version(): ProtocolVersion | undefined {
    return this.#decided ? this.#reader.version : undefined
  }

  get pendingBytes(): number {
    return this.#error === undefined ? this.#heldBytes : 0
  }

  /** The packets that the bytes complete; none from the first error on. */
  #packetsOf(bytes: Uint8Array): ReadonlyArray<Packet> {
    // A local, since a young array in a field of an old object costs a note to the garbage collector.
    let packets = none
    if (this.#error !== undefined) return []
    const reader = this.#reader
    try {
      const length = bytes.length
      let at = 0
      if (this.#heldBytes > 0) {
        at = this.#refill(bytes)
        if (reader.end > 0) packets = [this.#read()]
      }
      let memory: ArrayBufferLike | undefined
      let shift = 0
      let view: DataView | undefined
      while (at < length) {
        let next = 0
        let packet: Packet | undefined
        if (this.#decided && isPublish(bytes[at])) {
          const remaining = shortestRemaining(bytes, at + 1, length)
          const body = at + 1 + varIntLength(remaining)
          next = body + remaining
          if (remaining >= 0 && next <= length && next - at <= this.#maxPacketBytes) {
            if (memory === undefined) {
              memory = bytes.buffer
              const memoryBytes = memory.byteLength
              reader.leastViewed = leastViewed(memoryBytes)
              // Most chunks of a socket are all of their buffer, and on Node 20 to ask for the offset costs 8 ns.
              if (memoryBytes !== length) shift = bytes.byteOffset
            } else if (view === undefined && remaining * worthView <= length - at) {
              view = new DataView(memory, shift, length)
            }
            packet = remaining >= reader.leastViewed
              ? readPlainPublish(reader, bytes, at, body, next, memory, shift, view)
              : undefined
            if (packet === undefined) {
              reader.turnTo(bytes, at, body, next)
              packet = readPublish(reader)
            }
          }
        }
        if (packet === undefined) {
          const total = this.#readHeader(bytes, at, length)
          next = at + total
          if (total === 0 || next > length) {
            this.#hold(bytes, at, total)
            break
          }
          reader.turnTo(bytes, at, reader.position, next)
          packet = this.#read()
        }
        // Most chunks bring one packet: a literal is a fifth of what `push` on an empty array allocates.
        if (packets === none) packets = [packet]
        else packets.push(packet)
        at = next
      }
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause
      this.#error = cause.error
      this.#held = nothing
    }
    reader.close()
    return packets === none ? [] : packets
  }

  #read(): Packet {
    const packet = this.#readBody(this.#reader, this.#decided)
    if (!this.#decided) this.#decided = this.#reader.type === "Connect"
    return packet
  }

  /** Reads the fixed header; the size of the whole packet, or 0 where the header is not complete. */
  #readHeader(bytes: Uint8Array, at: number, length: number): number {
    const reader = this.#reader
    const first = bytes[at] // the caller has one byte at least
    reader.start = at
    reader.position = at
    reader.first = first
    if (!isPublish(first)) judgeFirstByte(reader)
    if (!this.#decided) this.#expectConnect()
    let remaining = 0
    let shift = 0
    for (let position = at + 1; position < length; position++) {
      const byte = bytes[position] // below length
      reader.position = position
      remaining |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        reader.overlong = byte === 0 && shift > 0
        // Of a CONNECT that decides the version, its level says whether that is allowed.
        if (reader.overlong && reader.version === 5 && (this.#decided || reader.type !== "Connect")) {
          throw malformed(reader, "the Remaining Length is longer than it needs", "1.5.5")
        }
        reader.position = position + 1
        const total = remaining + position + 1 - at
        if (total > this.#maxPacketBytes) throw tooLarge(reader, total, this.#maxPacketBytes)
        return total
      }
      shift += 7
      if (shift > 21) throw malformed(reader, "the Remaining Length takes more than four bytes", "2.1.4", "2.2.3")
    }
    return 0
  }

  /** What comes first from a client decides the version. */
  #expectConnect(): void {
    const reader = this.#reader
    if (reader.sender === "client" && reader.type !== "Connect") {
      throw violation(reader, 0x82, "the first packet of a client has to be CONNECT", "3.1")
    }
  }

  /** Puts the beginning of a packet aside. */
  #hold(bytes: Uint8Array, at: number, total: number): void {
    const rest = bytes.length - at
    this.#reserve(rest, total)
    this.#held.set(bytes.subarray(at))
    this.#heldBytes = rest
    this.#heldTotal = total
    this.#heldBody = this.#reader.position - at
  }

  /** Goes on with the packet that was put aside and opens it when complete; returns how much of the chunk it took. */
  #refill(bytes: Uint8Array): number {
    const reader = this.#reader
    const length = bytes.length
    let at = 0
    reader.end = 0
    while (this.#heldTotal === 0) {
      if (at === length) return at
      this.#reserve(this.#heldBytes + 1, 0)
      this.#held[this.#heldBytes++] = bytes[at++] // below length
      this.#heldTotal = this.#readHeader(this.#held, 0, this.#heldBytes)
      this.#heldBody = reader.position
    }
    const total = this.#heldTotal
    const taken = Math.min(total - this.#heldBytes, length - at)
    if (taken > 0) {
      this.#reserve(this.#heldBytes + taken, total)
      this.#held.set(bytes.subarray(at, at + taken), this.#heldBytes)
      this.#heldBytes += taken
      at += taken
    }
    if (this.#heldBytes < total) return at
    reader.open(this.#held)
    reader.start = 0
    reader.position = this.#heldBody
    reader.end = total
    this.#heldBytes = 0
    // A payload may be a view on the buffer, which then is not ours to write any more.
    this.#held = nothing
    return at
  }

  /** Makes room for `needed` bytes: by doubling, but not beyond the packet. */
  #reserve(needed: number, total: number): void {
    const held = this.#held
    if (held.length >= needed) return
    const doubled = Math.max(needed, held.length * 2, 1024)
    this.#held = allocateHeld(total === 0 ? longestHeader : Math.max(needed, Math.min(doubled, total)))
    this.#held.set(held.subarray(0, this.#heldBytes))
  }
}
