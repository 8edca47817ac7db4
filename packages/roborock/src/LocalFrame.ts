/**
 * Frames on the local network (TCP): each has its length in front, and the hello and ping frames have no payload
 * (PROTOCOL 3.8, 5.2).
 *
 * @since 0.1.0
 */
import CRC32 from "crc-32"
import * as Either from "effect/Either"
import {
  decodeOne,
  encode as encodeFrame,
  type Frame,
  FrameError,
  headerBytes,
  type Keys,
  type Version
} from "./Frame.ts"
import { versionAt } from "./internal/frame/version.ts"

/**
 * A frame without payload: hello, ping, acknowledgement. `word` is the 32-bit number that some of them carry.
 *
 * @since 0.1.0
 * @category models
 */
export interface Control {
  readonly version: Version
  readonly seq: number
  readonly random: number
  readonly timestamp: number
  readonly protocol: number
  readonly word: number | undefined
}

/**
 * What came over the connection.
 *
 * @since 0.1.0
 * @category models
 */
export type Message =
  | { readonly _tag: "Data"; readonly frame: Frame }
  | { readonly _tag: "Control"; readonly control: Control }

/**
 * What one piece of the byte stream completed, and an error for each part that had to be skipped.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decoded {
  readonly messages: ReadonlyArray<Message>
  readonly skipped: ReadonlyArray<FrameError>
}

/**
 * Splits a byte stream into frames, however it was cut.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decoder {
  /**
   * Takes the next bytes. The keys are those of this moment: version `L01` gets its nonces during the connection.
   *
   * Never throws. Damaged frames are skipped by their length, garbage up to the next frame. After several kB of garbage,
   * or many damaged frames in a row, `skipped` has one `TooManyErrors`, and nothing more until something makes sense
   * again: then the connection should be replaced.
   */
  readonly push: (chunk: Uint8Array, keys: Keys) => Decoded
  /** How many bytes of an incomplete frame are waiting. */
  readonly pendingBytes: () => number
}

const prefixBytes = 4
const controlBytes = 17
const wordControlBytes = 21
const minDataBytes = 23
const maxDataBytes = minDataBytes + 0xffff
const lastControlProtocol = 5

/** So many bytes of garbage leave no hope for the connection. */
const maxLostBytes = 16 * 1024

/** So many damaged frames in a row leave none either. */
const maxDamaged = 64

/**
 * Seals a frame and puts its length in front.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (frame: Frame, keys: Keys): Either.Either<Uint8Array, FrameError> =>
  Either.map(encodeFrame(frame, keys), (bytes) => {
    const prefixed = new Uint8Array(prefixBytes + bytes.length)
    new DataView(prefixed.buffer).setUint32(0, bytes.length)
    prefixed.set(bytes, prefixBytes)
    return prefixed
  })

/**
 * Writes a frame without payload. Some clients end a hello or ping with a CRC32 (`"crc"`), others with a number such as
 * the keep-alive seconds, others with nothing; devices take them all.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeControl = (control: Omit<Control, "word">, trailer?: "crc" | number): Uint8Array => {
  const length = trailer === undefined ? controlBytes : wordControlBytes
  const bytes = new Uint8Array(prefixBytes + length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length)
  for (let index = 0; index < 3; index++) bytes[prefixBytes + index] = control.version.charCodeAt(index)
  view.setUint32(7, control.seq)
  view.setUint32(11, control.random)
  view.setUint32(15, control.timestamp)
  view.setUint16(19, control.protocol)
  if (trailer === "crc") view.setInt32(21, CRC32.buf(bytes.subarray(prefixBytes, 21)))
  else if (trailer !== undefined) view.setUint32(21, trailer)
  return bytes
}

/** What the bytes at the head of the buffer are. */
type Head = "wait" | "garbage" | { readonly length: number }

