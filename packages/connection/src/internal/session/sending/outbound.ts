/**
 * Publishes on their way out [5 §4.3, §4.4, §4.9]: a queue in front of a window of unacknowledged
 * QoS 1 and 2 exchanges. It and its parts are private by type only: on Node 20, `#` fields and methods made a publish
 * take a fifth more CPU time.
 */
import type { Packet } from "@effect-mqtt/codec"
import { isQoS } from "@effect-mqtt/codec/QoS"
import * as Either from "effect/Either"
import type { PublishError } from "../../../MqttError.ts"
import type { Negotiated } from "../../../Negotiated.ts"
import { InvalidOption } from "../../optionValue.ts"
import type { PacketIds } from "../identifiers/packetIds.ts"
import type { PacketOutput } from "../output.ts"
import type { Traffic } from "../traffic.ts"
import type { QueueLimits } from "./admission.ts"
import { Admission } from "./admission.ts"
import { InFlight } from "./inFlight.ts"
import type { OutgoingStore } from "./outgoingStore.ts"
import type { Outgoing, Publication, SettlePublish } from "./publication.ts"
import { Entry, ownPayload, settledPublication } from "./publication.ts"
import type { Outcome } from "./publishOutcome.ts"
import { failure, succeeded, toPacket, unsendable } from "./publishOutcome.ts"
import { burstBytes, Resumption } from "./resumption.ts"
import { SendQueue } from "./sendQueue.ts"
import { SendWindow } from "./sendWindow.ts"
import { Settlement } from "./settlement.ts"

export interface Limits extends QueueLimits {
  /** Most QoS 1 and 2 publishes in flight; the server's Receive Maximum lowers it. */
  readonly inFlight: number
  /** What still waits for its caller when the link drops: everything, all but QoS 0, or nothing. */
  readonly queueRetention: "keepAll" | "failQos0" | "failAll"
}

/** So long may what expires wait for others to do so: a long queue is not looked through in every millisecond. */
const expiryGrid = 100

export class Outbound {
  private readonly queue = new SendQueue<Entry>()
  private readonly output: PacketOutput
  private readonly limits: Limits
  private readonly store: OutgoingStore | undefined
  private readonly settlement: Settlement
  private readonly window: SendWindow
  private readonly exchanges: InFlight
  private readonly resumption: Resumption
  private readonly admission: Admission
  private link: Negotiated | undefined = undefined
  /** What is new waits for the subscriptions of this link. */
  private isHeld = false
  /** When the first of what waits expires, or earlier. */
  private nextExpiry = Infinity

  /** `store` is absent while the session is kept in memory; `unattended` hears what nobody waits for. */
  constructor(
    output: PacketOutput,
    ids: PacketIds,
    limits: Limits,
    store: OutgoingStore | undefined,
    unattended: SettlePublish,
    traffic: Traffic
  ) {
    this.output = output
    this.limits = limits
    this.store = store
    this.settlement = new Settlement(traffic, store)
    this.window = new SendWindow(ids)
    this.exchanges = new InFlight(output, this.window, this.settlement, store, traffic, this)
    this.resumption = new Resumption(output, this.window, this.exchanges)
    this.admission = new Admission(this.queue, limits, this.settlement)
    for (const record of store?.restored ?? []) {
      const entry = new Entry(record.message, unattended, this)
      entry.restore(record)
      if (entry.state === "Queued") this.enqueue(entry)
      else this.exchanges.restore(entry)
    }
  }

  inFlight(): number {
    return this.exchanges.size
  }

  queued(): number {
    return this.queue.count
  }

  isIdle(): boolean {
    return this.queue.count === 0 && this.exchanges.isIdle
  }

  /** When {@link expire} has something to do; `Infinity` if never. */
  get expiry(): number {
    return this.queue.count === 0 ? Infinity : this.nextExpiry
  }

  /** When the oldest unacknowledged packet was written. */
  oldestWrite(): number | undefined {
    return this.exchanges.oldestWrite
  }

  /** Sends or queues the message. */
  publish(now: number, message: Outgoing, onSettled: SettlePublish): Publication {
    const link = this.isNext() && this.hasRoom(message) ? this.link : undefined
    if (link !== undefined && message.qos === 0) {
      const outcome = this.writeAtOnce(message, link)
      this.settlement.count(outcome)
      onSettled(outcome)
      return settledPublication
    }
    // At QoS 0 it has to wait: its payload is the caller's.
    const entry = new Entry(message.qos === 0 ? ownPayload(message) : message, onSettled, this)
    if (link !== undefined) this.send(now, entry, link)
    else this.wait(now, entry)
    return entry
  }

  /** Takes back what waits for its turn. */
  withdraw(now: number, entry: Entry): void {
    if (entry.sequence > 0) this.store?.remove(now, entry.sequence)
    entry.state = "Done"
    entry.dropPayload()
    this.queue.withdraw(entry)
  }

  /** The link is ready: resend what the session holds. What is new waits on, if it is to be held. */
  resume(now: number, link: Negotiated, isHeld: boolean): void {
    this.isHeld = isHeld
    this.window.open(Math.min(link.receiveMaximum, this.limits.inFlight))
    const owed = this.exchanges.open(now)
    // Before anybody hears of a failure and publishes something new.
    this.resumption.begin(owed.filter(({ message }) => isOffered(message, link)))
    this.link = link
    for (const entry of owed) {
      if (!isOffered(entry.message, link)) this.exchanges.giveUp(now, entry, failure(entry.message, "NotSupported"))
    }
    this.resumption.goOn(now)
  }

