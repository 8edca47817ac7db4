import type { CleanRecord } from "../../RobotState.ts"

/** What a robot remembers of its cleanings: the newest `limit` ones, and sums over all. */
export const makeHistory = (limit: number) => {
  let records: ReadonlyArray<CleanRecord> = []
  let totals = { timeSeconds: 0, areaMm2: 0, count: 0 }
  let lastBeginSeconds = 0
  return {
    records: () => records,
    totals: () => totals,
    /** Records are known by the second they began in, so no two may share one. */
    beginSeconds: (nowMillis: number): number => {
      lastBeginSeconds = Math.max(Math.floor(nowMillis / 1000), lastBeginSeconds + 1)
      return lastBeginSeconds
    },
    add: (record: CleanRecord): void => {
      records = [record, ...records].slice(0, limit)
      totals = {
        timeSeconds: totals.timeSeconds + record.durationSeconds,
        areaMm2: totals.areaMm2 + record.areaMm2,
        count: totals.count + 1
      }
    }
  }
}
