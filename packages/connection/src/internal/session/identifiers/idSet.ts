/**
 * Packet identifiers as a bitmap that grows with the highest one, up to 8 KiB. A `Set` does the same, but with members that
 * come and go all the time each table that it leaves behind keeps the next one alive until a full collection.
 */
const none = new Uint32Array(0)

export class IdSet {
  #words = none
  #size = 0

  get size(): number {
    return this.#size
  }

  has(id: number): boolean {
    return id >>> 5 < this.#words.length && (this.#words[id >>> 5] & (1 << (id & 31))) !== 0
  }

  add(id: number): void {
    if (this.has(id)) return
    if (id >>> 5 >= this.#words.length) {
      const grown = new Uint32Array(Math.max(4, (id >>> 5) + 1, this.#words.length * 2))
      grown.set(this.#words)
      this.#words = grown
    }
    this.#words[id >>> 5] |= 1 << (id & 31)
    this.#size++
  }

  delete(id: number): boolean {
    if (!this.has(id)) return false
    this.#words[id >>> 5] &= ~(1 << (id & 31))
    this.#size--
    return true
  }

  clear(): void {
    this.#words.fill(0)
    this.#size = 0
  }
}
