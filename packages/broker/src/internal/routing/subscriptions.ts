import type * as Packet from "@effect-mqtt/codec/Packet"
import * as Topic from "@effect-mqtt/codec/Topic"
import type { Ledger } from "../messages/ledger.ts"
import type { ResolvedLimits } from "../resolvedLimits.ts"
import type { Session, Subscription } from "../sessions/session.ts"
import * as System from "../system.ts"
import type { Subscribers } from "./router.ts"
import { Router } from "./router.ts"

/** What a filter, and each of its levels that no other filter shares, costs beside its text. */
const filterCost = 512
const levelCost = 256

const chargeOf = (filter: string): number => filterCost + filter.length + levelCost * filter.split("/").length

/** The subscriptions of all sessions: found by topic, and bounded for each session and for all. */
export class Subscriptions {
  count = 0
  /** Those to what the broker tells about itself. */
  systemCount = 0
  /** Those that are told of every filter that a session newly subscribes to. */
  readonly observers = new Set<(filter: string) => void>()
  private readonly router = new Router()
  private readonly limits: ResolvedLimits
  private readonly ledger: Ledger

  constructor(limits: ResolvedLimits, ledger: Ledger) {
    this.limits = limits
    this.ledger = ledger
  }

  match(topic: string): ReadonlyArray<Subscribers> {
    return this.router.match(topic)
  }

  get(filter: string): Subscribers | undefined {
    return this.router.get(filter)
  }

  /** Replaces what the session had under this filter. */
  add(
    session: Session,
    request: Packet.Subscription,
    identifier: number | undefined
  ): "New" | "Replaced" | "QuotaExceeded" {
    const { filter, noLocal = false, qos, retainAsPublished = false } = request
    const isNew = !session.subscriptions.has(filter)
    const bytes = chargeOf(filter)
    if (isNew && !this.hasRoom(session, bytes)) return "QuotaExceeded"
    const isShared = Topic.toShared(filter) !== undefined
    const subscription = { session, filter, qos, noLocal, retainAsPublished, identifier, isShared }
    session.subscriptions.set(filter, subscription)
    this.router.set(subscription)
    if (!isNew) return "Replaced"
    session.filterBytes += bytes
    this.ledger.add(bytes)
    this.count++
    if (isSystem(filter)) this.systemCount++
    for (const observe of this.observers) observe(filter)
    return "New"
  }

  remove(subscription: Subscription): void {
    const { filter, session } = subscription
    const bytes = chargeOf(filter)
    session.subscriptions.delete(filter)
    session.filterBytes -= bytes
    this.ledger.subtract(bytes)
    this.count--
    if (isSystem(filter)) this.systemCount--
    this.router.remove(subscription)
  }

  /** Shared subscriptions go by who is connected. */
  takePlaces(session: Session): void {
    for (const subscription of session.subscriptions.values()) {
      if (subscription.isShared) this.router.set(subscription)
    }
  }

  private hasRoom(session: Session, bytes: number): boolean {
    const { maxSubscriptionBytesPerClient, maxSubscriptionsPerClient } = this.limits
    return session.subscriptions.size < maxSubscriptionsPerClient &&
      session.filterBytes + bytes <= maxSubscriptionBytesPerClient && this.ledger.hasRoom(bytes)
  }
}

/** Whether a filter, of a shared subscription too, asks for what the broker tells about itself. */
export const isSystem = (filter: string): boolean => System.isReserved(Topic.toShared(filter)?.filter ?? filter)
