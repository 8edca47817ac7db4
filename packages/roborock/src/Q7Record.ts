/**
 * The cleaning history of a Q7 vacuum: the answer of `service.get_record_list` (PROTOCOL 6.2).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type { CleanRecord, CleanSummary } from "./CleanRecord.ts"
import { fromSeconds } from "./internal/instant.ts"
import { isRecord, numberField, parseJson } from "./internal/v1/json.ts"

/**
 * Totals, and the runs, the newest first.
 *
 * @since 0.1.0
 * @category models
 */
export interface History {
  readonly summary: CleanSummary
  readonly records: ReadonlyArray<CleanRecord>
}

const maxRecords = 1000

/** Areas are hundredths of a square metre. */
const squareMetres = (hundredths: number): number => hundredths / 100

const toRecord = (entry: unknown): ReadonlyArray<CleanRecord> => {
  const text = isRecord(entry) ? entry["detail"] : undefined
  const detail = typeof text === "string" ? Either.getOrUndefined(parseJson(text)) : undefined
  if (!isRecord(detail)) return []
  const id = numberField(detail, "record_start_time")
  const seconds = numberField(detail, "record_use_time") ?? 0
  const begin = fromSeconds(id)
  // The device reports no end: this is the earliest one possible.
  const end = fromSeconds((id ?? 0) + seconds)
  if (id === undefined || begin === undefined || end === undefined) return []
  const error = numberField(detail, "record_faultcode") ?? 0
  return [{
    id,
    begin,
    end,
    duration: Duration.seconds(seconds),
    area: squareMetres(numberField(detail, "record_clean_area") ?? 0),
    complete: error === 0,
    error,
    startedBy: undefined,
    kind: undefined,
    finish: undefined,
    washCount: undefined,
    avoidCount: undefined,
    mapFlag: numberField(detail, "clean_current_map")
  }]
}

/**
 * Reads the answer; `undefined` for anything else. Entries that make no sense are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (data: unknown): History | undefined => {
  if (!isRecord(data)) return undefined
  const list: unknown = data["record_list"]
  const seconds = numberField(data, "total_time")
  if (seconds === undefined || !Array.isArray(list)) return undefined
  // The newest is the last.
  const records = list.slice(-maxRecords).flatMap(toRecord).reverse()
  const area = numberField(data, "total_area")
  return {
    summary: {
      cleanTime: Duration.seconds(seconds),
      area: area === undefined ? undefined : squareMetres(area),
      count: numberField(data, "total_count"),
      emptied: undefined,
      records: records.map(({ id }) => id)
    },
    records
  }
}
