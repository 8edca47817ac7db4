import type * as Packet from "@effect-mqtt/codec/Packet"
import * as Topic from "@effect-mqtt/codec/Topic"
import type { Mechanism } from "../AccessControl.ts"
import type { Capabilities } from "../Capabilities.ts"
import { Faults } from "./faults.ts"
import type { Hub, OpenedSession, Routed } from "./hub.ts"
import { Link } from "./linking/link.ts"
import { Ledger } from "./messages/ledger.ts"
import type { Message } from "./messages/message.ts"
import * as Reason from "./reason.ts"
import type { ResolvedLimits } from "./resolvedLimits.ts"
import { Distributor } from "./routing/distributor.ts"
import { Retained } from "./routing/retained.ts"
import { isSystem, Subscriptions } from "./routing/subscriptions.ts"
import { Fifo } from "./sending/fifo.ts"
import { Deadlines } from "./sessions/deadlines.ts"
import { toDelivery } from "./sessions/delivery.ts"
import type { Holder, Will } from "./sessions/session.ts"
import { identifierCost, Session } from "./sessions/session.ts"
import * as System from "./system.ts"

/** What the shell provides to the core. */
export interface Environment {
  readonly limits: ResolvedLimits
  readonly capabilities: Capabilities
  readonly authenticates: boolean
  readonly authorizes: boolean
  readonly mechanism: (method: string) => Mechanism | undefined
  readonly newClientId: () => string
  readonly startedAt: number
  /** There is a deadline before the one that `tick` announced last. */
  readonly onDeadline: () => void
}

/** Sessions, subscriptions, retained messages and wills: everything that outlives a connection. */
export class Core implements Hub {
  readonly limits: ResolvedLimits
  readonly capabilities: Capabilities
  readonly authenticates: boolean
  readonly authorizes: boolean
  readonly mechanism: (method: string) => Mechanism | undefined
  readonly faults = new Faults()
  readonly ledger: Ledger
  readonly links = new Set<Link>()
  readonly sessions = new Map<string, Session>()
  readonly retained: Retained
  readonly subscriptions: Subscriptions
  /** Those that are shown every message that comes in. */
  readonly observers = new Set<(message: Message) => void>()
  /** Messages taken from clients, the program and wills. */
  received = 0
  readonly distributor: Distributor
  /** Messages that could not be retained. */
  private notRetained = 0
  private readonly environment: Environment
  private readonly dueWills = new Fifo<Will>()
  private settling = false
  private readonly due = new Deadlines<Session>()
  /** When the broker next tells about itself. */
  private systemDue = Infinity
  private deadline = Infinity

  constructor(environment: Environment) {
    this.environment = environment
    this.limits = environment.limits
    this.capabilities = environment.capabilities
    this.authenticates = environment.authenticates
    this.authorizes = environment.authorizes
    this.mechanism = environment.mechanism
    this.ledger = new Ledger(this.limits.maxHeldBytes)
    this.subscriptions = new Subscriptions(this.limits, this.ledger)
    this.distributor = new Distributor(this.subscriptions)
    this.retained = new Retained(this.limits.maxRetainedMessages, this.limits.maxRetainedBytes)
  }

