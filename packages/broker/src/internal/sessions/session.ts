import type { QoS } from "@effect-mqtt/codec/QoS"
import type { Ledger } from "../messages/ledger.ts"
import type { Message } from "../messages/message.ts"
import type { Bounds } from "../sending/outgoing.ts"
import { Outgoing } from "../sending/outgoing.ts"

/** One filter of one session. */
export interface Subscription {
  readonly session: Session
  readonly filter: string
  readonly qos: QoS
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly identifier: number | undefined
  readonly isShared: boolean
}

/** What a session knows of the connection that holds it. */
export interface Holder {
  readonly close: (reasonCode: number, now: number) => void
  /** The same, without what still waits to be written: the client does not keep up. */
  readonly shed: (reasonCode: number, now: number) => void
}

/** A will that is ready to be published; the lifetime of its message begins then. */
export interface Will {
  readonly message: (now: number) => Message
  readonly delay: number
  readonly bytes: number
}

/** What an unreleased identifier costs. */
export const identifierCost = 32

/** The state of one client identifier (MQTT 5 section 4.1). */
export class Session {
  readonly clientId: string
  readonly subscriptions = new Map<string, Subscription>()
  /** Filters that were granted, and whose retained messages are still to come. */
  unreplayed: Array<string> = []
  /** Identifiers of incoming QoS 2 messages that were routed and not yet released. */
  readonly received = new Set<number>()
  readonly outgoing: Outgoing
  holder: Holder | undefined
  /** Milliseconds that it outlives its connection, or Infinity. */
  expiry = 0
  /** While no connection holds it. */
  expiresAt = Infinity
  delayedWill: { readonly will: Will; readonly dueAt: number } | undefined
  /** What its filters cost. */
  filterBytes = 0
  /** What its last will costs; charged until the next connection or the end of the session. */
  willBytes = 0

  constructor(clientId: string, bounds: Bounds, ledger: Ledger) {
    this.clientId = clientId
    this.outgoing = new Outgoing(bounds, ledger)
  }

  /** When something has to happen to it, or Infinity. */
  get dueAt(): number {
    return this.holder === undefined ? Math.min(this.expiresAt, this.delayedWill?.dueAt ?? Infinity) : Infinity
  }
}
