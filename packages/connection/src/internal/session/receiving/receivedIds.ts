/**
 * The identifiers of incoming QoS 2 messages that are acknowledged and not released [5 §4.3.3]: what
 * tells a duplicate, so it has to be sure before the server hears of it, and gone for sure before the
 * server may use the identifier again [MQTT-4.3.3-12].
 */
import { IdSet } from "../identifiers/idSet.ts"
import type { Persistence } from "../storing/persistence.ts"
import * as records from "../storing/records.ts"

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

interface Received {
  isStored: boolean
  /** Who waits for the removal; present while it is under way. */
  removal: { owner: ReceivedIdsOwner | undefined } | undefined
}

export class StoredReceivedIds implements ReceivedIds {
  private readonly ids = new Map<number, Received>()
  private readonly persistence: Persistence

  constructor(persistence: Persistence, restored: ReadonlyArray<number>) {
    this.persistence = persistence
    for (const id of restored) this.ids.set(id, { isStored: true, removal: undefined })
  }

  has(id: number): boolean {
    return this.ids.has(id)
  }

  isSure(id: number): boolean {
    return this.ids.get(id)?.isStored === true
  }

  add(now: number, id: number, owner: ReceivedIdsOwner): void {
    const received: Received = { isStored: false, removal: undefined }
    this.ids.set(id, received)
    this.persistence.append(now, [records.putReceived(id)], () => {
      received.isStored = true
      if (this.ids.get(id) === received) owner.onAdded(id)
    })
  }

  remove(now: number, id: number, owner: ReceivedIdsOwner): void {
    const received = this.ids.get(id)
    if (received === undefined) return owner.onRemoved(id)
    if (received.removal !== undefined) {
      received.removal.owner = owner
      return
    }
    const removal: Received["removal"] = { owner }
    received.removal = removal
    this.persistence.append(now, [records.remove(records.receivedKey(id))], () => {
      if (this.ids.get(id) !== received) return
      this.ids.delete(id)
      removal.owner?.onRemoved(id)
    })
  }

  linkLost(): void {
    for (const { removal } of this.ids.values()) if (removal !== undefined) removal.owner = undefined
  }

  clear(now: number): void {
    this.persistence.append(now, Array.from(this.ids.keys(), (id) => records.remove(records.receivedKey(id))))
    this.ids.clear()
  }
}
