import type { Activity, Unfinished } from "../../DeviceState.ts"

const codes = (activity: Activity, ...states: ReadonlyArray<number>) =>
  states.map((state) => [state, activity] as const)

/** What each state of a V1 vacuum amounts to. */
export const activityNames: ReadonlyMap<number, Activity> = new Map([
  ...codes("cleaning", 4, 5, 7, 11, 16, 17, 18, 29, 32, 6301, 6302, 6303, 6304, 6305, 6306, 6307, 6308, 6309),
  ...codes("returning", 6, 15, 26, 6310),
  ...codes("docked", 8, 14, 22, 23, 25, 33, 34, 100, 202),
  ...codes("paused", 10),
  ...codes("error", 9, 12, 101),
  ...codes("idle", 1, 2, 3, 13, 28, 103)
])

/** What `in_cleaning` says was begun and not finished. */
export const unfinishedJobs: ReadonlyMap<number, Unfinished> = new Map([
  [1, "everything"],
  [2, "zones"],
  [3, "rooms"],
  [4, "mapping"]
])
