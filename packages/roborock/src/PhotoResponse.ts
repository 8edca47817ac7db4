/**
 * The envelope in which a V1 device sends the photo of an obstacle: a frame with protocol 301 (PROTOCOL 4.5).
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { gzipSync } from "fflate"
import { gunzipBounded } from "./internal/compression/gunzipBounded.ts"

/**
 * A photo: a PNG or JPEG file, and the request it answers.
 *
 * @since 0.1.0
 * @category models
 */
export interface PhotoResponse {
  readonly requestId: number
  readonly image: Uint8Array
}

/**
 * Why there is no photo.
 *
 * - `MalformedPayload`: shorter than it says
 * - `DecompressFailed`: what was inside is not gzip
 * - `NoImage`: it opened, and held no photo
 * - `ContentTooLarge`: inflating it would exceed the bound
 *
 * @since 0.1.0
 * @category errors
 */
export class PhotoResponseError extends Data.TaggedError("PhotoResponseError")<{
  readonly reason: "MalformedPayload" | "DecompressFailed" | "NoImage" | "ContentTooLarge"
  /** The request this was the answer to, where the header could be read. */
  readonly requestId?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Photo${this.requestId === undefined ? "" : ` for request ${this.requestId}`}: ${this.reason}`
  }
}

const magic = "ROBOROCK"
const minHeaderBytes = 24
const imageBlock = 3
const blockHeaderBytes = 8
const defaultMaxBytes = 16 * 1024 * 1024

const findImage = (content: Uint8Array): Uint8Array | undefined => {
  const view = new DataView(content.buffer, content.byteOffset, content.length)
  for (let at = 0; content.length - at >= blockHeaderBytes;) {
    const headerBytes = view.getUint16(at + 2, true)
    const dataBytes = view.getUint32(at + 4, true)
    const end = at + headerBytes + dataBytes
    if (headerBytes < blockHeaderBytes || end > content.length) return undefined
    if (view.getUint16(at, true) === imageBlock) return content.subarray(at + headerBytes, end)
    at = end
  }
  return undefined
}

/**
 * Opens the payload of a protocol 301 frame. `None` when it is not a photo but, say, a map.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (
  payload: Uint8Array,
  options?: {
    /** @default 16 MiB */
    readonly maxContentBytes?: number | undefined
  }
): Either.Either<Option.Option<PhotoResponse>, PhotoResponseError> => {
  for (let index = 0; index < magic.length; index++) {
    if (payload[index] !== magic.charCodeAt(index)) return Either.right(Option.none())
  }
  if (payload.length < minHeaderBytes) return Either.left(new PhotoResponseError({ reason: "MalformedPayload" }))
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const requestId = view.getUint32(8, true)
  const headerBytes = view.getUint16(16, true)
  const dataBytes = view.getUint32(20, true)
  const fail = (reason: PhotoResponseError["reason"], cause?: unknown) =>
    Either.left(new PhotoResponseError({ reason, requestId, cause }))
  if (headerBytes < minHeaderBytes || headerBytes + dataBytes > payload.length) return fail("MalformedPayload")
  let content: Uint8Array | undefined
  try {
    const data = payload.subarray(headerBytes, headerBytes + dataBytes)
    content = gunzipBounded(data, options?.maxContentBytes ?? defaultMaxBytes)
  } catch (cause) {
    return fail("DecompressFailed", cause)
  }
  if (content === undefined) return fail("ContentTooLarge")
  const image = findImage(content)
  return image === undefined ? fail("NoImage") : Either.right(Option.some({ requestId, image }))
}

/**
 * Packs a photo as a device does. The result is the payload of a protocol 301 frame.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = ({ image, requestId }: PhotoResponse): Uint8Array => {
  const content = new Uint8Array(blockHeaderBytes + image.length)
  const block = new DataView(content.buffer)
  block.setUint16(0, imageBlock, true)
  block.setUint16(2, blockHeaderBytes, true)
  block.setUint32(4, image.length, true)
  content.set(image, blockHeaderBytes)
  const body = gzipSync(content, { mtime: 0 })
  const payload = new Uint8Array(minHeaderBytes + body.length)
  payload.set(new TextEncoder().encode(magic))
  const header = new DataView(payload.buffer)
  header.setUint32(8, requestId, true)
  header.setUint16(16, minHeaderBytes, true)
  header.setUint32(20, body.length, true)
  payload.set(body, minHeaderBytes)
  return payload
}
