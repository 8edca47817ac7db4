/**
 * The binary frame around every Roborock message: header, encrypted payload, CRC32.
 *
 * One MQTT message holds one frame or several back to back. The same layout serves protocol versions `1.0`, `A01`,
 * `B01` and (on the local network only) `L01`; they differ in how the payload is encrypted. Everything here is pure:
 * sequence number, random number and time come in as fields of the frame.
 *
 * @since 0.1.0
 */
import CRC32 from "crc-32"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import { payloadCipher } from "./internal/frame/cipher.ts"
import { versionAt } from "./internal/frame/version.ts"

/**
 * The protocol version tag at the start of a frame.
 *
 * @since 0.1.0
 * @category models
 */
export type Version = "1.0" | "A01" | "B01" | "L01"

/**
 * One frame with its payload in the clear. `seq`, `random` and `timestamp` (Unix seconds) are unsigned 32-bit numbers,
 * `protocol` is the 16-bit message type (see {@link protocols}).
 *
 * @since 0.1.0
 * @category models
 */
export interface Frame {
  readonly version: Version
  readonly seq: number
  readonly random: number
  readonly timestamp: number
  readonly protocol: number
  readonly payload: Uint8Array
}

/**
 * The secrets that open and seal frames of one device.
 *
 * @since 0.1.0
 * @category models
 */
export interface Keys {
  readonly localKey: Redacted.Redacted
  /** The nonces of the local hello exchange; version `L01` needs them. */
  readonly nonces?: { readonly connectNonce: number; readonly ackNonce: number } | undefined
}

/**
 * What one message held: the good frames in order, and an error for each part that had to be skipped.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decoded {
  readonly frames: ReadonlyArray<Frame>
  readonly skipped: ReadonlyArray<FrameError>
}

/**
 * Why a frame could not be built or read.
 *
 * - `NeedMoreData`: the bytes end before the frame does
 * - `CrcMismatch`: the bytes were damaged on the way
 * - `DecryptFailed`: wrong local key, wrong nonces, or a damaged payload
 * - `UnknownVersion`: the bytes do not start with a known version tag
 * - `PayloadTooLarge`: the encrypted payload does not fit the 16-bit length
 * - `InvalidLocalKey`: versions `A01` and `B01` need a local key of 16 bytes
 * - `NoHandshake`: version `L01` without the nonces of the hello exchange
 * - `TooManyErrors`: the rest of a message was given up after many damaged frames
 *
 * @since 0.1.0
 * @category errors
 */
export class FrameError extends Data.TaggedError("FrameError")<{
  readonly reason:
    | "NeedMoreData"
    | "CrcMismatch"
    | "DecryptFailed"
    | "UnknownVersion"
    | "PayloadTooLarge"
    | "InvalidLocalKey"
    | "NoHandshake"
    | "TooManyErrors"
  /** Where in the message the part begins; 0 when encoding. */
  readonly offset: number
  /** The sequence number of the frame, where the header could be read. */
  readonly seq?: number | undefined
  /** The message type of the frame, where the header could be read. */
  readonly protocol?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const which = this.protocol === undefined ? "" : ` (protocol ${this.protocol}, seq ${this.seq})`
    return `Roborock frame at offset ${this.offset}${which}: ${this.reason}`
  }
}

/**
 * Message types by name (PROTOCOL 3.2).
 *
 * @since 0.1.0
 * @category constants
 */
export const protocols = {
  helloRequest: 0,
  helloResponse: 1,
  pingRequest: 2,
  pingResponse: 3,
  generalRequest: 4,
  generalResponse: 5,
  rpcRequest: 101,
  rpcResponse: 102,
  blobChunk: 300,
  mapResponse: 301,
  deviceStatus: 500
} as const

/**
 * Bytes of a frame before its payload.
 *
 * @since 0.1.0
 * @category constants
 */
export const headerBytes = 19

const crcBytes = 4
const maxPayloadBytes = 0xffff

/** Damaged candidates looked at in one message. It bounds the work a hostile message can cause. */
const maxSkipped = 32

const nextVersion = (bytes: Uint8Array, from: number): number => {
  let offset = from
  while (offset + 3 <= bytes.length && versionAt(bytes, offset) === undefined) offset++
  return offset + 3 <= bytes.length ? offset : bytes.length
}

