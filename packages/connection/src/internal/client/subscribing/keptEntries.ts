/** Filters that nobody wants any more, and that stay subscribed for a while in case a stream comes back. */
import type { Entry } from "./entry.ts"

export interface KeptEntries {
  readonly keep: (entry: Entry, until: number) => void
  readonly release: (entry: Entry) => void
  readonly has: (entry: Entry) => boolean
  /** When to look at them; a little too early if one was released. */
  readonly deadline: () => number
  /** Those whose time is over. */
  readonly due: (now: number) => ReadonlyArray<Entry>
}

export const make = (): KeptEntries => {
  const times = new Map<Entry, number>()
  let next = Infinity
  return {
    keep: (entry, until) => {
      times.set(entry, until)
      next = Math.min(next, until)
    },
    release: (entry) => {
      times.delete(entry)
    },
    has: (entry) => times.has(entry),
    deadline: () => next,
    due: (now) => {
      if (now < next) return []
      next = Infinity
      const over: Array<Entry> = []
      for (const [entry, until] of times) {
        if (until <= now) over.push(entry)
        else next = Math.min(next, until)
      }
      return over
    }
  }
}
