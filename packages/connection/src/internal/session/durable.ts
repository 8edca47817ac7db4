/** What a session keeps beyond the process, area by area. */
import type { Restored } from "./contract.ts"
import type { PacketIds } from "./identifiers/packetIds.ts"
import type { Output } from "./output.ts"
import type { ReceivedIds } from "./receiving/receivedIds.ts"
import { StoredReceivedIds } from "./receiving/receivedIds.ts"
import type { OutgoingStore } from "./sending/outgoingStore.ts"
import * as outgoingStore from "./sending/outgoingStore.ts"
import type { SessionMarker } from "./storing/marker.ts"
import * as markers from "./storing/marker.ts"
import type { Persistence } from "./storing/persistence.ts"
import type { Snapshot } from "./storing/records.ts"
import type { SubscriptionStore } from "./storing/subscriptionStore.ts"
import * as subscriptionStore from "./storing/subscriptionStore.ts"

export interface Durable {
  readonly marker: SessionMarker
  readonly outgoing: OutgoingStore
  readonly received: ReceivedIds
  readonly subscriptions: SubscriptionStore
  readonly restored: Restored
}

export const make = (persistence: Persistence, ids: PacketIds, output: Output, snapshot: Snapshot): Durable => ({
  marker: markers.make(persistence, ids, snapshot.marker),
  outgoing: outgoingStore.make(persistence, output, snapshot.outgoing),
  received: new StoredReceivedIds(persistence, snapshot.received),
  subscriptions: subscriptionStore.make(persistence, snapshot),
  restored: {
    publishes: snapshot.outgoing.length,
    subscriptions: snapshot.subscriptions,
    lastIdentifier: snapshot.lastIdentifier,
    unreadable: snapshot.setAside.length / 2
  }
})
