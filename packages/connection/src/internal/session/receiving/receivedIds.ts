/**
 * The identifiers of incoming QoS 2 messages that are acknowledged and not released [5 §4.3.3]: what
 * tells a duplicate, so it has to be sure before the server hears of it, and gone for sure before the
 * server may use the identifier again [MQTT-4.3.3-12].
 */
import { IdSet } from "../identifiers/idSet.ts"

/** Who is told. One for all identifiers: two functions for each message were a fifth of what receiving it allocates. */
export interface ReceivedIdsOwner {
  readonly onAdded: (id: number) => void
  readonly onRemoved: (id: number) => void
}

export interface ReceivedIds {
  readonly has: (id: number) => boolean
  /** Whether a restart would find it. */
  readonly isSure: (id: number) => boolean
  /** Tells when the identifier is sure, unless the session was lost meanwhile. */
  readonly add: (now: number, id: number, owner: ReceivedIdsOwner) => void
  /** Tells when the identifier is gone for sure; not if the link that asked is over, which asks again. */
  readonly remove: (now: number, id: number, owner: ReceivedIdsOwner) => void
  readonly linkLost: () => void
  readonly clear: (now: number) => void
}

/** Everything is sure at once. */
export class MemoryReceivedIds implements ReceivedIds {
  private readonly ids = new IdSet()

  has(id: number): boolean {
    return this.ids.has(id)
  }

  isSure(): boolean {
    return true
  }

  add(_: number, id: number, owner: ReceivedIdsOwner): void {
    this.ids.add(id)
    owner.onAdded(id)
  }

  remove(_: number, id: number, owner: ReceivedIdsOwner): void {
    this.ids.delete(id)
    owner.onRemoved(id)
  }

  linkLost(): void {}

  clear(): void {
    this.ids.clear()
  }
}
