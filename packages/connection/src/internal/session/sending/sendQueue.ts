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
  private entries: Array<A> = []
  private head = 0
  private present = 0
  private presentBytes = 0

  get count(): number {
    return this.present
  }

  get bytes(): number {
    return this.presentBytes
  }

  push(entry: A): void {
    this.entries.push(entry)
    this.present++
    this.presentBytes += entry.size
  }

  first(): A | undefined {
    if (this.present === 0) return undefined
    this.skipWithdrawn()
    return this.entries[this.head]
  }

  shift(): void {
    const entry = this.first()
    if (entry === undefined) return
    this.present--
    this.presentBytes -= entry.size
    this.head++
    this.compact()
  }

  withdraw(entry: A): void {
    if (entry.withdrawn) return
    entry.withdrawn = true
    this.present--
    this.presentBytes -= entry.size
    this.compact()
  }

  /** Takes everything out. */
  drain(): ReadonlyArray<A> {
    const all = this.entries.slice(this.head).filter((entry) => !entry.withdrawn)
    this.entries = []
    this.head = 0
    this.present = 0
    this.presentBytes = 0
    return all
  }

  private skipWithdrawn(): void {
    while (this.entries[this.head].withdrawn) this.head++
  }

  private compact(): void {
    if (this.present > 0 && (this.entries.length <= compactAbove || this.present * 2 > this.entries.length)) return
    this.entries = this.present === 0 ? [] : this.entries.slice(this.head).filter((entry) => !entry.withdrawn)
    this.head = 0
  }
}