/**
 * Seals a frame into bytes.
 *
 * Fails with `PayloadTooLarge`, `InvalidLocalKey` or `NoHandshake`. An empty payload stays empty.
 *
 * @example
 * ```ts
 * import { Frame } from "@effect-mqtt/roborock"
 * import { Either, Redacted } from "effect"
 *
 * const bytes = Either.getOrThrow(Frame.encode(
 *   {
 *     version: "1.0",
 *     seq: 100001,
 *     random: 0x12345678,
 *     timestamp: 1700000000,
 *     protocol: Frame.protocols.rpcRequest,
 *     payload: new TextEncoder().encode("{}")
 *   },
 *   { localKey: Redacted.make("key123key123key1") }
 * ))
 * ```
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (frame: Frame, keys: Keys): Either.Either<Uint8Array, FrameError> => {
  const { seq, protocol } = frame
  const fail = (reason: FrameError["reason"]) => Either.left(new FrameError({ reason, offset: 0, seq, protocol }))
  const cipher = payloadCipher(frame.version, frame, keys.localKey, keys.nonces)
  if (typeof cipher === "string") return fail(cipher)
  const empty = frame.payload.length === 0
  if (!empty && cipher.encryptedLength(frame.payload.length) > maxPayloadBytes) return fail("PayloadTooLarge")
  const payload = empty ? frame.payload : cipher.encrypt(frame.payload)
  const bytes = new Uint8Array(headerBytes + payload.length + crcBytes)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < 3; index++) bytes[index] = frame.version.charCodeAt(index)
  view.setUint32(3, seq)
  view.setUint32(7, frame.random)
  view.setUint32(11, frame.timestamp)
  view.setUint16(15, protocol)
  view.setUint16(17, payload.length)
  bytes.set(payload, headerBytes)
  const end = headerBytes + payload.length
  view.setInt32(end, CRC32.buf(bytes.subarray(0, end)))
  return Either.right(bytes)
}

const readAt = (bytes: Uint8Array, offset: number, keys: Keys): Either.Either<Frame, FrameError> => {
  const version = versionAt(bytes, offset)
  if (version === undefined) return Either.left(new FrameError({ reason: "UnknownVersion", offset }))
  if (bytes.length - offset < headerBytes + crcBytes) {
    return Either.left(new FrameError({ reason: "NeedMoreData", offset }))
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset)
  const seq = view.getUint32(3)
  const protocol = view.getUint16(15)
  const end = headerBytes + view.getUint16(17)
  const fail = (reason: FrameError["reason"], cause?: unknown) =>
    Either.left(new FrameError({ reason, offset, seq, protocol, cause }))
  if (bytes.length - offset < end + crcBytes) return fail("NeedMoreData")
  if (CRC32.buf(bytes.subarray(offset, offset + end)) !== view.getInt32(end)) return fail("CrcMismatch")
  const header = { version, seq, random: view.getUint32(7), timestamp: view.getUint32(11), protocol }
  if (end === headerBytes) return Either.right({ ...header, payload: new Uint8Array(0) })
  const cipher = payloadCipher(version, header, keys.localKey, keys.nonces)
  if (typeof cipher === "string") return fail(cipher)
  try {
    return Either.right({ ...header, payload: cipher.decrypt(bytes.subarray(offset + headerBytes, offset + end)) })
  } catch (cause) {
    return fail("DecryptFailed", cause)
  }
}

const lengthAt = (bytes: Uint8Array, offset: number): number =>
  offset + headerBytes <= bytes.length
    ? headerBytes + ((bytes[offset + 17] ?? 0) << 8 | (bytes[offset + 18] ?? 0)) + crcBytes
    : 0

/**
 * Opens exactly one frame that fills `bytes`.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeOne = (bytes: Uint8Array, keys: Keys): Either.Either<Frame, FrameError> => readAt(bytes, 0, keys)

/**
 * Opens all frames of one MQTT message. Never throws and never fails as a whole: a part that is damaged, or sealed with
 * another key, is reported in `skipped`, and reading goes on with the next frame.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (bytes: Uint8Array, keys: Keys): Decoded => {
  const frames: Array<Frame> = []
  const skipped: Array<FrameError> = []
  let offset = 0
  while (offset < bytes.length) {
    const result = readAt(bytes, offset, keys)
    const next = offset + lengthAt(bytes, offset)
    if (Either.isRight(result)) {
      frames.push(result.right)
      offset = next
      continue
    }
    const error = result.left
    if (skipped.length === maxSkipped) {
      skipped.push(new FrameError({ reason: "TooManyErrors", offset }))
      break
    }
    skipped.push(error)
    const intact = error.reason !== "UnknownVersion" && error.reason !== "NeedMoreData"
      && error.reason !== "CrcMismatch"
    // A damaged frame is skipped by its length only where that leads to another frame or the end: the length itself
    // may be the damaged part, and then the frames behind it must still be found.
    const trusted = intact || error.reason === "CrcMismatch" && (next === bytes.length || versionAt(bytes, next))
    offset = trusted ? next : nextVersion(bytes, offset + 1)
  }
  return { frames, skipped }
}
