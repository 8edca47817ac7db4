/**
 * What a vacuum has cleaned: totals, and one record for each run.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { fromSeconds } from "./internal/instant.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import * as V1Codes from "./V1Codes.ts"

/**
 * Totals over the life of the device.
 *
 * @since 0.1.0
 * @category models
 */
export interface CleanSummary {
  /** Spent cleaning, as in the state of the device. */
  readonly cleanTime: Duration.Duration
  /** Square metres. */
  readonly area: number | undefined
  readonly count: number | undefined
  readonly emptied: number | undefined
  /** Ids of the runs, the newest first. */
  readonly records: ReadonlyArray<number>
}

/**
 * One run.
 *
 * @since 0.1.0
 * @category models
 */
export interface CleanRecord {
  /** As the summary has it, and `HistoryTrait` wants it. */
  readonly id: number
  /** Unix milliseconds. */
  readonly begin: number
  /** Unix milliseconds. */
  readonly end: number
  /** Spent cleaning, without breaks. */
  readonly duration: Duration.Duration
  /** Square metres. */
  readonly area: number
  readonly complete: boolean
  readonly error: number
  /** What started it, its kind, and why it ended; `unknown_N` for unknown codes, `undefined` when not reported. */
  readonly startedBy: string | undefined
  readonly kind: string | undefined
  readonly finish: string | undefined
  readonly washCount: number | undefined
  readonly avoidCount: number | undefined
  /** The floor. */
  readonly mapFlag: number | undefined
}

const maxRecords = 1000

const isList: (value: unknown) => value is ReadonlyArray<unknown> = Array.isArray

/** Numbers that are too large for one are infinite in what JSON reads. */
const isFinite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)

const numbers = (value: unknown): ReadonlyArray<number> =>
  isList(value) ? value.slice(0, maxRecords).filter(isFinite) : []

const squareMetres = (area: number | undefined): number | undefined => area === undefined ? undefined : area / 1e6

/**
 * Reads the result of `get_clean_summary`: an object, a list, or the seconds alone; `undefined` when it is none of them.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeSummary = (result: unknown): CleanSummary | undefined => {
  if (isFinite(result)) {
    return { cleanTime: Duration.seconds(result), area: undefined, count: undefined, emptied: undefined, records: [] }
  }
  if (isList(result)) {
    const [seconds, area, count, records] = result
    return !isFinite(seconds) ? undefined : {
      cleanTime: Duration.seconds(seconds),
      area: squareMetres(isFinite(area) ? area : undefined),
      count: isFinite(count) ? count : undefined,
      emptied: undefined,
      records: numbers(records)
    }
  }
  if (!isRecord(result)) return undefined
  const seconds = numberField(result, "clean_time")
  return seconds === undefined ? undefined : {
    cleanTime: Duration.seconds(seconds),
    area: squareMetres(numberField(result, "clean_area")),
    count: numberField(result, "clean_count"),
    emptied: numberField(result, "dust_collection_count"),
    records: numbers(result["records"])
  }
}

/** The order of the fields where a record is a list; old devices leave the last ones out. */
const listed = [
  "begin",
  "end",
  "duration",
  "area",
  "error",
  "complete",
  "start_type",
  "clean_type",
  "finish_reason"
] as const

type Stage = Readonly<Record<string, unknown>>

const toStage = (entry: unknown): Stage | undefined =>
  isList(entry) && typeof entry[0] === "number"
    ? Object.fromEntries(listed.map((name, index) => [name, entry[index]]))
    : isRecord(entry)
    ? entry
    : undefined

const named = (code: number | undefined, names: ReadonlyMap<number, string>): string | undefined =>
  code === undefined ? undefined : names.get(code) ?? `unknown_${code}`

const sum = (stages: ReadonlyArray<Stage>, name: string): number | undefined => {
  const values = stages.map((stage) => numberField(stage, name)).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
}

/**
 * Reads the result of `get_clean_record`: a list of fields, an object, or one of these for each stage of the run, which
 * are added up; `undefined` when it is none of them.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): CleanRecord | undefined => {
  const entries: ReadonlyArray<unknown> = isList(result) && typeof result[0] !== "number" ? result : [result]
  const stages = entries.slice(0, maxRecords).map(toStage).filter((stage) => stage !== undefined)
  const first = stages.at(0)
  const last = stages.at(-1)
  if (first === undefined || last === undefined) return undefined
  // The time at which it began is what a run is known by.
  const id = numberField(first, "begin")
  const begin = fromSeconds(id)
  const end = fromSeconds(numberField(last, "end"))
  if (id === undefined || begin === undefined || end === undefined) return undefined
  return {
    id,
    begin,
    end,
    duration: Duration.seconds(sum(stages, "duration") ?? 0),
    area: (sum(stages, "area") ?? 0) / 1e6,
    complete: numberField(last, "complete") === 1,
    error: numberField(last, "error") ?? 0,
    startedBy: named(numberField(first, "start_type"), V1Codes.startTypeNames),
    kind: named(numberField(last, "clean_type"), V1Codes.cleanTypeNames),
    finish: named(numberField(last, "finish_reason"), V1Codes.finishReasonNames),
    washCount: sum(stages, "wash_count"),
    avoidCount: sum(stages, "avoid_count"),
    mapFlag: numberField(last, "map_flag")
  }
}
