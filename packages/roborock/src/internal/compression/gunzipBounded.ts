import CRC32 from "crc-32"
import { Gunzip } from "fflate"
import { inflateBounded } from "./inflateBounded.ts"

/** Checksum and length of the content, each 32 bits, little-endian. */
const trailerBytes = 8

/** The inflater looks at neither, and takes data whose end is missing. */
const fitsTrailer = (data: Uint8Array, content: Uint8Array): boolean => {
  if (data.length < trailerBytes) return false
  const trailer = new DataView(data.buffer, data.byteOffset + data.length - trailerBytes, trailerBytes)
  return trailer.getUint32(4, true) === content.length && trailer.getInt32(0, true) === CRC32.buf(content)
}

/** Inflates gzip data; `undefined` as soon as the result would exceed `maxBytes`. Throws on damaged data. */
export const gunzipBounded = (data: Uint8Array, maxBytes: number): Uint8Array | undefined => {
  const content = inflateBounded((emit) => new Gunzip(emit), data, maxBytes)
  if (content !== undefined && !fitsTrailer(data, content)) {
    throw new RangeError("the end of the gzip data does not fit")
  }
  return content
}

export const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b
