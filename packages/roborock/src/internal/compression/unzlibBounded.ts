import { Unzlib } from "fflate"
import { inflateBounded } from "./inflateBounded.ts"

const checksumBytes = 4
const modulus = 65_521

/** So many sums of bytes stay below 2^53. */
const sumsAtOnce = 65_536

/** The Adler-32 checksum, as a signed number. */
const adler32 = (content: Uint8Array): number => {
  let [a, b] = [1, 0]
  for (let start = 0; start < content.length; start += sumsAtOnce) {
    const end = Math.min(content.length, start + sumsAtOnce)
    for (let index = start; index < end; index++) {
      a += content[index] ?? 0
      b += a
    }
    a %= modulus
    b %= modulus
  }
  return b << 16 | a
}

/** The inflater does not look at the checksum, and takes data whose end is missing. */
const fitsChecksum = (data: Uint8Array, content: Uint8Array): boolean =>
  data.length >= checksumBytes &&
  new DataView(data.buffer, data.byteOffset + data.length - checksumBytes).getInt32(0) === adler32(content)

/** Inflates zlib data; `undefined` as soon as the result would exceed `maxBytes`. Throws on damaged data. */
export const unzlibBounded = (data: Uint8Array, maxBytes: number): Uint8Array | undefined => {
  const content = inflateBounded((emit) => new Unzlib(emit), data, maxBytes)
  if (content !== undefined && !fitsChecksum(data, content)) {
    throw new RangeError("the end of the zlib data does not fit")
  }
  return content
}

/** Deflate with a window of up to 32 KiB, and a header checksum that fits. */
export const isZlib = (data: Uint8Array): boolean => {
  const [first = 0, second = 0] = data
  return data.length > 2 && (first & 0x8f) === 8 && (first << 8 | second) % 31 === 0
}
