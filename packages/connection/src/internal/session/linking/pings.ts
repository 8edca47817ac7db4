/** Who waits for the answer to a ping, and since when the first of them does. */
export type SettlePing = (roundTrip: number | undefined) => void

export class Pings {
  #waiters: Array<SettlePing> | undefined = undefined
  /** Other packets show that the server is alive, but do not answer this; `Infinity` if nobody waits. */
  awaitedSince = Infinity

  get isAwaited(): boolean {
    return this.#waiters !== undefined
  }

  add(now: number, settle: SettlePing): void {
    this.#waiters ??= []
    this.#waiters.push(settle)
    this.awaitedSince = Math.min(this.awaitedSince, now)
  }

  settle(roundTrip: number | undefined): void {
    const settled = this.#waiters
    if (settled === undefined) return
    this.#waiters = undefined
    this.awaitedSince = Infinity
    for (const settle of settled) settle(roundTrip)
  }
}
