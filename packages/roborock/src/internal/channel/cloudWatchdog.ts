import * as Duration from "effect/Duration"

const maxUnanswered = 3

const betweenReplacements = Duration.toMillis("30 minutes")

/**
 * Tells a connection that delivers nothing from a device that is silent, by the number of requests in a row that nobody
 * answered. Not too often, since all devices may be off.
 */
export const makeWatchdog = () => {
  let inARow = 0
  let replacedAt = Number.NEGATIVE_INFINITY
  return {
    answered: (): void => {
      inARow = 0
    },
    /** Whether the connection is to be replaced now. */
    unanswered: (now: number): boolean => {
      if (++inARow < maxUnanswered || now - replacedAt < betweenReplacements) return false
      replacedAt = now
      return true
    }
  }
}
