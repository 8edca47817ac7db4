import { copyOf, type Reader } from "./reader.ts"

/** Up to this size an array lives on the JavaScript heap, where a copy costs no more than a view (40 ns). */
export const alwaysCopied = 64

/**
 * A copy of its own costs up to 1 µs above that size, five times the rest of the packet. So a large chunk is copied window
 * by window as short payloads are met, and they are views on the copies: little more than a view on the chunk.
 */
const windowBytes = 8192
const longestInWindow = 1024

/** A longer payload may keep a chunk of this many times its size alive. */
const pinFactor = 64

/**
 * The bytes that are left, as an array that nobody rewrites. One that is kept holds at most 8 KiB or 64 times its size in
 * memory, whichever is more; a view of a short payload would hold its whole chunk.
 */
export const takePayload = (reader: Reader): Uint8Array => {
  const start = reader.position
  const end = reader.end
  const bytes = reader.bytes
  const length = end - start
  reader.position = end
  if (length <= alwaysCopied) return copyOf(bytes, start, end)
  const chunkBytes = bytes.buffer.byteLength
  if (chunkBytes <= windowBytes || (length > longestInWindow && chunkBytes <= length * pinFactor)) {
    return bytes.subarray(start, end)
  }
  return length > longestInWindow ? copyOf(bytes, start, end) : viewOfWindow(reader, start, end)
}

const viewOfWindow = (reader: Reader, start: number, end: number): Uint8Array => {
  if (end > reader.windowEnd) {
    reader.windowStart = start
    reader.windowEnd = Math.min(start + windowBytes, reader.bytes.length)
    reader.window = copyOf(reader.bytes, start, reader.windowEnd)
  }
  return reader.window.subarray(start - reader.windowStart, end - reader.windowStart)
}
