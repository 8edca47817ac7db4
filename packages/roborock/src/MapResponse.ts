/**
 * The envelope in which a V1 device sends a map: a frame with protocol 301 (PROTOCOL 4.4).
 *
 * @since 0.1.0
 */
import { cbc } from "@noble/ciphers/aes.js"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { gzipSync } from "fflate"
import { gunzipBounded } from "./internal/compression/gunzipBounded.ts"
import type { Security } from "./Security.ts"

/**
 * A map as it came in: the request it answers and the inflated map file (for `RrMap.parse`).
 *
 * @since 0.1.0
 * @category models
 */
export interface MapResponse {
  readonly requestId: number
  readonly content: Uint8Array
}

/**
 * Why a map envelope could not be opened.
 *
 * - `MalformedPayload`: shorter than its header
 * - `DecryptFailed`: encrypted with another nonce
 * - `DecompressFailed`: what was inside is not gzip
 * - `ContentTooLarge`: inflating it would exceed the bound
 *
 * @since 0.1.0
 * @category errors
 */
export class MapResponseError extends Data.TaggedError("MapResponseError")<{
  readonly reason: "MalformedPayload" | "DecryptFailed" | "DecompressFailed" | "ContentTooLarge"
  /** The request this was the answer to, where the header could be read. */
  readonly requestId?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Map response${this.requestId === undefined ? "" : ` to request ${this.requestId}`}: ${this.reason}`
  }
}

/**
 * The default bound on an inflated map. Real maps stay below 2 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMaxContentBytes = 16 * 1024 * 1024

const envelopeBytes = 24
const endpointBytes = 8
const zeroIv = (): Uint8Array => new Uint8Array(16)

const endpointAt = (payload: Uint8Array): string => String.fromCharCode(...payload.subarray(0, endpointBytes))

/**
 * Opens the payload of a protocol 301 frame. `None` when it belongs to another client of the account.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (
  payload: Uint8Array,
  security: Security,
  options?: {
    /** @default `defaultMaxContentBytes` */
    readonly maxContentBytes?: number | undefined
  }
): Either.Either<Option.Option<MapResponse>, MapResponseError> => {
  if (payload.length < envelopeBytes) return Either.left(new MapResponseError({ reason: "MalformedPayload" }))
  if (endpointAt(payload) !== security.endpoint.slice(0, endpointBytes)) return Either.right(Option.none())
  const requestId = (payload[16] ?? 0) | (payload[17] ?? 0) << 8
  const fail = (reason: MapResponseError["reason"], cause?: unknown) =>
    Either.left(new MapResponseError({ reason, requestId, cause }))
  let compressed: Uint8Array
  try {
    compressed = cbc(Redacted.value(security.nonce), zeroIv()).decrypt(payload.subarray(envelopeBytes))
  } catch (cause) {
    return fail("DecryptFailed", cause)
  }
  try {
    const content = gunzipBounded(compressed, options?.maxContentBytes ?? defaultMaxContentBytes)
    return content === undefined ? fail("ContentTooLarge") : Either.right(Option.some({ requestId, content }))
  } catch (cause) {
    return fail("DecompressFailed", cause)
  }
}

/**
 * Seals a map file for the client that asked, as a device does. The result is the payload of a protocol 301 frame.
 * Only the low 16 bits of the request id fit.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (response: MapResponse, security: Security): Uint8Array => {
  const body = cbc(Redacted.value(security.nonce), zeroIv()).encrypt(gzipSync(response.content, { mtime: 0 }))
  const payload = new Uint8Array(envelopeBytes + body.length)
  for (let index = 0; index < endpointBytes; index++) payload[index] = security.endpoint.charCodeAt(index)
  payload[16] = response.requestId & 0xff
  payload[17] = response.requestId >> 8 & 0xff
  payload.set(body, envelopeBytes)
  return payload
}
