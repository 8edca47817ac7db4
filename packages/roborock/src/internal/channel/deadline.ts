import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { uptime } from "../uptime.ts"

/** Begins a time-out that several steps share, and gives what is left of it. */
export const after = (timeout: Duration.Duration): Effect.Effect<Effect.Effect<Duration.Duration>> =>
  Effect.map(
    uptime,
    (begun) => Effect.map(uptime, (now) => Duration.subtract(timeout, Duration.millis(now - begun)))
  )
