/**
 * First in, first out, with a count and a size, and entries that may leave from the middle. What
 * left or was withdrawn is not held on to: the array is compacted when half of it is gone.
 */
export interface Queued {
  /** Bytes that it counts for; fixed while it is in the queue. */
  readonly size: number
  withdrawn: boolean
}

const compactAbove = 64

export class SendQueue<A extends Queued> {
  #entries: Array<A> = []
  #head = 0
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  push(entry: A): void {
    this.#entries.push(entry)
    this.#count++
    this.#bytes += entry.size
  }

  first(): A | undefined {
    if (this.#count === 0) return undefined
    this.#skipWithdrawn()
    return this.#entries[this.#head]
  }

  shift(): void {
    const entry = this.first()
    if (entry === undefined) return
    this.#count--
    this.#bytes -= entry.size
    this.#head++
    this.#compact()
  }

  withdraw(entry: A): void {
    if (entry.withdrawn) return
    entry.withdrawn = true
    this.#count--
    this.#bytes -= entry.size
    this.#compact()
  }

  /** Takes everything out. */
  drain(): ReadonlyArray<A> {
    const all = this.#entries.slice(this.#head).filter((entry) => !entry.withdrawn)
    this.#entries = []
    this.#head = 0
    this.#count = 0
    this.#bytes = 0
    return all
  }

  #skipWithdrawn(): void {
    while (this.#entries[this.#head].withdrawn) this.#head++
  }

  #compact(): void {
    if (this.#count > 0 && (this.#entries.length <= compactAbove || this.#count * 2 > this.#entries.length)) return
    this.#entries = this.#count === 0 ? [] : this.#entries.slice(this.#head).filter((entry) => !entry.withdrawn)
    this.#head = 0
  }
}