  /** Copies of messages that one subscriber did not get, and messages that could not be retained. */
  get dropped(): number {
    return this.distributor.dropped + this.notRetained
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

  openSession(
    clientId: string,
    cleanStart: boolean,
    holder: Holder,
    will: Will | undefined,
    now: number
  ): OpenedSession | "QuotaExceeded" {
    this.sessions.get(clientId)?.holder?.close(Reason.sessionTakenOver, now) // [MQTT-3.1.4-3]
    let session = this.sessions.get(clientId)
    if (session !== undefined && (cleanStart || session.expiresAt <= now)) {
      this.remove(session)
      session = undefined
    }
    const present = session !== undefined
    const willBytes = will?.bytes ?? 0
    if (willBytes > 0 && !this.ledger.hasRoom(willBytes)) return "QuotaExceeded"
    if (session === undefined) {
      if (this.sessions.size >= this.limits.maxSessions) return "QuotaExceeded"
      session = new Session(clientId, this.limits, this.ledger)
      this.sessions.set(clientId, session)
    }
    this.ledger.add(willBytes - session.willBytes)
    session.willBytes = willBytes
    session.holder = holder
    this.subscriptions.takePlaces(session)
    session.expiresAt = Infinity
    session.delayedWill = undefined // [MQTT-3.1.3-9]
    this.settle(now)
    return { session, present }
  }

  closeSession(session: Session, holder: Holder, will: Will | undefined, now: number): void {
    if (session.holder !== holder) return
    session.holder = undefined
    this.subscriptions.takePlaces(session)
    this.distributor.adopt(session.outgoing.detach())
    const delay = Math.min(will?.delay ?? 0, session.expiry)
    if (will !== undefined && delay > 0) session.delayedWill = { will, dueAt: now + delay }
    else if (will !== undefined) this.dueWills.push(will)
    if (session.expiry > 0) {
      session.expiresAt = now + session.expiry
      this.due.enter(session, this.sessions)
      this.expect(session.dueAt)
    } else {
      this.remove(session)
    }
    this.settle(now)
  }

  publish(message: Message, mustKeep: boolean, now: number): Routed {
    this.received++
    if (message.retain) {
      if (this.retained.hasRoom(message, now)) this.retained.set(message)
      else if (mustKeep) return "RetainedFull"
      else this.notRetained++
    }
    for (const observe of this.observers) observe(message)
    const delivered = this.distributor.route(message, now)
    this.settle(now)
    return delivered ? "Delivered" : "NoSubscribers"
  }

  subscribe(
    session: Session,
    request: Packet.Subscription,
    identifier: number | undefined,
    now: number
  ): "New" | "Replaced" | "QuotaExceeded" {
    const outcome = this.subscriptions.add(session, request, identifier)
    if (this.subscriptions.systemCount > 0 && this.systemDue === Infinity) {
      this.systemDue = now + System.intervalMillis
      this.expect(this.systemDue)
    }
    return outcome
  }

  unsubscribe(session: Session, filter: string): boolean {
    const subscription = session.subscriptions.get(filter)
    if (subscription === undefined) return false
    this.subscriptions.remove(subscription)
    return true
  }

  replay(session: Session, filter: string, now: number): boolean {
    const subscription = session.subscriptions.get(filter)
    if (subscription === undefined) return true
    const system = isSystem(filter) ? this.system(now) : []
    for (const message of [...this.retained.match(filter, now), ...system]) {
      if (!Topic.matches(filter, message.topic)) continue
      if (subscription.noLocal && message.publisher === session.clientId) continue
      const offered = this.distributor.offer(session, toDelivery(message, subscription, true, true), now)
      if (offered === "Dropped" || offered === "Full") return false
    }
    return true
  }

  /** Ends what has expired; the next deadline, or Infinity. */
  tick(now: number): number {
    for (let session = this.due.take(now); session !== undefined; session = this.due.take(now)) {
      if (session.expiresAt <= now) {
        this.remove(session)
        continue
      }
      if (session.delayedWill !== undefined) this.dueWills.push(session.delayedWill.will)
      session.delayedWill = undefined
      this.due.enter(session, this.sessions)
    }
    if (this.subscriptions.systemCount === 0) this.systemDue = Infinity
    if (this.systemDue <= now) {
      for (const message of this.system(now)) this.distributor.route({ ...message, retain: false }, now)
      this.systemDue = now + System.intervalMillis
    }
    this.settle(now)
    this.deadline = Math.min(this.due.next, this.systemDue)
    return this.deadline
  }

  private system(now: number): ReadonlyArray<Message> {
    const { startedAt } = this.environment
    let connected = 0
    for (const session of this.sessions.values()) if (session.holder !== undefined) connected++
    return System.messages({
      startedAt,
      connected,
      sessions: this.sessions.size,
      subscriptions: this.subscriptions.count,
      retained: this.retained.count,
      received: this.received,
      sent: this.distributor.sent,
      dropped: this.dropped,
      heldBytes: this.ledger.bytes + this.retained.bytes
    }, now)
  }

  /** One after the other: a will can end a slow subscriber, which has a will and shared messages of its own. */
  private settle(now: number): void {
    if (this.settling) return
    this.settling = true
    try {
      for (;;) {
        if (this.distributor.deliverOrphan(now)) continue
        const will = this.dueWills.shift()
        if (will === undefined) return
        this.publish(will.message(now), false, now)
      }
    } finally {
      this.settling = false
    }
  }

  private remove(session: Session): void {
    this.sessions.delete(session.clientId)
    // The deadline it was entered with is not that of the next session with its name.
    session.expiresAt = Infinity
    for (const subscription of [...session.subscriptions.values()]) this.subscriptions.remove(subscription)
    this.distributor.adopt(session.outgoing.discard())
    this.ledger.subtract(session.willBytes + session.received.size * identifierCost)
    session.willBytes = 0
    session.received.clear()
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
