/**
 * When to ping and when to give the peer up [5 §3.1.2.10]. Instants are milliseconds of one clock.
 *
 * A ping is due when nothing was sent, or nothing was received, for the keep-alive time less the
 * lead: the first keeps a silent subscriber alive, the second finds a dead peer for a publisher
 * that never gets an answer.
 */
const answerMillis = 10_000
const smallestLeadMillis = 500
/** How often the parts of a large packet put off the time at which an answer has to be there. */
const mostExtensions = 3

export class KeepAlive {
  readonly #leadMillis: (keepAliveMillis: number) => number
  #interval = 0
  /** How long nothing may be sent, or received, before a ping. */
  #silence = 0
  #lastSent = 0
  #lastReceived = 0
  #pingedAt: number | undefined = undefined
  #isPaused = false
  /** Of the outstanding ping: from when on its deadline counts, and how far it has come. */
  #since = 0
  #isTaken = false
  #isFlushed = false
  /** Any packet since the ping left is evidence of life, not only its answer. */
  #isEvident = false
  #hasProgressed = false
  #extensions = 0

  constructor(leadMillis: (keepAliveMillis: number) => number) {
    this.#leadMillis = leadMillis
  }

  get isOutstanding(): boolean {
    return this.#pingedAt !== undefined
  }

  start(now: number, keepAliveMillis: number): void {
    this.#interval = keepAliveMillis
    const lead = Math.max(smallestLeadMillis, this.#leadMillis(keepAliveMillis))
    this.#silence = keepAliveMillis - Math.min(keepAliveMillis / 2, lead)
    this.#lastSent = now
    this.#lastReceived = now
    this.#pingedAt = undefined
    this.#isPaused = false
  }

  stop(): void {
    this.#interval = 0
    this.#pingedAt = undefined
  }

  sent(now: number): void {
    this.#lastSent = now
  }

  /** A whole packet came. */
  received(now: number): void {
    this.#lastReceived = now
    this.#isEvident = this.#isFlushed
  }

  /** A part of a packet came. */
  progressed(): void {
    this.#hasProgressed = true
  }

  /** A ping was written to the output; until {@link deadline} it has to leave, and then to be answered. */
  pinged(now: number): void {
    this.#pingedAt = now
    this.#since = now
    this.#isTaken = false
    this.#isFlushed = false
    this.#isEvident = false
    this.#hasProgressed = false
    this.#extensions = 0
  }

  /** The output is on its way to the transport. */
  taken(): void {
    this.#isTaken = this.#pingedAt !== undefined
  }

  /** The transport has taken it. */
  flushed(now: number): void {
    if (!this.#isTaken || this.#isFlushed) return
    this.#isFlushed = true
    this.#since = now
  }

  /** The round trip of the outstanding ping in milliseconds, which it ends. */
  answered(now: number): number | undefined {
    const roundTrip = this.#pingedAt === undefined ? undefined : now - this.#pingedAt
    this.#pingedAt = undefined
    return roundTrip
  }

  /** While the client itself does not read, an unread answer is not a missing one. */
  readingPaused(now: number, isPaused: boolean): void {
    if (this.#isPaused && !isPaused) {
      this.#lastReceived = now
      this.#since = now
    }
    this.#isPaused = isPaused
  }

  due(now: number): "nothing" | "ping" | "dead" {
    if (now < this.deadline()) return "nothing"
    if (!this.#isAwaiting()) return "ping"
    if (!this.#isFlushed || !this.#hasProgressed || this.#extensions === mostExtensions) return "dead"
    this.#extensions++
    this.#hasProgressed = false
    this.#since = now
    return "nothing"
  }

  deadline(): number {
    if (this.#isAwaiting()) {
      return this.#since + (this.#interval > 0 ? Math.min(answerMillis, this.#interval) : answerMillis)
    }
    if (this.#interval === 0) return Infinity
    return (this.#isPaused ? this.#lastSent : Math.min(this.#lastSent, this.#lastReceived)) + this.#silence
  }

  #isAwaiting(): boolean {
    return this.#pingedAt !== undefined && !this.#isPaused && !this.#isEvident
  }
}
