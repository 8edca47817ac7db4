import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as log from "../log.ts"

/**
 * For what is tried again anyway, or was not indispensable. The log has the failure without its causes, which name topics,
 * and so the user and the device.
 */
export const ignored = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.matchCauseEffect(self, {
    onFailure: (cause) => log.debug(`ignored: ${Cause.pretty(cause)}`),
    onSuccess: () => Effect.void
  })
