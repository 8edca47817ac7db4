import type * as Packet from "@effect-mqtt/codec/Packet"
import * as QoS from "@effect-mqtt/codec/QoS"
import { Fifo } from "./fifo.ts"
import type { Hub, OpenedSession, Routed } from "./hub.ts"
import { Link } from "./link.ts"
import type { Delivery, Message } from "./message.ts"
import type { Offered } from "./outgoing.ts"
import * as Reason from "./reason.ts"
import type { ResolvedLimits } from "./resolvedLimits.ts"
import { Retained } from "./retained.ts"
import { Router } from "./router.ts"
import type { Holder, Subscription, Will } from "./session.ts"
import { Session } from "./session.ts"

/** What the surroundings of the core provide. */
export interface Environment {
  readonly limits: ResolvedLimits
  readonly authenticates: boolean
  readonly authorizes: boolean
  readonly newClientId: () => string
  /** There is a deadline before the one that `tick` announced last. */
  readonly onDeadline: () => void
}

/** Sessions, subscriptions, retained messages and wills: everything that outlives a connection. */
export class Core implements Hub {
  readonly limits: ResolvedLimits
  readonly authenticates: boolean
  readonly authorizes: boolean
  readonly links = new Set<Link>()
  readonly sessions = new Map<string, Session>()
  readonly retained: Retained
  subscriptionCount = 0
  /** Messages taken from clients, the program and wills. */
  received = 0
  /** Copies of messages that one subscriber did not get, and messages that could not be retained. */
  dropped = 0
  private readonly environment: Environment
  private readonly router = new Router()
  private readonly dueWills = new Fifo<Will>()
  private publishingWills = false
  private deadline = Infinity

  constructor(environment: Environment) {
    this.environment = environment
    this.limits = environment.limits
    this.authenticates = environment.authenticates
    this.authorizes = environment.authorizes
    this.retained = new Retained(this.limits.maxRetainedMessages, this.limits.maxRetainedBytes)
  }

  get isOverloaded(): boolean {
    return this.links.size > this.limits.maxConnections
  }

  /** There is room for some whose CONNECT can be answered; who comes after them is not even listened to. */
  get isFull(): boolean {
    const { maxConnections } = this.limits
    return this.links.size >= maxConnections + Math.max(8, Math.ceil(maxConnections / 8))
  }

  accept(wake: () => void, onChange: () => void, now: number): Link {
    const link = new Link(this, wake, onChange, now)
    this.links.add(link)
    return link
  }

  release(link: Link, now: number): void {
    link.lost(now)
    this.links.delete(link)
  }

  assignClientId(): string {
    let clientId = this.environment.newClientId()
    while (this.sessions.has(clientId)) clientId = this.environment.newClientId()
    return clientId
  }

  openSession(clientId: string, cleanStart: boolean, holder: Holder, now: number): OpenedSession | "QuotaExceeded" {
    this.sessions.get(clientId)?.holder?.close(Reason.sessionTakenOver, now) // [MQTT-3.1.4-3]
    let session = this.sessions.get(clientId)
    if (session !== undefined && (cleanStart || session.expiresAt <= now)) {
      this.remove(session)
      session = undefined
    }
    const present = session !== undefined
    if (session === undefined) {
      if (this.sessions.size >= this.limits.maxSessions) return "QuotaExceeded"
      session = new Session(clientId, this.limits)
      this.sessions.set(clientId, session)
    }
    session.holder = holder
    session.expiresAt = Infinity
    session.delayedWill = undefined // [MQTT-3.1.3-9]
    this.publishWills(now)
    return { session, present }
  }

  closeSession(session: Session, holder: Holder, will: Will | undefined, now: number): void {
    if (session.holder !== holder) return
    session.holder = undefined
    session.outgoing.detach()
    const delay = Math.min(will?.delay ?? 0, session.expiry)
    if (will !== undefined && delay > 0) session.delayedWill = { will, dueAt: now + delay }
    else if (will !== undefined) this.dueWills.push(will)
    if (session.expiry > 0) {
      session.expiresAt = now + session.expiry
      this.expect(now + (session.delayedWill === undefined ? session.expiry : delay))
    } else {
      this.remove(session)
    }
    this.publishWills(now)
  }

  publish(message: Message, mustKeep: boolean, now: number): Routed {
    this.received++
    if (message.retain) {
      if (this.retained.hasRoom(message, now)) this.retained.set(message)
      else if (mustKeep) return "RetainedFull"
      else this.dropped++
    }
    const delivered = this.route(message, now)
    this.publishWills(now)
    return delivered ? "Delivered" : "NoSubscribers"
  }

