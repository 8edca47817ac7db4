/**
 * The cleaning history of a Q10 vacuum: data point 52 (PROTOCOL 6.4).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { CleanRecord } from "./CleanRecord.ts"
import { nameOf } from "./internal/device/problem.ts"
import { fromSeconds } from "./internal/instant.ts"
import { isRecord } from "./internal/v1/json.ts"

/**
 * What was cleaned.
 *
 * @since 0.1.0
 * @category tables
 */
export const scopeNames: ReadonlyMap<number, string> = new Map([
  [0, "full"],
  [1, "selective_room"],
  [3, "zone"],
  [4, "spot"]
])

/**
 * How a run ended.
 *
 * @since 0.1.0
 * @category tables
 */
export const resultNames: ReadonlyMap<number, string> = new Map([
  [0, "interrupted"],
  [1, "completed"],
  [2, "stopped"]
])

/**
 * What began a run.
 *
 * @since 0.1.0
 * @category tables
 */
export const startNames: ReadonlyMap<number, string> = new Map([
  [0, "remote"],
  [1, "app"],
  [2, "timer"],
  [3, "button"]
])

const maxRecords = 1000
const fieldCount = 12
const minute = 60

/**
 * Reads one run: twelve values joined by `_`, the first of which is an id; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeRecord = (text: string): CleanRecord | undefined => {
  const parts = text.split("_")
  const [id, minutes, area, , , , scope, , result, start] = parts.slice(1).map((part) =>
    /^(-1|\d{1,12})$/.test(part) ? Number(part) : undefined
  )
  if (
    parts.length !== fieldCount || id === undefined || minutes === undefined || area === undefined
    || scope === undefined || result === undefined || start === undefined || id < 0 || minutes < 0 || area < 0
  ) return undefined
  const begin = fromSeconds(id)
  // The device reports no end: this is the earliest one possible.
  const end = fromSeconds(id + minutes * minute)
  return begin === undefined || end === undefined ? undefined : {
    id,
    begin,
    end,
    duration: Duration.minutes(minutes),
    area,
    complete: resultNames.get(result) === "completed",
    error: 0,
    startedBy: nameOf(start, startNames),
    kind: nameOf(scope, scopeNames),
    finish: nameOf(result, resultNames),
    washCount: undefined,
    avoidCount: undefined,
    mapFlag: undefined
  }
}

/**
 * Reads the list of runs and sorts it, the newest first; `undefined` for anything else. Entries that make no sense
 * are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (value: unknown): ReadonlyArray<CleanRecord> | undefined => {
  const data: unknown = isRecord(value) && value["op"] === "list" ? value["data"] : undefined
  if (!Array.isArray(data)) return undefined
  return data.slice(0, maxRecords)
    .flatMap((entry: unknown) => typeof entry === "string" ? decodeRecord(entry) ?? [] : [])
    .sort((a, b) => b.id - a.id)
}
