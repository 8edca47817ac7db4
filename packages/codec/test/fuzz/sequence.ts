import { Encoder, type Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import type { Random } from "./random.ts"

const makeOutput = (): Encoder.Output => Encoder.makeOutput({ largePayloadBytes: 2048 })

/**
 * Packets on one output, as a connection writes them: slabs fill up, are taken, handed back, outgrown. What goes wrong only
 * at the last byte of a slab takes very many packets to be seen, so each is written often.
 */
export class Sequence {
  readonly #random: Random
  #output = makeOutput()
  #expected: Array<Uint8Array> = []
  /** How many packets were compared. */
  packets = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** Writes the packet up to 64 times; gives what went wrong, now or with those before. */
  add(packet: Packet.Packet, version: ProtocolVersion.ProtocolVersion, bytes: Uint8Array): string | undefined {
    for (let left = this.#random.below(64); left >= 0; left--) {
      const error = Encoder.encodeInto(this.#output, packet, version)
      if (error !== undefined) return `encodeInto refuses what encode writes: ${error.message}`
      this.#expected.push(bytes)
    }
    const refused = Encoder.encodeInto(this.#output, packet, version, { maxPacketBytes: bytes.length - 1 })
    if (refused?._tag !== "PacketTooLarge") return "a packet above the maximum is written"
    return this.#random.below(10) === 0 ? this.#take() : undefined
  }

  #take(): string | undefined {
    const expected = Buffer.concat(this.#expected)
    const written = Buffer.concat(this.#output.take())
    this.packets += this.#expected.length
    this.#expected = []
    // What is not handed back has to stay as it is, and a young output begins with small slabs.
    const next = this.#random.below(8)
    if (next === 0) this.#output.release()
    if (next === 1) this.#output = makeOutput()
    return written.equals(expected) ? undefined : "a sequence of packets is not the bytes of each"
  }
}
