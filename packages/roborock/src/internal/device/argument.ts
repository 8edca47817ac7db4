import { RequestError } from "../../RoborockError.ts"

/** Nothing is sent. `why` is a clause that says what is allowed. */
export const invalidArgument = (method: string, why: string) =>
  new RequestError({ reason: "InvalidArgument", method, why })

/** A clause that lists the names to choose from. */
export const notAmong = (what: string, names: Iterable<string>): string =>
  `${what} has to be one of: ${[...names].join(", ")}`

export const noLevel = "at least one of fan, water and route has to be given, each from its choices"
export const noRoom = "at least one room has to be given"
export const noTimeOfDay = "both times have to be an hour from 0 to 23 and a minute from 0 to 59"
export const noPercentage = "the volume has to be a whole number from 0 to 100"
