/** The identifiers of incoming QoS 2 messages, where the session is durable: sure when their record is, gone when it is gone. */
import type { Persistence } from "../storing/persistence.ts"
import * as records from "../storing/records.ts"
import type { ReceivedIds, ReceivedIdsOwner } from "./receivedIds.ts"

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
