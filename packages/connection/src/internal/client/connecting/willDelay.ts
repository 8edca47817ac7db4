/** A will cannot be put off beyond the end of its session, which publishes it [5 §3.1.3.2.2]. */
import * as Effect from "effect/Effect"
import type { Will } from "../../../ConnectionOptions.ts"

export type CheckWill = (will: Will | undefined) => Effect.Effect<void>

/** For those without a will. */
export const unchecked: CheckWill = () => Effect.void

/** Warns once; the will may be made anew for each attempt. `sessionExpiry` is in seconds. */
export const makeCheck = (sessionExpiry: number): CheckWill => {
  let hasWarned = false
  return (will) => {
    const delay = will?.properties?.willDelayInterval ?? 0
    if (hasWarned || delay <= sessionExpiry) return Effect.void
    hasWarned = true
    return Effect.annotateLogs(
      Effect.logWarning("The will has a longer delay than the session: it is published when the session ends"),
      { package: "connection", willDelayInterval: delay, sessionExpiry }
    )
  }
}
