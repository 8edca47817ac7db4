import * as Either from "effect/Either"
import { isRecord, parseJson } from "./v1/json.ts"

/** Values by the number of their data point. */
export type DataPoints = Iterable<readonly [id: number, value: unknown]>

/** The outer object of A01 and B01 messages; `timestamp` in Unix seconds. */
export const encodeDataPoints = (dataPoints: DataPoints, timestamp: number | undefined): Uint8Array => {
  const dps = Object.fromEntries(Array.from(dataPoints, ([id, value]) => [String(id), value]))
  return new TextEncoder().encode(JSON.stringify(timestamp === undefined ? { dps } : { dps, t: timestamp }))
}

/** Entries whose key is a number. */
export const numbered = (record: Readonly<Record<string, unknown>>): ReadonlyMap<number, unknown> =>
  new Map(
    Object.entries(record).filter(([key]) => /^\d{1,9}$/.test(key)).map(([key, value]) => [Number(key), value])
  )

/** Padding that a second cipher layer left (PKCS#7) is taken off: one client of the wild pads twice. */
const withoutPadding = (payload: Uint8Array): Uint8Array => {
  const count = payload.at(-1) ?? 0
  const padded = count >= 1 && count <= 16 && count <= payload.length &&
    payload.subarray(payload.length - count).every((byte) => byte === count)
  return padded ? payload.subarray(0, payload.length - count) : payload
}

/** The data points of a message; `undefined` for anything else. */
export const decodeDataPoints = (payload: Uint8Array): ReadonlyMap<number, unknown> | undefined => {
  const outer = Either.getOrUndefined(parseJson(withoutPadding(payload)))
  return isRecord(outer) && isRecord(outer["dps"]) ? numbered(outer["dps"]) : undefined
}
