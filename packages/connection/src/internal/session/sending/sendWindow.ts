/**
 * The places for unacknowledged QoS 1 and 2 publishes on the present link [5 §4.9], and the packet identifiers of those
 * that hold them. A place belongs to the link, an identifier to the session.
 */
import type { PacketIds } from "../identifiers/packetIds.ts"

/** Identifiers kept free, so that publishes cannot starve SUBSCRIBE and UNSUBSCRIBE. */
const reservedIds = 16
const mostPublishes = 65_535 - reservedIds

export interface Occupant {
  id: number
  /** When it was written on this link, where it holds a place; else undefined. */
  writtenAt: number | undefined
}

export class SendWindow {
  private size = 0
  /** Negative while resent PUBRELs alone exceed the window. */
  private free = 0
  private readonly ids: PacketIds

  constructor(ids: PacketIds) {
    this.ids = ids
  }

  /** A new link, on which nobody holds a place. */
  open(size: number): void {
    this.size = size
    this.free = size
  }

  get hasPlace(): boolean {
    return this.free > 0
  }

  /** Whether another exchange may begin: it needs an identifier as well. */
  get hasRoom(): boolean {
    return this.free > 0 && this.ids.inUse() < mostPublishes
  }

  /** For an exchange that begins. */
  allocate(): number {
    return this.ids.allocate()
  }

  /** For an exchange of an earlier process. */
  claim(id: number): void {
    this.ids.claim(id)
  }

  /** Its packet is written, in the place that it holds already or takes now. */
  occupy(now: number, occupant: Occupant): void {
    if (occupant.writtenAt === undefined) this.free--
    occupant.writtenAt = now
  }

  /** The exchange is over: gives its identifier back, and the place if it holds one. */
  leave(occupant: Occupant): void {
    this.ids.release(occupant.id)
    if (occupant.writtenAt !== undefined && this.free < this.size) this.free++
    occupant.writtenAt = undefined
  }
}
