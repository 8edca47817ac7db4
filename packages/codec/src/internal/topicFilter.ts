import * as Topic from "../Topic.ts"
import { type Place, violation } from "./refusal.ts"

/** Refuses text that is not a topic filter in the version spoken (section 4.7; shared subscriptions 4.8.2). */
export const expectFilter = (place: Place, filter: string): void => {
  const problem = Topic.filterProblem(filter, place.version)
  if (problem === undefined) return
  const section = problem === "Empty" ? "4.7.3" : problem === "SharedSubscription" ? "4.8.2" : "4.7.1"
  throw violation(place, 0x8f, "a topic filter is not valid", section)
}