  /** What is new need not wait any more. */
  letGo(now: number): void {
    if (!this.isHeld) return
    this.isHeld = false
    this.flush(now)
  }

  /** Sends what waits, as far as the window allows. */
  flush(now: number): void {
    this.resumption.goOn(now)
    // Nothing new overtakes what the session still owes. Settling may call back into the session,
    // so each step looks at everything anew.
    while (this.link !== undefined && this.resumption.isOver && !this.isHeld && this.output.bytes() < burstBytes) {
      const entry = this.queue.first()
      if (entry === undefined || !this.hasRoom(entry.message)) return
      this.queue.shift()
      this.sendAged(now, entry, this.link)
    }
  }

  /** Applies PUBACK, PUBREC or PUBCOMP. */
  acknowledge(now: number, packet: Packet.PubAck | Packet.PubRec | Packet.PubComp): "ok" | "unknown" | "wrong" {
    const verdict = this.exchanges.acknowledge(now, packet)
    if (verdict === "ok") this.flush(now)
    return verdict
  }

  expects(packetId: number): boolean {
    return this.exchanges.expects(packetId)
  }

  /** The server kept nothing: what was in flight is sent as new or fails, by what is known of it. */
  sessionLost(now: number): void {
    const queued = this.queue.drain()
    const { again, over } = this.exchanges.sessionLost(now)
    for (const entry of [...again, ...queued]) this.enqueue(entry)
    for (const [entry, outcome] of over) this.exchanges.conclude(now, entry, outcome)
  }

  linkLost(now: number): void {
    if (this.link === undefined) return
    this.link = undefined
    this.resumption.stop()
    this.exchanges.linkLost()
    const disconnected = ({ message }: Entry) => failure(message, "Disconnected")
    this.refuseQueued(now, "Disconnected", (entry) => !this.isKept(entry))
    // What is the session's goes on without its caller.
    if (this.limits.queueRetention === "failAll") this.exchanges.leave(disconnected)
  }

  /** Gives up what was not sent in time. */
  expire(now: number): void {
    if (this.expiry <= now) this.refuseQueued(now, "Expired", (entry) => entry.isExpired(now))
  }

  failAll(toError: (topic: string) => PublishError): void {
    const queued = this.queue.drain()
    const toOutcome = ({ message }: Entry): Outcome => Either.left(toError(message.topic))
    this.exchanges.failAll(toOutcome)
    for (const entry of queued) this.settlement.settle(entry, toOutcome(entry))
  }

  /** Whether nothing has to happen before a message that comes now. */
  private isNext(): boolean {
    return this.queue.count === 0 && this.resumption.isOver && !this.isHeld
  }

  /** Whether the message would be sent now, were it the next one. */
  private hasRoom({ qos }: Outgoing): boolean {
    return qos === 0 ? !this.exchanges.isStoring : this.window.hasRoom
  }

  private enqueue(entry: Entry): void {
    this.nextExpiry = Math.min(this.expiry, Math.ceil(entry.expiresAt / expiryGrid) * expiryGrid)
    this.queue.push(entry)
  }

  /** Settling may call back into the session, when what stays is in the queue again. */
  private refuseQueued(now: number, reason: PublishError["reason"], isRefused: (entry: Entry) => boolean): void {
    const refused: Array<Entry> = []
    for (const entry of this.queue.drain()) {
      if (isRefused(entry)) refused.push(entry)
      else this.enqueue(entry)
    }
    for (const entry of refused) this.settlement.refuse(now, entry, failure(entry.message, reason))
  }

  private isKept({ message }: Entry): boolean {
    const { queueRetention } = this.limits
    return queueRetention === "keepAll" || (queueRetention === "failQos0" && message.qos > 0)
  }

  /** With a link, the callers that wait for their answer are the bound. */
  private wait(now: number, entry: Entry): void {
    entry.submittedAt = now
    if (this.link === undefined && !this.admission.admit(now, entry)) {
      return this.settlement.settle(entry, failure(entry.message, "QueueFull"))
    }
    this.enqueue(entry)
    this.flush(now)
  }

  /** QoS 0 leaves nothing behind: no entry is needed for it. */
  private writeAtOnce(message: Outgoing, link: Negotiated): Outcome {
    if (!isOffered(message, link)) return failure(message, "NotSupported")
    const problem = this.output.write(toPacket(message, 0, false))
    return problem === undefined ? succeeded : unsendable(message, problem)
  }

  /** What it has waited is taken off its expiry [5 §3.3.2.3.3]. */
  private sendAged(now: number, entry: Entry, link: Negotiated): void {
    if (entry.isExpired(now)) return this.settlement.refuse(now, entry, failure(entry.message, "Expired"))
    entry.age(now)
    this.send(now, entry, link)
  }

  private send(now: number, entry: Entry, link: Negotiated): void {
    const { message } = entry
    if (!isOffered(message, link)) return this.settlement.refuse(now, entry, notOffered(message))
    if (message.qos === 0) this.settlement.settle(entry, this.writeAtOnce(message, link))
    else this.exchanges.begin(now, entry, link.maximumPacketBytes)
  }
}

/** Whether the server, by its own announcement, takes such a message [MQTT-3.2.2-11, MQTT-3.2.2-14]. */
const isOffered = ({ qos, retain }: Outgoing, { maximumQoS, retainAvailable }: Negotiated): boolean =>
  qos <= maximumQoS && (retainAvailable || !retain)

/** Where there is no such QoS at all, the server is not to blame. */
const notOffered = (message: Outgoing): Outcome =>
  isQoS(message.qos)
    ? failure(message, "NotSupported")
    : failure(message, "InvalidMessage", new InvalidOption("qos", "0, 1 or 2"))
