import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * Begins a time-out that several steps share, and gives what is left of it. It runs on a clock that nobody sets: that of
 * the machine may jump meanwhile.
 */
export const after = (timeout: Duration.Duration): Effect.Effect<Effect.Effect<Duration.Duration>> =>
  Effect.map(
    Clock.currentTimeNanos,
    (begun) => Effect.map(Clock.currentTimeNanos, (now) => Duration.subtract(timeout, Duration.nanos(now - begun)))
  )
