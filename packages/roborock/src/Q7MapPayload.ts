/**
 * The envelope in which a B01 device of the Q7 family sends a map: what a protocol 301 frame of version `B01` holds
 * after its own decryption (PROTOCOL 6.3).
 *
 * Base64 text around AES around hexadecimal text around zlib around the map itself. The key comes from the serial
 * number and the model, so a map opens only with those of its robot.
 *
 * @since 0.1.0
 */
import { ecb } from "@noble/ciphers/aes.js"
import { md5 } from "@noble/hashes/legacy.js"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { zlibSync } from "fflate"
import { unzlibBounded } from "./internal/compression/unzlibBounded.ts"

/**
 * What the key of a map is made from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Origin {
  /** The `sn` of the device in the home data. */
  readonly serial: string
  /** The full model, such as `roborock.vacuum.sc01`. */
  readonly model: string
}

/**
 * Why a map envelope could not be opened.
 *
 * - `MalformedPayload`: not base64 text, or not whole cipher blocks
 * - `DecryptFailed`: sealed with the serial number or model of another robot
 * - `DecompressFailed`: what was inside is damaged
 * - `ContentTooLarge`: it is, or would inflate to, more than the bound
 *
 * @since 0.1.0
 * @category errors
 */
export class Q7MapPayloadError extends Data.TaggedError("Q7MapPayloadError")<{
  readonly reason: "MalformedPayload" | "DecryptFailed" | "DecompressFailed" | "ContentTooLarge"
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Map of a Q7 vacuum: ${this.reason}`
  }
}

const defaultMaxContentBytes = 16 * 1024 * 1024
const blockBytes = 16

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * The AES key of the maps of a robot.
 *
 * @since 0.1.0
 * @category keys
 */
export const mapKey = ({ model, serial }: Origin): Uint8Array => {
  const suffix = model.slice(model.lastIndexOf(".") + 1)
  const first = ascii(suffix.padEnd(blockBytes, "0")).slice(0, blockBytes)
  const sealed = Encoding.encodeBase64(ecb(first).encrypt(ascii(`${serial}+${suffix}+${serial}`)))
  return ascii(Encoding.encodeHex(md5(ascii(sealed))).slice(8, 24))
}

/** Devices leave out the padding, or break lines. */
const decodeBase64 = (payload: Uint8Array): Either.Either<Uint8Array, unknown> => {
  const text = new TextDecoder().decode(payload).replace(/[\s=\0]+/g, "")
  return Encoding.decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="))
}

/**
 * Opens a map; the result is for `Q7Map.parse`. A large map arrives as the payload of a protocol 300 frame and that of a
 * protocol 301 frame: join them first.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (
  payload: Uint8Array,
  origin: Origin,
  options?: {
    /** @default 16 MiB */
    readonly maxContentBytes?: number | undefined
  }
): Either.Either<Uint8Array, Q7MapPayloadError> => {
  const maxBytes = options?.maxContentBytes ?? defaultMaxContentBytes
  const fail = (reason: Q7MapPayloadError["reason"], cause?: unknown) =>
    Either.left(new Q7MapPayloadError({ reason, cause }))
  // Base64 of hexadecimal text of data that zlib could not make smaller is not longer than this.
  if (payload.length > maxBytes * 3 + 1024) return fail("ContentTooLarge")
  const sealed = decodeBase64(payload)
  if (Either.isLeft(sealed)) return fail("MalformedPayload", sealed.left)
  if (sealed.right.length === 0 || sealed.right.length % blockBytes !== 0) return fail("MalformedPayload")
  let text: string
  try {
    text = new TextDecoder().decode(ecb(mapKey(origin)).decrypt(sealed.right))
  } catch (cause) {
    return fail("DecryptFailed", cause)
  }
  // One wrong key in 256 leaves padding that looks right, but no hexadecimal text.
  const compressed = Encoding.decodeHex(text.trim().toLowerCase())
  if (Either.isLeft(compressed)) return fail("DecryptFailed", compressed.left)
  try {
    const content = unzlibBounded(compressed.right, maxBytes)
    return content === undefined ? fail("ContentTooLarge") : Either.right(content)
  } catch (cause) {
    return fail("DecompressFailed", cause)
  }
}

/**
 * Seals a map as a device does. The result is the payload of a protocol 301 frame.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (content: Uint8Array, origin: Origin): Uint8Array =>
  ascii(Encoding.encodeBase64(ecb(mapKey(origin)).encrypt(ascii(Encoding.encodeHex(zlibSync(content))))))
