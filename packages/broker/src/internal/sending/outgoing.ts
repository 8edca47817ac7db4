import * as Encoder from "@effect-mqtt/codec/Encoder"
import * as Packet from "@effect-mqtt/codec/Packet"
import type { QoS } from "@effect-mqtt/codec/QoS"
import type { Ledger } from "../messages/ledger.ts"
import type { Delivery } from "../messages/message.ts"
import * as Message from "../messages/message.ts"
import { Account } from "./account.ts"
import { Fifo } from "./fifo.ts"
import type { Outbox } from "./outbox.ts"

/** The bounds of what waits for one session. */
export interface Bounds {
  readonly maxInFlight: number
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
  readonly maxOutboundBytes: number
  readonly maxRetainedMessages: number
  readonly maxRetainedBytes: number
}

/** Full: a QoS 1 or 2 message found no room. Dropped: nothing can be done about it. TooLarge: the client does not take this one. */
export type Offered = "Accepted" | "Dropped" | "Full" | "TooLarge"

/** What would become of one more message: sent at once, sent later, kept until the client is back, or lost. */
export type Readiness = "Now" | "Later" | "Away" | "Never"

/** Violation: the acknowledgement contradicts the exchange (MQTT 5 section 4.3). */
export type Acknowledged = "Ok" | "Violation"

/** An unfinished QoS 1 or 2 exchange; without a delivery only PUBCOMP is missing. */
interface InFlight {
  readonly delivery: Delivery | undefined
}

/** The sending half of a session: what waits, what is on its way, and the window between them. */
export class Outgoing {
  private readonly bounds: Bounds
  private readonly ledger: Ledger
  private readonly queue = new Fifo<Delivery>()
  /** In the order of sending, which is the order of a resend [MQTT-4.6.0-1]. */
  private readonly inFlight = new Map<number, InFlight>()
  private readonly resend = new Fifo<number>()
  private outbox: Outbox | undefined
  private window = 0
  private quota = 0
  private lastId = 0
  private waitingQoS0 = 0
  private readonly live: Account
  private readonly unacknowledged: Account
  /** A replay of retained messages must not count as a client that falls behind. */
  private readonly replayed: Account

  constructor(bounds: Bounds, ledger: Ledger) {
    this.bounds = bounds
    this.ledger = ledger
    this.live = new Account(ledger, bounds.maxQueuedMessages, bounds.maxQueuedBytes)
    this.unacknowledged = new Account(ledger, bounds.maxQueuedMessages, bounds.maxOutboundBytes)
    this.replayed = new Account(ledger, bounds.maxRetainedMessages, bounds.maxRetainedBytes)
  }

  get queuedCount(): number {
    return this.queue.length
  }

  get inFlightCount(): number {
    return this.inFlight.size
  }

  /** A link is there: unfinished exchanges go on [MQTT-4.4.0-1], then what waited follows. */
  attach(outbox: Outbox, receiveMaximum: number, now: number): void {
    this.outbox = outbox
    this.window = Math.min(receiveMaximum, this.bounds.maxInFlight)
    this.quota = this.window
    for (const [packetId, { delivery }] of this.inFlight) {
      if (delivery !== undefined) this.resend.push(packetId)
      else {
        // It has a place until its PUBCOMP, which gives one back: the window may be smaller than on the link before.
        this.quota--
        this.release(packetId)
      }
    }
    this.pump(now)
  }

  /** QoS 0 does not outlive the link; gives what waits for a shared subscription, whose other members can have it. */
  detach(): ReadonlyArray<Delivery> {
    this.outbox = undefined
    this.resend.clear()
    const shared: Array<Delivery> = []
    this.queue.retain((delivery) => {
      if (delivery.group !== undefined) shared.push(delivery)
      const stays = delivery.qos > 0 && delivery.group === undefined
      if (!stays) this.forget(delivery)
      return stays
    })
    return shared
  }

