import * as Duration from "effect/Duration"
import { isRecord, numberField } from "../v1/json.ts"

/** How often calls of one kind were made, as it is kept. */
export interface Counts {
  /** Unix milliseconds of the calls, oldest first. */
  readonly calls: ReadonlyArray<number>
  readonly blockedUntil: number
  /** Refusals in a row. */
  readonly refusals: number
}

/** Where the counts of all kinds are kept. */
export const key = "web-api-calls"

/** At most this many calls within a time: a limit of `RateGuard`. */
interface Span {
  readonly calls: number
  readonly within: Duration.DurationInput
}

export const longestBlock = Duration.toMillis("1 day")

export const decode = (json: unknown): Counts => {
  const record = isRecord(json) ? json : {}
  const calls: unknown = record["calls"]
  return {
    calls: Array.isArray(calls) ? calls.filter((time): time is number => typeof time === "number") : [],
    blockedUntil: numberField(record, "blockedUntil") ?? 0,
    refusals: numberField(record, "refusals") ?? 0
  }
}

/** When the next call fits in all spans. Times ahead of the clock are those of a clock that was wrong: they do not count. */
export const nextFree = ({ blockedUntil, calls }: Counts, limits: ReadonlyArray<Span>, now: number): number =>
  Math.max(
    now,
    blockedUntil > now + longestBlock ? now : blockedUntil,
    ...limits.map(({ calls: most, within }) => {
      const span = Duration.toMillis(within)
      const recent = calls.filter((time) => time <= now && time > now - span)
      const oldest = recent.at(-most)
      return oldest === undefined ? now : oldest + span
    })
  )
