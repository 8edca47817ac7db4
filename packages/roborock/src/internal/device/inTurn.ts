import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { RequestError } from "../../RoborockError.ts"

/** More than this wait for earlier ones, on their own time. */
const maxInFlight = 16

/**
 * Takes requests in turn, a limited number at a time. The time-out is the whole time, and says how far a request has come, for which
 * `run` is told how to say that it was sent.
 */
export const make = (timeout: Duration.DurationInput) => {
  const slots = Effect.unsafeMakeSemaphore(maxInFlight)
  return <A, E>(method: string, run: (sent: () => void) => Effect.Effect<A, E>): Effect.Effect<A, E | RequestError> =>
    Effect.suspend(() => {
      let reason: RequestError["reason"] = "QueueTimeout"
      const inTurn = slots.withPermits(1)(Effect.suspend(() => {
        reason = "NotConnected"
        return run(() => {
          reason = "TimedOut"
        })
      }))
      return Effect.timeoutFail(inTurn, { duration: timeout, onTimeout: () => new RequestError({ reason, method }) })
    })
}
