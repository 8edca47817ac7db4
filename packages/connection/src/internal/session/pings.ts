/** Who waits for the answer to a ping, and since when the first of them does. */
export type SettlePing = (roundTrip: number | undefined) => void

export interface Pings {
  readonly add: (now: number, settle: SettlePing) => void
  readonly settle: SettlePing
  /** Other packets show that the server is alive, which is no answer to this; `Infinity` if nobody waits. */
  readonly awaitedSince: () => number
  readonly isAwaited: () => boolean
}

export const make = (): Pings => {
  let waiters: Array<SettlePing> = []
  let awaitedSince = Infinity
  return {
    add: (now, settle) => {
      waiters.push(settle)
      awaitedSince = Math.min(awaitedSince, now)
    },
    settle: (roundTrip) => {
      const settled = waiters
      waiters = []
      awaitedSince = Infinity
      for (const settle of settled) settle(roundTrip)
    },
    awaitedSince: () => awaitedSince,
    isAwaited: () => waiters.length > 0
  }
}
