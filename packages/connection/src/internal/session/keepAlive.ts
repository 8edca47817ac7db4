/**
 * When to ping and when to give the peer up [5 §3.1.2.10]. Instants are milliseconds of one clock.
 *
 * A ping is due when nothing was sent, or nothing was received, for the keep-alive time less the
 * lead: the first keeps a silent subscriber alive, the second finds a dead peer for a publisher
 * that never gets an answer.
 */
export interface KeepAlive {
  readonly start: (now: number, keepAliveMillis: number) => void
  readonly stop: () => void
  readonly sent: (now: number) => void
  readonly received: (now: number) => void
  /** A ping goes out now; its answer is due at {@link deadline}. */
  readonly pinged: (now: number) => void
  /** The round trip of the outstanding ping in milliseconds, which it ends. */
  readonly answered: (now: number) => number | undefined
  readonly outstanding: () => boolean
  /** While the client itself does not read, an unread answer is not a missing one. */
  readonly readingPaused: (now: number, paused: boolean) => void
  readonly due: (now: number) => "nothing" | "ping" | "dead"
  readonly deadline: () => number
}

const answerMillis = 10_000
const smallestLeadMillis = 500

export const make = (leadMillis: (keepAliveMillis: number) => number): KeepAlive => {
  let interval = 0
  /** How long nothing may be sent, or received, before a ping. */
  let silence = 0
  let lastSent = 0
  let lastReceived = 0
  let pingedAt: number | undefined
  let paused = false

  // Any packet since the ping is evidence of life, not only its answer.
  const awaiting = (at: number | undefined): at is number => at !== undefined && !paused && lastReceived <= at
  const deadline = () => {
    if (awaiting(pingedAt)) return pingedAt + (interval > 0 ? Math.min(answerMillis, interval) : answerMillis)
    if (interval === 0) return Infinity
    return (paused ? lastSent : Math.min(lastSent, lastReceived)) + silence
  }

  return {
    start: (now, keepAliveMillis) => {
      interval = keepAliveMillis
      silence = interval - Math.min(interval / 2, Math.max(smallestLeadMillis, leadMillis(interval)))
      lastSent = now
      lastReceived = now
      pingedAt = undefined
      paused = false
    },
    stop: () => {
      interval = 0
      pingedAt = undefined
    },
    sent: (now) => {
      lastSent = now
    },
    received: (now) => {
      lastReceived = now
    },
    pinged: (now) => {
      pingedAt = now
    },
    answered: (now) => {
      const roundTrip = pingedAt === undefined ? undefined : now - pingedAt
      pingedAt = undefined
      return roundTrip
    },
    outstanding: () => pingedAt !== undefined,
    readingPaused: (now, next) => {
      if (paused && !next) lastReceived = now
      paused = next
    },
    due: (now) => now < deadline() ? "nothing" : awaiting(pingedAt) ? "dead" : "ping",
    deadline
  }
}
