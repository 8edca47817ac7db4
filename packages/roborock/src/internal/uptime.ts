import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Milliseconds on a clock that nobody sets, for what lies between two moments of one run. Pauses by the time of day end too
 * early or hours too late where that is set meanwhile.
 */
export const uptime: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1_000_000n))