const headOf = (bytes: Uint8Array): Head => {
  if (bytes.length < prefixBytes) return "wait"
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = view.getUint32(0)
  const plausible = length === controlBytes || length === wordControlBytes ||
    length >= minDataBytes && length <= maxDataBytes
  if (!plausible) return "garbage"
  if (bytes.length < prefixBytes + 3) return "wait"
  if (versionAt(bytes, prefixBytes) === undefined) return "garbage"
  if (length >= minDataBytes && bytes.length >= prefixBytes + headerBytes) {
    if (view.getUint16(prefixBytes + 17) + minDataBytes !== length) return "garbage"
  }
  return bytes.length < prefixBytes + length ? "wait" : { length }
}

const readControl = (bytes: Uint8Array): Control | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const version = versionAt(bytes, 0)
  const protocol = view.getUint16(15)
  if (version === undefined || bytes.length === wordControlBytes && protocol > lastControlProtocol) return undefined
  return {
    version,
    seq: view.getUint32(3),
    random: view.getUint32(7),
    timestamp: view.getUint32(11),
    protocol,
    word: bytes.length === wordControlBytes ? view.getUint32(17) : undefined
  }
}

/** Where the next frame could begin: four bytes before a version tag. What may be the start of one is kept. */
const nextCandidate = (bytes: Uint8Array): number => {
  for (let tag = prefixBytes + 1; tag + 3 <= bytes.length; tag++) {
    if (versionAt(bytes, tag) !== undefined) return tag - prefixBytes
  }
  return Math.max(1, bytes.length - (prefixBytes + 2))
}

/**
 * A decoder for one connection. It keeps at most one incomplete frame (64 kB).
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeDecoder = (): Decoder => {
  let buffer = new Uint8Array(4096)
  let start = 0
  let end = 0
  let lostBytes = 0
  let damaged = 0

  const append = (chunk: Uint8Array): void => {
    const pending = end - start
    if (buffer.length - end < chunk.length) {
      const larger = pending + chunk.length <= buffer.length
        ? buffer
        : new Uint8Array(Math.max(buffer.length * 2, pending + chunk.length))
      larger.set(buffer.subarray(start, end))
      buffer = larger
      start = 0
      end = pending
    }
    buffer.set(chunk, end)
    end += chunk.length
  }

  const push = (chunk: Uint8Array, keys: Keys): Decoded => {
    append(chunk)
    const messages: Array<Message> = []
    const skipped: Array<FrameError> = []
    const deliver = (message: Message) => {
      damaged = 0
      messages.push(message)
    }
    const skip = (error: FrameError) => {
      if (++damaged <= maxDamaged) skipped.push(error)
      else if (damaged === maxDamaged + 1) skipped.push(new FrameError({ reason: "TooManyErrors", offset: 0 }))
    }
    for (;;) {
      const bytes = buffer.subarray(start, end)
      const head = headOf(bytes)
      if (head === "wait") break
      if (head === "garbage") {
        const drop = nextCandidate(bytes)
        if (lostBytes === 0) skip(new FrameError({ reason: "UnknownVersion", offset: 0 }))
        const hopeBefore = lostBytes <= maxLostBytes
        lostBytes += drop
        if (hopeBefore && lostBytes > maxLostBytes) skipped.push(new FrameError({ reason: "TooManyErrors", offset: 0 }))
        start += drop
        continue
      }
      start += prefixBytes + head.length
      const body = bytes.subarray(prefixBytes, prefixBytes + head.length)
      if (head.length < minDataBytes) {
        const control = readControl(body)
        if (control === undefined) skip(new FrameError({ reason: "NeedMoreData", offset: 0 }))
        else deliver({ _tag: "Control", control })
      } else {
        const frame = decodeOne(body, keys)
        if (Either.isRight(frame)) deliver({ _tag: "Data", frame: frame.right })
        else skip(frame.left)
      }
      lostBytes = 0
    }
    if (start === end) start = end = 0
    return { messages, skipped }
  }

  return { push, pendingBytes: () => end - start }
}
