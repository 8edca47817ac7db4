/**
 * First in, first out, with a count and a size, and entries that may leave from the middle. What
 * left or was withdrawn is not held on to: the array is compacted when half of it is gone.
 */
export interface Queued {
  /** Bytes that it counts for; fixed while it is in the queue. */
  readonly size: number
  withdrawn: boolean
}

export interface SendQueue<A extends Queued> {
  readonly push: (entry: A) => void
  readonly first: () => A | undefined
  readonly shift: () => void
  readonly withdraw: (entry: A) => void
  /** Takes everything out. */
  readonly drain: () => ReadonlyArray<A>
  readonly count: () => number
  readonly bytes: () => number
}

const compactAbove = 64

export const make = <A extends Queued>(): SendQueue<A> => {
  let entries: Array<A> = []
  let head = 0
  let count = 0
  let bytes = 0

  const compact = () => {
    if (entries.length <= compactAbove || count * 2 > entries.length) return
    entries = entries.slice(head).filter((entry) => !entry.withdrawn)
    head = 0
  }
  const skipWithdrawn = () => {
    while (head < entries.length && entries[head].withdrawn) head++
    if (head === entries.length) {
      entries = []
      head = 0
    }
  }

  return {
    push: (entry) => {
      entries.push(entry)
      count++
      bytes += entry.size
    },
    first: () => {
      skipWithdrawn()
      return entries[head]
    },
    shift: () => {
      skipWithdrawn()
      if (count === 0) return
      count--
      bytes -= entries[head].size
      head++
      compact()
    },
    withdraw: (entry) => {
      if (entry.withdrawn) return
      entry.withdrawn = true
      count--
      bytes -= entry.size
      compact()
    },
    drain: () => {
      const all = entries.slice(head).filter((entry) => !entry.withdrawn)
      entries = []
      head = 0
      count = 0
      bytes = 0
      return all
    },
    count: () => count,
    bytes: () => bytes
  }
}
