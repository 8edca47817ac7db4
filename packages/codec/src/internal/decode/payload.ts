import { copyOf, type Reader } from "./reader.ts"

/**
 * A view keeps its whole chunk alive, so a payload is a view only where it makes up this part of the chunk; otherwise it
 * is copied. Whoever keeps payloads thus holds at most this many times their bytes.
 */
const pinFactor = 16

/** Up to this size an array lives on the JavaScript heap, and a copy costs no more than a view. */
export const alwaysCopied = 64

/** The bytes that are left: a view on the chunk or a copy, but never rewritten either way. */
export const takePayload = (reader: Reader): Uint8Array => {
  const start = reader.position
  const end = reader.end
  const bytes = reader.bytes
  reader.position = end
  const length = end - start
  return length <= alwaysCopied || length * pinFactor < bytes.buffer.byteLength
    ? copyOf(bytes, start, end)
    : new Uint8Array(bytes.buffer, bytes.byteOffset + start, length)
}
