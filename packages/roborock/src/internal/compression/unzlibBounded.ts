import { Unzlib } from "fflate"
import { inflateBounded } from "./inflateBounded.ts"

/** Inflates zlib data; `undefined` as soon as the result would exceed `maxBytes`. Throws on damaged data. */
export const unzlibBounded = (data: Uint8Array, maxBytes: number): Uint8Array | undefined =>
  inflateBounded((emit) => new Unzlib(emit), data, maxBytes)

/** Deflate with a window of up to 32 KiB, and a header checksum that fits. */
export const isZlib = (data: Uint8Array): boolean => {
  const [first = 0, second = 0] = data
  return data.length > 2 && (first & 0x8f) === 8 && (first << 8 | second) % 31 === 0
}
