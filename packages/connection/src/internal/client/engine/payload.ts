import * as Encoder from "@effect-mqtt/codec/Encoder"
import type { PayloadSlab } from "./payloadSlab.ts"

const encoder = new TextEncoder()

/** Longer text is encoded without it. */
const scratchBytes = 4096
let scratch: Uint8Array | undefined

/**
 * Valid until the next call. `TextEncoder.encode` alone takes several times as long for the short text of most messages.
 */
const encodeText = (text: string): Uint8Array => {
  // No character takes more than three bytes for each of its units.
  if (text.length * 3 > scratchBytes) return encoder.encode(text)
  scratch ??= new Uint8Array(scratchBytes)
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written)
}

/**
 * Untyped programs publish what was in JSON, and an `ArrayBuffer`, which has no length: copied beside the payloads of others,
 * it would spoil those. Any array copies as one of bytes does; a `DataView` has no length either.
 */
const checked = (payload: Uint8Array): Uint8Array => {
  if ((ArrayBuffer.isView(payload) || Array.isArray(payload)) && typeof payload.length === "number") return payload
  throw new TypeError("A payload is a string or a Uint8Array")
}

/**
 * Text travels as UTF-8. Bytes are copied: a message may wait for a link, for a resend or for the
 * wire long after its caller has the array back.
 */
export const toBytes = (payload: string | Uint8Array, slab?: PayloadSlab): Uint8Array => {
  const bytes = typeof payload === "string" ? encodeText(payload) : checked(payload)
  // Long text has an array of its own already.
  if (bytes !== payload && bytes.buffer !== scratch?.buffer) return bytes
  return slab === undefined ? new Uint8Array(bytes) : slab.copy(bytes)
}

/** For a reader that uses it at once: only what the encoder passes on uncopied has to be copied. */
export const lend = (payload: string | Uint8Array): Uint8Array => {
  if (typeof payload === "string") return encodeText(payload)
  return checked(payload).length < Encoder.defaultLargePayloadBytes ? payload : toBytes(payload)
}
