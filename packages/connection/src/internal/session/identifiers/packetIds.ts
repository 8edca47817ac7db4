/**
 * Packet identifiers 1 to 65535 [MQTT-2.2.1-3]. A rotating cursor: an identifier comes back as late as possible, which makes
 * a stray acknowledgement visible instead of harmful.
 */
import { IdSet } from "./idSet.ts"

const highest = 65535

export class PacketIds {
  private readonly used = new IdSet()
  private last = 0

  inUse(): number {
    return this.used.size
  }

  /** The last one given out. */
  cursor(): number {
    return this.last
  }

  /** Goes on from the last one that an earlier process gave out. */
  startBehind(id: number): void {
    this.last = id
  }

  /** A free identifier, or 0 when all are taken. */
  allocate(): number {
    if (this.used.size === highest) return 0
    do this.last = this.last === highest ? 1 : this.last + 1
    while (this.used.has(this.last))
    this.used.add(this.last)
    return this.last
  }

  /** Marks an identifier that a resumed exchange holds. */
  claim(id: number): void {
    this.used.add(id)
  }

  release(id: number): void {
    this.used.delete(id)
  }
}