  subscribe(
    session: Session,
    request: Packet.Subscription,
    identifier: number | undefined
  ): "New" | "Replaced" | "QuotaExceeded" {
    const { filter, noLocal = false, qos, retainAsPublished = false } = request
    const old = session.subscriptions.get(filter)
    if (old === undefined && session.subscriptions.size >= this.limits.maxSubscriptionsPerClient) {
      return "QuotaExceeded"
    }
    const subscription = { session, filter, qos, noLocal, retainAsPublished, identifier }
    session.subscriptions.set(filter, subscription)
    this.router.set(subscription)
    if (old !== undefined) return "Replaced"
    this.subscriptionCount++
    return "New"
  }

  unsubscribe(session: Session, filter: string): boolean {
    const subscription = session.subscriptions.get(filter)
    if (subscription === undefined) return false
    session.subscriptions.delete(filter)
    this.subscriptionCount--
    this.router.remove(subscription)
    return true
  }

  replay(session: Session, filter: string, now: number): boolean {
    const subscription = session.subscriptions.get(filter)
    if (subscription === undefined) return true
    for (const message of this.retained.match(filter, now)) {
      if (subscription.noLocal && message.publisher === session.clientId) continue
      const offered = this.offer(session, toDelivery(message, subscription, true, true), now)
      if (offered === "Dropped" || offered === "Full") return false
    }
    return true
  }

  /** Ends what has expired; the next deadline, or Infinity. */
  tick(now: number): number {
    this.deadline = Infinity
    for (const session of this.sessions.values()) {
      if (session.holder !== undefined) continue
      if (session.expiresAt <= now) {
        this.remove(session)
        continue
      }
      if (session.delayedWill !== undefined && session.delayedWill.dueAt <= now) {
        this.dueWills.push(session.delayedWill.will)
        session.delayedWill = undefined
      }
      this.deadline = Math.min(this.deadline, session.expiresAt, session.delayedWill?.dueAt ?? Infinity)
    }
    this.publishWills(now)
    return this.deadline
  }

  private route(message: Message, now: number): boolean {
    const deliveries = new Map<Session, Delivery>()
    for (const subscribers of this.router.match(message.topic)) {
      for (const [session, subscription] of subscribers) {
        if (subscription.noLocal && message.publisher === session.clientId) continue
        const other = deliveries.get(session)
        const delivery = toDelivery(message, subscription, message.retain && subscription.retainAsPublished, false)
        deliveries.set(session, other === undefined ? delivery : merge(other, delivery))
      }
    }
    for (const [session, delivery] of deliveries) this.offer(session, delivery, now)
    return deliveries.size > 0
  }

  private offer(session: Session, delivery: Delivery, now: number): Offered {
    const offered = session.outgoing.offer(delivery, now)
    if (offered !== "Accepted") this.dropped++
    // A client that is there and does not keep up has to go; one that is away misses the newest.
    if (offered === "Full") session.holder?.shed(Reason.quotaExceeded, now)
    return offered
  }

  /** One after the other: a will can end a slow subscriber, which has a will of its own. */
  private publishWills(now: number): void {
    if (this.publishingWills) return
    this.publishingWills = true
    try {
      for (let will = this.dueWills.shift(); will !== undefined; will = this.dueWills.shift()) {
        this.publish(will.message(now), false, now)
      }
    } finally {
      this.publishingWills = false
    }
  }

  private remove(session: Session): void {
    this.sessions.delete(session.clientId)
    for (const subscription of session.subscriptions.values()) this.router.remove(subscription)
    this.subscriptionCount -= session.subscriptions.size
    session.subscriptions.clear()
    // A will that was delayed comes no later than the end of the session.
    if (session.delayedWill !== undefined) this.dueWills.push(session.delayedWill.will)
    session.delayedWill = undefined
  }

  private expect(at: number): void {
    if (at >= this.deadline) return
    this.deadline = at
    this.environment.onDeadline()
  }
}

const toDelivery = (
  message: Message,
  subscription: Subscription,
  retain: boolean,
  isReplay: boolean
): Delivery => ({
  message,
  qos: QoS.min(message.qos, subscription.qos),
  retain,
  identifiers: subscription.identifier === undefined ? undefined : [subscription.identifier],
  isReplay
})

/** Overlapping filters give one copy: the highest QoS and all identifiers [MQTT-3.3.4-2, -4]. */
const merge = (one: Delivery, two: Delivery): Delivery => ({
  message: one.message,
  qos: one.qos > two.qos ? one.qos : two.qos,
  retain: one.retain || two.retain,
  identifiers: two.identifiers === undefined ? one.identifiers : [...(one.identifiers ?? []), ...two.identifiers],
  isReplay: false
})
