/**
 * The records of subscriptions, where the session is durable: which identifier means which filter,
 * since messages that the server kept for a restarted program name it.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Change } from "../../store/storedSession.ts"
import type { Persistence } from "./persistence.ts"
import * as records from "./records.ts"

type Request = Omit<Packet.Subscribe, "packetId"> | Omit<Packet.Unsubscribe, "packetId">

export interface SubscriptionStore {
  /** Goes on in the order of the calls, when what a SUBSCRIBE asks for is durable. */
  readonly before: (now: number, packet: Request, then: (now: number) => void) => void
  /** Forgets what the server has refused or given up. */
  readonly answered: (now: number, packet: Request, reasonCodes: ReadonlyArray<number>) => void
  readonly sessionLost: (now: number) => void
}

export const make = (
  persistence: Persistence,
  restored: Pick<records.Snapshot, "subscriptions" | "lastIdentifier">
): SubscriptionStore => {
  const filters = new Set(restored.subscriptions.map(({ filter }) => filter))
  let highest = restored.lastIdentifier

  const remember = (packet: Omit<Packet.Subscribe, "packetId">): ReadonlyArray<Change> => {
    const identifier = packet.properties?.subscriptionIdentifiers?.[0] ?? 0
    const changes = packet.subscriptions.map((subscription) => {
      filters.add(subscription.filter)
      return records.putSubscription(subscription, identifier)
    })
    if (identifier <= highest) return changes
    highest = identifier
    return [...changes, records.putIdentifier(identifier)]
  }

  const forget = (now: number, gone: ReadonlyArray<string>) => {
    const changes = gone.filter((filter) => filters.delete(filter))
      .map((filter) => records.remove(records.subscriptionKey(filter)))
    if (changes.length > 0) persistence.append(now, changes)
  }

  return {
    before: (now, packet, then) => persistence.append(now, packet._tag === "Subscribe" ? remember(packet) : [], then),
    answered: (now, packet, reasonCodes) => {
      const names = packet._tag === "Subscribe" ? packet.subscriptions.map(({ filter }) => filter) : packet.filters
      forget(now, names.filter((_, index) => (reasonCodes[index] >= 0x80) === (packet._tag === "Subscribe")))
    },
    sessionLost: (now) => forget(now, [...filters])
  }
}