  /**
   * The session has ended, and what it held is free; gives what others may have. A QoS 2 message that was sent goes to
   * nobody else [MQTT-4.8.2-5].
   */
  discard(): ReadonlyArray<Delivery> {
    const shared: Array<Delivery> = []
    for (const { delivery } of this.inFlight.values()) {
      if (delivery === undefined) continue
      this.accountOf(delivery).release(delivery.message)
      if (delivery.group !== undefined && delivery.qos === 1) shared.push(delivery)
    }
    this.inFlight.clear()
    shared.push(...this.detach())
    this.queue.retain((delivery) => {
      this.forget(delivery)
      return false
    })
    return shared
  }

  readiness(qos: QoS, bytes: number): Readiness {
    const hasRoom = (qos === 0 ? this.unacknowledged : this.live).hasRoom(bytes)
    if (this.outbox === undefined) return qos > 0 && hasRoom ? "Away" : "Never"
    const isFree = this.isClear(this.outbox, bytes) && (qos === 0 || this.inFlight.size < this.window)
    return isFree ? "Now" : hasRoom ? "Later" : "Never"
  }

  offer(delivery: Delivery, now: number): Offered {
    if (delivery.qos === 0) {
      const { outbox } = this
      if (outbox === undefined) return "Dropped"
      if (this.isClear(outbox, delivery.message.bytes)) {
        return this.sendQoS0(outbox, delivery, now) ? "Accepted" : "TooLarge"
      }
    }
    const account = this.accountOf(delivery)
    const { message } = delivery
    if (!account.hasRoom(message.bytes)) return delivery.qos === 0 ? "Dropped" : "Full"
    if (!this.ledger.hasRoom(message.copies > 0 ? 0 : message.bytes)) return "Dropped"
    account.enqueue(message)
    this.queue.push(delivery)
    if (delivery.qos === 0) this.waitingQoS0++
    this.pump(now)
    return "Accepted"
  }

  /**
   * Moves what the window and the outbox have room for. Order is kept per subscriber, but for QoS 0 behind a window that
   * is full: a client that holds messages until it is answered would hold its answer [5 §4.9].
   */
  pump(now: number): void {
    const { outbox } = this
    if (outbox === undefined) return
    while (this.takesMore(outbox)) {
      if (this.resend.length > 0) {
        if (this.quota <= 0) return this.passWindow(outbox, now)
        this.repeat(outbox, this.resend.shift(), now)
        continue
      }
      const next = this.queue.peek()
      if (next === undefined) return
      if (next.qos > 0 && this.inFlight.size >= this.window) return this.passWindow(outbox, now)
      this.queue.shift()
      if (next.qos === 0) this.sendQueued(outbox, next, now)
      else this.start(outbox, next, now)
    }
  }

  /** QoS 0 needs no place in the window. */
  private passWindow(outbox: Outbox, now: number): void {
    if (this.waitingQoS0 === 0) return
    this.queue.retain((delivery) => {
      if (delivery.qos > 0 || !this.takesMore(outbox)) return true
      this.sendQueued(outbox, delivery, now)
      return false
    })
  }

  private sendQueued(outbox: Outbox, delivery: Delivery, now: number): void {
    this.forget(delivery)
    this.sendQoS0(outbox, delivery, now)
  }

  pubAck(packetId: number, now: number): Acknowledged {
    const entry = this.inFlight.get(packetId)
    if (entry === undefined) return "Ok"
    if (entry.delivery?.qos !== 1) return "Violation"
    this.finish(packetId, entry)
    this.pump(now)
    return "Ok"
  }

  pubRec(packetId: number, refused: boolean, now: number): Acknowledged {
    const entry = this.inFlight.get(packetId)
    if (entry === undefined) {
      if (!refused) this.outbox?.send(pubRel(packetId, this.outbox.version === 5 ? notFound : undefined))
      return "Ok"
    }
    if (entry.delivery?.qos === 1) return "Violation"
    if (refused) {
      this.finish(packetId, entry)
      this.pump(now)
      return "Ok"
    }
    if (entry.delivery !== undefined) {
      this.accountOf(entry.delivery).release(entry.delivery.message)
      // Behind the others: PUBRELs are resent in the order of the PUBRECs [MQTT-4.6.0-4].
      this.inFlight.delete(packetId)
      this.inFlight.set(packetId, { delivery: undefined })
    }
    this.release(packetId)
    return "Ok"
  }

