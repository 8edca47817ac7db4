/** Filters that share topics: without subscription identifiers, nobody knows which of them a message is for. */
import * as Topic from "@effect-mqtt/codec/Topic"
import type { Notify } from "../observing/notices.ts"
import type { Entry } from "./entry.ts"
import type { Routing } from "./routing.ts"

const levelsOf = (filter: string): ReadonlyArray<string> => (Topic.toShared(filter)?.filter ?? filter).split("/")

const isWildcard = (level: string | undefined): boolean => level === "+" || level === "#"

/** Whether a topic exists that both filters match, by the rules of section 4.7. */
export const filtersOverlap = (one: string, other: string): boolean => {
  const left = levelsOf(one)
  const right = levelsOf(other)
  // A wildcard in the first level does not reach topics like $SYS.
  if (isWildcard(left[0]) && right[0].startsWith("$")) return false
  if (isWildcard(right[0]) && left[0].startsWith("$")) return false
  for (let index = 0;; index++) {
    const here = left[index]
    const there = right[index]
    // It also matches the level above it.
    if (here === "#" || there === "#" || (here === undefined && there === undefined)) return true
    if (here === undefined || there === undefined) return false
    if (here !== there && here !== "+" && there !== "+") return false
  }
}

/** Tells once of a filter that overlaps another one. */
export const overlapWarning = ({ all }: Routing, notify: Notify): (entry: Entry) => void => {
  let hasWarned = false
  return (entry) => {
    if (hasWarned) return
    const { filter } = entry.request
    const other = all().find((one) => one !== entry && filtersOverlap(one.request.filter, filter))
    if (other === undefined) return
    hasWarned = true
    notify({ _tag: "OverlappingFilters", filters: [other.request.filter, filter] })
  }
}
