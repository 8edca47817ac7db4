/**
 * Packets to bytes.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { CodecError } from "./CodecError.ts"
import { OutputBuffer } from "./internal/encode/outputBuffer.ts"
import { writePacket } from "./internal/encode/packet.ts"
import * as VarInt from "./internal/varInt.ts"
import type { Packet } from "./Packet.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"

/**
 * How a packet is encoded.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * Largest packet the peer accepts, fixed header included; a larger one is `PacketTooLarge`.
   *
   * @default what the format can hold, 268 435 460 bytes
   */
  readonly maxPacketBytes?: number | undefined
}

/**
 * How an output is laid out.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutputOptions {
  /**
   * From this size on a payload is a piece of its own instead of being copied behind its header.
   *
   * @default 16 KiB
   */
  readonly largePayloadBytes?: number | undefined
}

/**
 * Encoded packets on their way to a socket. It has no bound of its own: a caller that fills it watches `pendingBytes`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Output {
  /** Bytes that are encoded and not yet taken. */
  readonly pendingBytes: number
  /**
   * Takes all that was encoded, in order. The pieces stay as they are until `release`. A large payload is the very array
   * that was given to `encodeInto`, which therefore must not change before it is written.
   */
  readonly take: () => ReadonlyArray<Uint8Array>
  /**
   * Says that every piece taken has been written, so that their memory may be used again. Not calling it is safe: the
   * memory is then left to the garbage collector. Does nothing while encoded bytes wait to be taken.
   */
  readonly release: () => void
}

/**
 * The default of `largePayloadBytes`: 16 KiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultLargePayloadBytes = 16_384

/**
 * Makes an empty output. It allocates nothing before the first packet.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeOutput = (options?: OutputOptions): Output =>
  new OutputBuffer(Math.max(1, options?.largePayloadBytes ?? defaultLargePayloadBytes))

/**
 * Encodes a packet behind those that are already in an output: the form for the hot path, which allocates nothing for a
 * packet that fits. Gives the reason where the packet is refused; the output then is as it was before.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import { Encoder, Packet } from "@effect-mqtt/codec"
 *
 * const output = Encoder.makeOutput()
 * const payload = new TextEncoder().encode("21.5")
 * for (const room of ["kitchen", "hall"]) {
 *   const error = Encoder.encodeInto(output, Packet.publish({ topic: `home/${room}`, payload }), 5)
 *   if (error !== undefined) console.log(error.message)
 * }
 * const pieces = output.take() // one write for both packets
 * output.release() // once they are written
 * console.log(pieces.length) // 1
 */
export const encodeInto = (
  output: Output,
  packet: Packet,
  version: ProtocolVersion,
  options?: Options
): CodecError | undefined => {
  if (!(output instanceof OutputBuffer)) throw new TypeError("An Output comes from Encoder.makeOutput")
  return writePacket(output, packet, version, options?.maxPacketBytes ?? VarInt.maxPacketBytes)
}

/** Serves all calls of `encode`, which are synchronous. Taken out while in use, and made anew should a call throw. */
let shared: OutputBuffer | undefined

/**
 * Encodes one packet, in the shortest form the specification allows. The bytes are never written again; short packets
 * share an `ArrayBuffer` with others, as those of Node's `Buffer.allocUnsafe` do.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import { Encoder, Packet } from "@effect-mqtt/codec"
 * import { Either } from "effect"
 *
 * const bytes = Encoder.encode(Packet.pingReq, 5)
 * console.log(Either.getOrThrow(bytes)) // Uint8Array [ 0xc0, 0x00 ]
 */
export const encode = (
  packet: Packet,
  version: ProtocolVersion,
  options?: Options
): Either.Either<Uint8Array, CodecError> => {
  const output = shared ?? new OutputBuffer(defaultLargePayloadBytes)
  shared = undefined
  const error = writePacket(output, packet, version, options?.maxPacketBytes ?? VarInt.maxPacketBytes)
  const result = error === undefined ? Either.right(output.takeJoined()) : Either.left(error)
  shared = output
  return result
}
