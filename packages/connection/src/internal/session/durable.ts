/** What a session keeps beyond the process, area by area. */
import type { Records, Restored } from "./contract.ts"
import type { PacketIds } from "./identifiers/packetIds.ts"
import type { Output } from "./output.ts"
import type { ReceivedIds } from "./receiving/receivedIds.ts"
import { StoredReceivedIds } from "./receiving/storedReceivedIds.ts"
import type { OutgoingStore } from "./sending/outgoingStore.ts"
import * as outgoingStore from "./sending/outgoingStore.ts"
import type { SessionMarker } from "./storing/marker.ts"
import * as markers from "./storing/marker.ts"
import { Persistence } from "./storing/persistence.ts"
import { decode } from "./storing/records.ts"
import type { SubscriptionStore } from "./storing/subscriptionStore.ts"
import * as subscriptionStore from "./storing/subscriptionStore.ts"

export interface Durable {
  readonly persistence: Persistence
  readonly marker: SessionMarker
  readonly outgoing: OutgoingStore
  readonly received: ReceivedIds
  readonly subscriptions: SubscriptionStore
  readonly restored: Restored
  /** Whether an earlier process has left a session that the server may go on with. */
  readonly hadState: boolean
}

/**
 * Makes the parts of a session that its store keeps. A session is given this instead of the records, so that a program
 * whose sessions are in memory has none of it in its bundle.
 */
export type MakeDurable = (ids: PacketIds, output: Output) => Durable

export const of = (records: Records): MakeDurable => (ids, output) => {
  const snapshot = decode(records)
  const persistence = new Persistence()
  persistence.append(0, snapshot.setAside)
  return {
    persistence,
    marker: markers.make(persistence, ids, snapshot.marker),
    outgoing: outgoingStore.make(persistence, output, snapshot.outgoing),
    received: new StoredReceivedIds(persistence, snapshot.received),
    subscriptions: subscriptionStore.make(persistence, snapshot),
    restored: {
      publishes: snapshot.outgoing.length,
      subscriptions: snapshot.subscriptions,
      lastIdentifier: snapshot.lastIdentifier,
      unreadable: snapshot.setAside.length / 2
    },
    hadState: snapshot.marker?.isConfirmed === true
  }
}
