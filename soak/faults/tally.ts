/** Which messages were handed over, which came, and how often. */
import { Effect } from "effect"
import { qosOf } from "../numberedMessage.ts"

export interface Verdict {
  readonly sent: Record<1 | 2, number>
  readonly lost: Record<1 | 2, number>
  readonly duplicates: Record<1 | 2, number>
}

export interface Tally {
  /** The next message of this QoS, which is handed over now. */
  readonly next: (qos: 1 | 2) => number
  readonly received: (messages: ReadonlyArray<number>) => void
  /** Completes when of each QoS a message has come that is handed over from now on. */
  readonly flowing: Effect.Effect<void>
  readonly verdict: () => Verdict
}

export const make = (): Tally => {
  const sent = { 1: 0, 2: 0 }
  const copies: Array<number> = []
  const newest = { 1: 0, 2: 0 }
  const waiting = new Set<() => void>()

  const flowing = Effect.async<void>((resume) => {
    const due = { ...sent }
    const look = () => {
      if (newest[1] <= due[1] || newest[2] <= due[2]) return
      waiting.delete(look)
      resume(Effect.void)
    }
    waiting.add(look)
    return Effect.sync(() => void waiting.delete(look))
  })

  return {
    flowing,
    next: (qos) => ++sent[qos] * 2 - (qos === 1 ? 1 : 0),
    received: (messages) => {
      for (const message of messages) {
        const qos = qosOf(message)
        copies[message] = (copies[message] ?? 0) + 1
        newest[qos] = Math.max(newest[qos], Math.ceil(message / 2))
      }
      for (const look of waiting) look()
    },
    verdict: () => {
      const lost = { 1: 0, 2: 0 }
      const duplicates = { 1: 0, 2: 0 }
      for (const qos of [1, 2] as const) {
        for (let index = 1; index <= sent[qos]; index++) {
          const times = copies[index * 2 - (qos === 1 ? 1 : 0)] ?? 0
          if (times === 0) lost[qos]++
          else duplicates[qos] += times - 1
        }
      }
      return { sent: { ...sent }, lost, duplicates }
    }
  }
}
