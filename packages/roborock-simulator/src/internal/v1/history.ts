import type { CleanKind, CleanRecord, Robot } from "../../Robot.ts"
import { invalidParams, type Methods, ok, single } from "./answers.ts"

const cleanTypes: Readonly<Record<CleanKind, number>> = { All: 1, Zones: 2, Spot: 2, Segments: 3 }

const allCleaned = 52
const interrupted = 21
const startedByApp = 2

const recordObject = (record: CleanRecord) => ({
  begin: record.beginSeconds,
  end: record.endSeconds,
  duration: record.durationSeconds,
  area: record.areaMm2,
  error: record.errorCode,
  complete: record.complete ? 1 : 0,
  start_type: startedByApp,
  clean_type: cleanTypes[record.kind],
  finish_reason: record.complete ? allCleaned : interrupted,
  dust_collection_status: 0,
  avoid_count: 0,
  wash_count: 0,
  map_flag: record.floor
})

/** Old robots send lists where others send objects. */
const recordList = (record: CleanRecord) => {
  const { area, begin, clean_type, complete, duration, end, error, finish_reason, start_type } = recordObject(record)
  return [begin, end, duration, area, error, complete, start_type, clean_type, finish_reason]
}

/** The cleanings of a robot; `emptied` counts those of its bin. */
export const makeHistory = (robot: Robot, form: "lists" | "objects", emptied: () => number) => {
  const removed = new Set<number>()
  const records = () => robot.state.records.filter(({ beginSeconds }) => !removed.has(beginSeconds))
  const find = (begin: unknown) => records().find((record) => record.beginSeconds === begin)

  const methods: Methods = [
    ["get_clean_summary", () => {
      const { totals } = robot.state
      const begins = records().map(({ beginSeconds }) => beginSeconds)
      return {
        result: form === "lists" ? [totals.timeSeconds, totals.areaMm2, totals.count, begins] : {
          clean_time: totals.timeSeconds,
          clean_area: totals.areaMm2,
          clean_count: totals.count,
          dust_collection_count: emptied(),
          records: begins
        }
      }
    }],
    ["get_clean_record", (params) => {
      const record = find(single(params, "start_time"))
      if (record === undefined) return invalidParams
      return { result: [form === "lists" ? recordList(record) : recordObject(record)] }
    }],
    ["del_clean_record", (params) => {
      const record = find(single(params, "start_time"))
      if (record === undefined) return invalidParams
      removed.add(record.beginSeconds)
      return ok
    }]
  ]
  return { methods, find }
}
