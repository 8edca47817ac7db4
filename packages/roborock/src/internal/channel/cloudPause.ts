import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { RoborockAuth } from "../../RoborockAuth.ts"
import type { AuthError, ConnectError } from "../../RoborockError.ts"
import type { UserData } from "../../UserData.ts"

/** The first pause of an outage; each one after it is longer by the factor, up to the longest (decision 8). */
export const firstPause: Duration.DurationInput = "10 seconds"
export const pauseFactor = 1.5
export const longestPause: Duration.DurationInput = "10 minutes"

/** A refused login is not tried again before this has passed: it looks the same as a locked account. */
export const afterRefusal: Duration.DurationInput = "6 hours"

/** What a client that has given up for another reason waits for. */
export const afterFailure: Duration.DurationInput = "5 minutes"

/**
 * The pause before the next try, after a number of tries in a row that failed at once. None after the first, and none where
 * the broker was not even reached: that harms nobody, and whoever has repaired the network need not wait.
 */
export const pauseBefore = (error: AuthError | ConnectError, failures: number): Duration.Duration | undefined =>
  error._tag === "AuthError"
    ? Duration.decode(afterRefusal)
    : failures === 1 || error.reason === "Unreachable"
    ? undefined
    : Duration.min(Duration.times(firstPause, pauseFactor ** (failures - 2)), longestPause)

/** How soon a listener looks for a client again: soon after one was replaced, rarely while nobody may try. */
export const betweenTries = Schedule.exponential("2 seconds").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.resetAfter("5 minutes")
)

/** Waits a pause out; where a login was refused, only until there is another one, whoever has made it. */
export const waitOut = (
  auth: RoborockAuth["Type"],
  userData: UserData,
  error: AuthError | ConnectError,
  pause: Duration.DurationInput
): Effect.Effect<void> =>
  error._tag === "AuthError" ? Effect.raceFirst(Effect.sleep(pause), auth.replaced(userData)) : Effect.sleep(pause)
