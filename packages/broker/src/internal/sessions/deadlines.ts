/** Something that is due at a time that may change; Infinity while it is not. */
export interface Due {
  readonly dueAt: number
}

interface Entry<A> {
  readonly at: number
  readonly item: A
}

/**
 * What is due when, the earliest first: a binary heap. An item whose time changes is entered again, and what no longer
 * holds is noticed when its turn comes.
 */
export class Deadlines<A extends Due> {
  private heap: Array<Entry<A>> = []

  /** The next time to look, or Infinity; something may be due later after all. */
  get next(): number {
    return this.heap[0]?.at ?? Infinity
  }

  /** `all` is everything that can be due: it bounds how much is entered that no longer holds. */
  enter(item: A, all: ReadonlyMap<unknown, A>): void {
    if (this.heap.length > 2 * all.size + 64) {
      const items = new Set(all.values()).add(item)
      this.heap = []
      for (const one of items) this.push(one)
    } else {
      this.push(item)
    }
  }

  /** The next item whose time has come. */
  take(now: number): A | undefined {
    for (let top = this.heap[0]; top !== undefined && top.at <= now; top = this.heap[0]) {
      this.pop()
      if (top.item.dueAt <= now) return top.item
    }
    return undefined
  }

  private push(item: A): void {
    const entry = { at: item.dueAt, item }
    if (entry.at === Infinity) return
    const { heap } = this
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.at <= entry.at) break
      heap[index] = above
      index = parent
    }
    heap[index] = entry
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = heap[2 * index + 1]
      const right = heap[2 * index + 2]
      const isRight = left !== undefined && right !== undefined && right.at < left.at
      const child = isRight ? right : left
      if (child === undefined || child.at >= last.at) break
      heap[index] = child
      index = 2 * index + (isRight ? 2 : 1)
    }
    heap[index] = last
  }
}
