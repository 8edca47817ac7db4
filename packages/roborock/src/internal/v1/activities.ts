import { activitiesOf } from "../device/activities.ts"

/** What each state of a V1 vacuum amounts to. */
export const activityOf = activitiesOf({
  cleaning: [4, 5, 7, 11, 16, 17, 18, 29, 32, 6301, 6302, 6303, 6304, 6305, 6306, 6307, 6308, 6309],
  returning: [6, 15, 26, 6310],
  docked: [8, 14, 22, 23, 25, 33, 34, 100, 202],
  paused: [10],
  error: [9, 12, 101],
  idle: [0, 1, 2, 3, 13, 28, 103]
})

/** What `in_cleaning` says was begun and not finished. */
export const unfinishedJobs: ReadonlyMap<number, "everything" | "zones" | "rooms" | "mapping"> = new Map([
  [1, "everything"],
  [2, "zones"],
  [3, "rooms"],
  [4, "mapping"]
])
