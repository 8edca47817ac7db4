import * as Topic from "../Topic.ts"
import { type Place, violation } from "./refusal.ts"

/** Refuses what is no topic filter in the version spoken (section 4.7.1; shared subscriptions 4.8.2). */
export const expectFilter = (place: Place, filter: string): void => {
  const problem = Topic.filterProblem(filter, place.version)
  if (problem === undefined) return
  throw violation(place, 0x8f, "a topic filter is not valid", problem === "SharedSubscription" ? "4.8.2" : "4.7.1")
}
