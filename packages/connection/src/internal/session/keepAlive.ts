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
  /** A whole packet came. */
  readonly received: (now: number) => void
  /** A part of a packet came. */
  readonly progressed: () => void
  /** A ping was written to the output; until {@link deadline} it has to leave, and then to be answered. */
  readonly pinged: (now: number) => void
  /** The output is on its way to the transport. */
  readonly taken: () => void
  /** The transport has taken it. */
  readonly flushed: (now: number) => void
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
/** How often the parts of a large packet put off the time at which an answer has to be there. */
const mostExtensions = 3

export const make = (leadMillis: (keepAliveMillis: number) => number): KeepAlive => {
  let interval = 0
  /** How long nothing may be sent, or received, before a ping. */
  let silence = 0
  let lastSent = 0
  let lastReceived = 0
  let pingedAt: number | undefined
  let paused = false
  /** Of the outstanding ping: from when on its deadline counts, and how far it has come. */
  let since = 0
  let isTaken = false
  let isFlushed = false
  /** Any packet since the ping left is evidence of life, not only its answer. */
  let isEvident = false
  let hasProgressed = false
  let extensions = 0

  const isAwaiting = () => pingedAt !== undefined && !paused && !isEvident
  const deadline = () => {
    if (isAwaiting()) return since + (interval > 0 ? Math.min(answerMillis, interval) : answerMillis)
    if (interval === 0) return Infinity
    return (paused ? lastSent : Math.min(lastSent, lastReceived)) + silence
  }

  const due = (now: number): "nothing" | "ping" | "dead" => {
    if (now < deadline()) return "nothing"
    if (!isAwaiting()) return "ping"
    if (!isFlushed || !hasProgressed || extensions === mostExtensions) return "dead"
    extensions++
    hasProgressed = false
    since = now
    return "nothing"
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
      isEvident = isFlushed
    },
    progressed: () => {
      hasProgressed = true
    },
    pinged: (now) => {
      pingedAt = now
      since = now
      isTaken = false
      isFlushed = false
      isEvident = false
      hasProgressed = false
      extensions = 0
    },
    taken: () => {
      isTaken = pingedAt !== undefined
    },
    flushed: (now) => {
      if (!isTaken || isFlushed) return
      isFlushed = true
      since = now
    },
    answered: (now) => {
      const roundTrip = pingedAt === undefined ? undefined : now - pingedAt
      pingedAt = undefined
      return roundTrip
    },
    outstanding: () => pingedAt !== undefined,
    readingPaused: (now, next) => {
      if (paused && !next) {
        lastReceived = now
        since = now
      }
      paused = next
    },
    due,
    deadline
  }
}
