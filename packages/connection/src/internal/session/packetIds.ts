/**
 * Packet identifiers 1 to 65535 [MQTT-2.2.1-3]. A rotating cursor over a bitmap: an identifier comes
 * back as late as possible, which makes a stray acknowledgement visible instead of harmful.
 *
 * The bitmap grows with the cursor, so that an idle connection does not pay for 65535 of them.
 */
const highest = 65535
const none = new Uint32Array(0)

export class PacketIds {
  #bitmap = none
  #cursor = 0
  #used = 0

  inUse(): number {
    return this.#used
  }

  /** The last one given out. */
  cursor(): number {
    return this.#cursor
  }

  /** Goes on from the last one that an earlier process gave out. */
  startBehind(id: number): void {
    this.#cursor = id
  }

  /** A free identifier, or 0 when all are taken. */
  allocate(): number {
    if (this.#used === highest) return 0
    do this.#cursor = this.#cursor === highest ? 1 : this.#cursor + 1
    while (this.#isTaken(this.#cursor))
    this.claim(this.#cursor)
    return this.#cursor
  }

  /** Marks an identifier that a resumed exchange holds. */
  claim(id: number): void {
    if (this.#isTaken(id)) return
    this.#ensure(id >>> 5)
    this.#bitmap[id >>> 5] |= 1 << (id & 31)
    this.#used++
  }

  release(id: number): void {
    if (!this.#isTaken(id)) return
    this.#bitmap[id >>> 5] &= ~(1 << (id & 31))
    this.#used--
  }

  #isTaken(id: number): boolean {
    return id >>> 5 < this.#bitmap.length && (this.#bitmap[id >>> 5] & (1 << (id & 31))) !== 0
  }

  #ensure(word: number): void {
    if (word < this.#bitmap.length) return
    const grown = new Uint32Array(Math.max(4, word + 1, this.#bitmap.length * 2))
    grown.set(this.#bitmap)
    this.#bitmap = grown
  }
}
