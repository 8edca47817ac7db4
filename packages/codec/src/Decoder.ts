/**
 * Bytes to packets, however the bytes were cut.
 *
 * @since 0.1.0
 */
import type { CodecError } from "./CodecError.ts"
import { Incremental } from "./internal/decode/incremental.ts"
import { readAny, readOfServer } from "./internal/decode/packet.ts"
import * as VarInt from "./internal/varInt.ts"
import type { Packet } from "./Packet.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"

/**
 * How a decoder reads.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The version spoken; a CONNECT of another one is refused.
   *
   * @default the version of the CONNECT that is read, and 5 where there is none
   */
  readonly version?: ProtocolVersion | undefined
  /**
   * Largest packet accepted, fixed header included. Checked against the announced length, before anything is kept.
   *
   * @default 16 MiB
   */
  readonly maxPacketBytes?: number | undefined
  /**
   * Whose decoder it is: `"client"` refuses what only clients send, `"server"` what only servers send, and wants CONNECT
   * first unless it was told the version.
   *
   * @default packets of both directions are accepted
   */
  readonly role?: "client" | "server" | undefined
}

/**
 * What one chunk has brought.
 *
 * @since 0.1.0
 * @category models
 */
export interface Result {
  /** The packets that the chunk completed, in order; also those before an error. */
  readonly packets: ReadonlyArray<Packet>
  /** Why the decoder has stopped, from the chunk that stopped it on. */
  readonly error: CodecError | undefined
}

/**
 * A decoder of one connection. It keeps one unfinished packet at most, in memory of at most twice the bytes that have
 * arrived, or of 8 KiB where those are few.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decoder {
  /**
   * Takes the next bytes. The chunk becomes the decoder's: payloads may be views on it, so do not write to it again. A
   * payload that is kept holds at most 64 KiB or 64 times its own size in memory, whichever is more: short ones are copied
   * out of large chunks. Payloads may share an `ArrayBuffer`. After an error nothing more is decoded.
   */
  readonly push: (chunk: Uint8Array) => Result
  /** The version spoken; `undefined` until a CONNECT has told it. */
  readonly version: ProtocolVersion | undefined
  /** Bytes held of an incomplete packet; 0 between packets, and after an error. */
  readonly pendingBytes: number
}

/**
 * The default of `maxPacketBytes`: 16 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMaxPacketBytes = 16_777_216

/**
 * Makes a decoder. Whatever the bytes are, pushing them never throws.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import { Decoder } from "@effect-mqtt/codec"
 *
 * const decoder = Decoder.make({ version: 5, role: "client" })
 * console.log(decoder.push(Uint8Array.of(0xd0)).packets) // []
 * console.log(decoder.push(Uint8Array.of(0x00)).packets) // [{ _tag: "PingResp" }]
 */
export const make = (options?: Options): Decoder =>
  options?.role === "client"
    ? makeClient(options)
    : new Incremental(readAny, options?.version, options?.role === "server" ? "client" : undefined, limitOf(options))

/**
 * Makes the decoder that `make` makes for the role `"client"`. A program that makes no others has none of the code that
 * reads what clients send in its bundle.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeClient = (options?: Omit<Options, "role">): Decoder =>
  new Incremental(readOfServer, options?.version ?? 5, "server", limitOf(options))

const limitOf = (options: Pick<Options, "maxPacketBytes"> | undefined) =>
  Math.min(options?.maxPacketBytes ?? defaultMaxPacketBytes, VarInt.maxPacketBytes)
