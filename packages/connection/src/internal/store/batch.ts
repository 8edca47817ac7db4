/**
 * How one commit looks in a journal: a frame whose checksum covers everything in it, so that it
 * counts as a whole or not at all.
 *
 * Frame: mark (4 bytes), length of the body (4), CRC-32 of length and body, seeded by the journal's
 * salt (4), body. Body: for each change, length of the key (2), length of the value (4, all ones for
 * a removal), key in UTF-8, value. Numbers are big-endian.
 *
 * The salt keeps bytes that look like a frame, such as a journal sent as a payload, from being one.
 */
import CRC32 from "crc-32"
import type { Change } from "./storedSession.ts"

const mark = 0xe5_4d_51_0a
const headerBytes = 12
const changeHeaderBytes = 6
const removal = 0xffff_ffff

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const checksum = (bytes: Uint8Array, start: number, end: number, salt: number): number =>
  CRC32.buf(bytes.subarray(start + headerBytes, end), CRC32.buf(bytes.subarray(start + 4, start + 8), salt)) >>> 0

export const encode = (changes: Iterable<Change>, salt: number): Uint8Array => {
  const parts = Array.from(changes, ({ key, value }) => ({ key: encoder.encode(key), value }))
  const size = parts.reduce((sum, { key, value }) => sum + changeHeaderBytes + key.length + (value?.length ?? 0), 0)
  const frame = new Uint8Array(headerBytes + size)
  const view = new DataView(frame.buffer)
  view.setUint32(0, mark)
  view.setUint32(4, size)
  let at = headerBytes
  for (const { key, value } of parts) {
    view.setUint16(at, key.length)
    view.setUint32(at + 2, value === undefined ? removal : value.length)
    at += changeHeaderBytes
    frame.set(key, at)
    at += key.length
    if (value !== undefined) {
      frame.set(value, at)
      at += value.length
    }
  }
  view.setUint32(8, checksum(frame, 0, frame.length, salt))
  return frame
}

/** The end of the frame that begins at `start`, or undefined if there is no whole and good one. */
export const frameEnd = (bytes: Uint8Array, start: number, salt: number): number | undefined => {
  if (start + headerBytes > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint32(start) !== mark) return undefined
  const end = start + headerBytes + view.getUint32(start + 4)
  return end <= bytes.length && view.getUint32(start + 8) === checksum(bytes, start, end, salt) ? end : undefined
}

/** Applies the frame from `start` to `end`, which `frameEnd` has found good. */
export const apply = (bytes: Uint8Array, start: number, end: number, records: Map<string, Uint8Array>): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  let at = start + headerBytes
  while (at < end) {
    const keyLength = view.getUint16(at)
    const valueLength = view.getUint32(at + 2)
    at += changeHeaderBytes
    const key = decoder.decode(bytes.subarray(at, at + keyLength))
    at += keyLength
    if (valueLength === removal) records.delete(key)
    else {
      records.set(key, bytes.slice(at, at + valueLength))
      at += valueLength
    }
  }
}

/** Where the next good frame behind a damaged one begins, if there is any. */
export const nextFrame = (bytes: Uint8Array, after: number, salt: number): number | undefined => {
  for (let at = bytes.indexOf(mark >>> 24, after); at >= 0; at = bytes.indexOf(mark >>> 24, at + 1)) {
    if (frameEnd(bytes, at, salt) !== undefined) return at
  }
  return undefined
}
