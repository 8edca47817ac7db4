/** First in, first out, without the linear `Array.shift` of a long queue. */
export class Fifo<A> {
  private items: Array<A | undefined> = []
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  push(item: A): void {
    this.items.push(item)
  }

  peek(): A | undefined {
    return this.items[this.head]
  }

  shift(): A | undefined {
    if (this.head === this.items.length) return undefined
    const item = this.items[this.head]
    this.items[this.head] = undefined // a message that was taken must not be kept alive by its old place
    this.head++
    if (this.head === this.items.length) {
      this.clear()
    } else if (this.head >= 64 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  retain(keep: (item: A) => boolean): void {
    this.items = this.items.slice(this.head).filter((item) => item !== undefined && keep(item))
    this.head = 0
  }

  clear(): void {
    this.items = []
    this.head = 0
  }
}
