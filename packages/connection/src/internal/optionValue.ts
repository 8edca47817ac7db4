/** What makes sense as the value of an option, whoever takes it. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const isTime = (value: Duration.DurationInput): boolean => {
  if (typeof value === "string") return !value.startsWith("-")
  if (typeof value === "number" || typeof value === "bigint") return value >= 0
  return Duration.isDuration(value) || value.every((part) => part >= 0)
}

/** Milliseconds; undefined where `Duration` would take what is negative, or no number, for nothing at all. */
export const toMillis = (value: Duration.DurationInput): number | undefined => {
  const duration = isTime(value) ? Duration.decodeUnknown(value) : undefined
  return duration?._tag === "Some" ? Duration.toMillis(duration.value) : undefined
}

/** Whether it is a whole number within these bounds. */
export const isWhole = (value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most

/** Names the option, and says what it has to be. */
export class InvalidOption extends Error {
  constructor(name: string, wanted: string) {
    super(`the option "${name}" has to be ${wanted}`)
  }
}

/** For constructors without a failure for this: an invalid value would mean that there is no bound. */
export const demandBound = (name: string, value: number): Effect.Effect<void> =>
  isWhole(value, 1) ? Effect.void : Effect.die(new InvalidOption(name, "a whole number from 1"))
