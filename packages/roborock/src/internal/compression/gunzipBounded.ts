import { Gunzip } from "fflate"
import { inflateBounded } from "./inflateBounded.ts"

/** Inflates gzip data; `undefined` as soon as the result would exceed `maxBytes`. Throws on damaged data. */
export const gunzipBounded = (data: Uint8Array, maxBytes: number): Uint8Array | undefined =>
  inflateBounded((emit) => new Gunzip(emit), data, maxBytes)

export const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b
