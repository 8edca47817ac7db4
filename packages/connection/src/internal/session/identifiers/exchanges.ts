/**
 * Open exchanges by packet identifier, in the order in which they were put in. It does what a `Map`
 * does, which is the wrong thing here: with entries that come and go all the time, each table that a
 * `Map` leaves behind keeps the next one alive, and with it most entries, until a full collection.
 */
export interface Linked<A> {
  readonly id: number
  /** Neighbours in the order; the table's own business. */
  before: A | undefined
  behind: A | undefined
}

const fewest = 16

/** Of a table that nothing was ever put in, which grows before that: a client has four of them. */
const none: Array<never> = []

export class Exchanges<A extends Linked<A>> {
  /** By the lower bits of the identifier. They rotate, so two that are open seldom share a slot; then it grows. */
  private slots: Array<A | undefined> = none
  private head: A | undefined = undefined
  private tail: A | undefined = undefined
  private count = 0

  get size(): number {
    return this.count
  }

  get first(): A | undefined {
    return this.head
  }

  get(id: number): A | undefined {
    const entry = this.slots[id & (this.slots.length - 1)]
    return entry !== undefined && entry.id === id ? entry : undefined
  }

  /** Puts one at the end, in the place of another one with its identifier. */
  add(entry: A): void {
    const present = this.get(entry.id)
    if (present !== undefined) this.delete(present)
    while (this.slots[entry.id & (this.slots.length - 1)] !== undefined || this.slots.length === 0) this.grow()
    this.slots[entry.id & (this.slots.length - 1)] = entry
    entry.before = this.tail
    if (this.tail === undefined) this.head = entry
    else this.tail.behind = entry
    this.tail = entry
    this.count++
  }

  delete(entry: A): boolean {
    if (this.get(entry.id) !== entry) return false
    this.slots[entry.id & (this.slots.length - 1)] = undefined
    const { before, behind } = entry
    if (before === undefined) this.head = behind
    else before.behind = behind
    if (behind === undefined) this.tail = before
    else behind.before = before
    // What is gone must not keep what is there alive.
    entry.before = undefined
    entry.behind = undefined
    this.count--
    return true
  }

  /** All of them, in order. */
  values(): Array<A> {
    const all: Array<A> = []
    for (let entry = this.head; entry !== undefined; entry = entry.behind) all.push(entry)
    return all
  }

  clear(): void {
    for (const entry of this.values()) this.delete(entry)
  }

  private grow(): void {
    const old = this.slots
    this.slots = new Array<A | undefined>(Math.max(fewest, old.length * 2)).fill(undefined)
    for (const entry of old) {
      if (entry !== undefined) this.slots[entry.id & (this.slots.length - 1)] = entry
    }
  }
}