  pubComp(packetId: number, now: number): Acknowledged {
    const entry = this.inFlight.get(packetId)
    if (entry === undefined) return "Ok"
    if (entry.delivery !== undefined) return "Violation"
    this.finish(packetId, entry)
    this.pump(now)
    return "Ok"
  }

  /** Nothing waits that a new message would overtake. */
  private isClear(outbox: Outbox, bytes: number): boolean {
    if (this.queue.length > 0 || this.resend.length > 0 || outbox.bytes >= this.bounds.maxOutboundBytes) return false
    // Where memory is short, a client that reads everything is still served.
    return !this.ledger.isFull || (outbox.isIdle && bytes <= smallBytes)
  }

  /** Where memory is short, what waits goes one packet for each write. */
  private takesMore(outbox: Outbox): boolean {
    return outbox.bytes < this.bounds.maxOutboundBytes && (outbox.bytes === 0 || !this.ledger.isFull)
  }

  private accountOf(delivery: Delivery): Account {
    if (delivery.isReplay) return this.replayed
    return delivery.qos === 0 ? this.unacknowledged : this.live
  }

  private forget(delivery: Delivery): void {
    if (delivery.qos === 0) this.waitingQoS0--
    const account = this.accountOf(delivery)
    account.dequeue()
    account.release(delivery.message)
  }

  private sendQoS0(outbox: Outbox, delivery: Delivery, now: number): boolean {
    const { message } = delivery
    if (Message.isExpired(message, now)) return true
    // An outbox has large payloads as they are, instead of copies.
    if (message.payload.length >= Encoder.defaultLargePayloadBytes) Message.keep(message)
    return outbox.publish(Message.toPublish(delivery, undefined, false, outbox.version, now), message)
  }

  private start(outbox: Outbox, delivery: Delivery, now: number): void {
    const packetId = this.unusedId()
    const account = this.accountOf(delivery)
    account.dequeue()
    if (
      Message.isExpired(delivery.message, now) ||
      !outbox.publish(Message.toPublish(delivery, packetId, false, outbox.version, now), delivery.message)
    ) return account.release(delivery.message)
    this.lastId = packetId
    this.quota--
    this.inFlight.set(packetId, { delivery })
  }

  /** Expiry no longer applies: the first copy may have arrived [MQTT-4.3.3-7]. */
  private repeat(outbox: Outbox, packetId: number | undefined, now: number): void {
    const entry = packetId === undefined ? undefined : this.inFlight.get(packetId)
    if (packetId === undefined || entry?.delivery === undefined) return
    const packet = Message.toPublish(entry.delivery, packetId, true, outbox.version, now)
    this.quota--
    if (!outbox.publish(packet, entry.delivery.message)) this.finish(packetId, entry)
  }

  private finish(packetId: number, entry: InFlight): void {
    this.inFlight.delete(packetId)
    if (entry.delivery !== undefined) this.accountOf(entry.delivery).release(entry.delivery.message)
    this.quota = Math.min(this.quota + 1, this.window)
  }

  private release(packetId: number): void {
    this.outbox?.send(pubRel(packetId, this.outbox.version === 5 ? 0 : undefined))
  }

  /** The window is smaller than the number of identifiers, so one is free. */
  private unusedId(): number {
    let packetId = this.lastId
    do packetId = packetId === 0xffff ? 1 : packetId + 1
    while (this.inFlight.has(packetId))
    return packetId
  }
}

/** What goes to an idle client whatever is held for others. */
const smallBytes = 4096

const notFound = 0x92

const pubRel = (packetId: number, reasonCode: number | undefined): Packet.PubRel =>
  Packet.pubRel(reasonCode === undefined ? { packetId } : { packetId, reasonCode })
