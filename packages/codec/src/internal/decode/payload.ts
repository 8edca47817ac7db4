import { copyOf, type Reader } from "./reader.ts"

/**
 * What a kept payload may hold in memory whatever its own size: as much as a socket gives in one read. To copy payloads
 * out of such chunks costs a fifth of the time and a quarter of the memory that decoding them takes.
 */
const viewableBytes = 65_536
const longestInWindow = 1024

/** A longer payload may keep a chunk of this many times its size alive. */
const pinFactor = 64

/** The shortest payload that may keep memory of this size alive. */
export const leastViewed = (memoryBytes: number): number =>
  memoryBytes <= viewableBytes ? 0 : Math.max(longestInWindow + 1, memoryBytes / pinFactor)

/**
 * The bytes that are left, as an array that nobody rewrites. One that is kept holds at most 64 KiB or 64 times its size in
 * memory, whichever is more.
 */
export const takePayload = (reader: Reader): Uint8Array => {
  const start = reader.position
  const end = reader.end
  reader.position = end
  if (end > reader.viewableEnd && !findViewable(reader, start, end)) return copyOf(reader.bytes, start, end)
  // The constructor, since `subarray` of a Node `Buffer` gives a `Buffer`; it takes half the time, too.
  return new Uint8Array(reader.viewable, start + reader.viewableShift, end - start)
}

/**
 * Finds memory that payloads may be views on: the chunk itself, or a copy of the next window of a large one. A copy of its
 * own would cost a short payload up to 1 µs, five times the rest of the packet.
 */
const findViewable = (reader: Reader, start: number, end: number): boolean => {
  const { buffer, length } = reader.bytes
  // Most chunks of a socket are all of their buffer, and on Node 20 to ask for the offset costs 8 ns.
  const byteOffset = buffer.byteLength === length ? 0 : reader.bytes.byteOffset
  const payloadBytes = end - start
  if (buffer.byteLength <= viewableBytes) {
    reader.viewable = buffer
    reader.viewableShift = byteOffset
    reader.viewableEnd = length
    return true
  }
  if (payloadBytes > longestInWindow) {
    if (payloadBytes < leastViewed(buffer.byteLength)) return false
    reader.viewable = buffer
    reader.viewableShift = byteOffset
    // For this payload only.
    reader.viewableEnd = 0
    return true
  }
  const windowEnd = Math.min(start + viewableBytes, length)
  reader.viewable = buffer.slice(byteOffset + start, byteOffset + windowEnd)
  reader.viewableShift = -start
  reader.viewableEnd = windowEnd
  return true
}
