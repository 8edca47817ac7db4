/** What a session keeps beyond the process, area by area. */
import type { Restored } from "./contract.ts"
import type { SessionMarker } from "./marker.ts"
import * as markers from "./marker.ts"
import type { OutgoingStore } from "./outgoingStore.ts"
import * as outgoingStore from "./outgoingStore.ts"
import type { Output } from "./output.ts"
import type { PacketIds } from "./packetIds.ts"
import type { Persistence } from "./persistence.ts"
import type { ReceivedIds } from "./receivedIds.ts"
import { StoredReceivedIds } from "./receivedIds.ts"
import type { Snapshot } from "./records.ts"
import type { SubscriptionStore } from "./subscriptionStore.ts"
import * as subscriptionStore from "./subscriptionStore.ts"

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
