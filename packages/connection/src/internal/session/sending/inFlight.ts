/**
 * QoS 1 and 2 exchanges, from their place in the window to their last acknowledgement [5 §4.3, §4.9]. With a store, a
 * step is durable before it is written, and an exchange is over when its record is gone.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { StoreError } from "../../../MqttError.ts"
import { Exchanges } from "../identifiers/exchanges.ts"
import type { PacketOutput } from "../output.ts"
import type { Traffic } from "../traffic.ts"
import type { OutgoingStore } from "./outgoingStore.ts"
import type { Entry } from "./publication.ts"
import type { Outcome } from "./publishOutcome.ts"
import { accepted, failure, resultOf, toPacket, unsendable } from "./publishOutcome.ts"
import type { SendWindow } from "./sendWindow.ts"
import type { Settlement } from "./settlement.ts"

/** What is to become of exchanges that the server has forgotten. */
export interface Forgotten {
  /** To be sent as new. */
  readonly again: ReadonlyArray<Entry>
  readonly over: ReadonlyArray<readonly [Entry, Outcome]>
}

export interface InFlightOwner {
  /** The store has let something go on. */
  readonly flush: (now: number) => void
}

export class InFlight {
  /** PUBLISHes without acknowledgement, in the order of their first write [MQTT-4.6.0-1]. */
  private readonly published = new Exchanges<Entry>()
  /** PUBRELs without acknowledgement, in the order of the PUBRECs [MQTT-4.6.0-4]. */
  private readonly released = new Exchanges<Entry>()
  /** Acknowledged, and about to be forgotten by the store, if there is one; then they settle. */
  private concluding: Map<Entry, Outcome> | undefined = undefined
  /** PUBLISHes that wait for the store. */
  private storing = 0
  private isLinked = false
  private readonly output: PacketOutput
  private readonly window: SendWindow
  private readonly settlement: Settlement
  private readonly store: OutgoingStore | undefined
  private readonly traffic: Traffic
  private readonly owner: InFlightOwner

  constructor(
    output: PacketOutput,
    window: SendWindow,
    settlement: Settlement,
    store: OutgoingStore | undefined,
    traffic: Traffic,
    owner: InFlightOwner
  ) {
    this.output = output
    this.window = window
    this.settlement = settlement
    this.store = store
    this.traffic = traffic
    this.owner = owner
  }

  get size(): number {
    return this.published.size + this.released.size
  }

  get isIdle(): boolean {
    return this.size === 0 && (this.concluding?.size ?? 0) === 0
  }

  /** Whether messages wait for the store, which were submitted before others. */
  get isStoring(): boolean {
    return this.storing > 0
  }

  /** When the oldest unacknowledged packet was written. */
  get oldestWrite(): number | undefined {
    // Both are in the order in which this link wrote them.
    const one = this.published.first?.writtenAt
    const other = this.released.first?.writtenAt
    return one === undefined || (other !== undefined && other < one) ? other : one
  }

  /** Takes up an exchange of an earlier process. */
  restore(entry: Entry): void {
    this.window.claim(entry.id)
    if (entry.state === "Published") this.published.add(entry)
    else this.released.add(entry)
  }

  /** Begins the exchange of a message for which there is room. */
  begin(now: number, entry: Entry, maxPacketBytes: number): void {
    entry.id = this.window.allocate()
    entry.state = "Published"
    if (this.store !== undefined) return this.storeFirst(now, entry, this.store, maxPacketBytes)
    const problem = this.output.write(toPacket(entry.message, entry.id, false))
    if (problem !== undefined) {
      this.window.leave(entry)
      return this.settlement.settle(entry, unsendable(entry.message, problem))
    }
    entry.isWritten = true
    this.published.add(entry)
    this.window.occupy(now, entry)
  }

  /** Applies PUBACK, PUBREC or PUBCOMP. */
  acknowledge(now: number, packet: Packet.PubAck | Packet.PubRec | Packet.PubComp): "ok" | "unknown" | "wrong" {
    const entry = this.published.get(packet.packetId) ?? this.released.get(packet.packetId)
    if (entry === undefined || !entry.isWritten) return "unknown"
    if ((packet._tag === "PubAck") !== (entry.message.qos === 1)) return "wrong"
    if (packet._tag === "PubComp" && !(entry.state === "Released" && entry.isStored)) return "wrong"
    if (entry.state === "Published" && entry.writtenAt !== undefined) {
      this.traffic.roundTrips++
      this.traffic.roundTripMillis += now - entry.writtenAt
    }
    if (packet._tag === "PubComp") this.conclude(now, entry, accepted(entry.reasonCode))
    else if (packet._tag === "PubRec" && (packet.reasonCode ?? 0) < 0x80) this.release(now, entry, packet.reasonCode)
    else this.conclude(now, entry, resultOf(entry.message.topic, packet))
    return "ok"
  }

  /** Whether an acknowledgement of this identifier is due. */
  expects(packetId: number): boolean {
    return (this.published.get(packetId) ?? this.released.get(packetId))?.isWritten === true
  }

  /** The exchange is over: it settles when its record is gone for good. */
  conclude(now: number, entry: Entry, outcome: Outcome): void {
    if (!this.published.delete(entry)) this.released.delete(entry)
    if (this.store === undefined) {
      this.window.leave(entry)
      return this.settlement.settle(entry, outcome)
    }
    const concluding = this.concluding ??= new Map()
    concluding.set(entry, outcome)
    this.store.remove(now, entry.sequence, (at) => {
      concluding.delete(entry)
      this.window.leave(entry)
      this.settlement.settle(entry, outcome)
      this.owner.flush(at)
    })
  }

  /**
   * The server does not take the message any more. At QoS 2 it may have it of an earlier link, and would take another one
   * with its identifier for a copy [5 §4.3.3]: PUBREL, which it answers in any case, frees that.
   */
  giveUp(now: number, entry: Entry, outcome: Outcome): void {
    if (entry.message.qos < 2 || !entry.isWritten) return this.conclude(now, entry, outcome)
    this.release(now, entry)
    entry.leave(outcome)
  }

  /** A new link: what was released is so again; returns what has to be published again, in its order. */
  open(now: number): ReadonlyArray<Entry> {
    this.isLinked = true
    for (const entry of this.released.values()) {
      if (entry.isStored) this.writePubRel(now, entry)
      else this.window.occupy(now, entry)
    }
    return this.published.values()
  }

  /** Whether this link has yet to write the PUBLISH. */
  isOwed(entry: Entry): boolean {
    return entry.writtenAt === undefined && this.published.get(entry.id) === entry
  }

  publish(now: number, entry: Entry): void {
    const problem = this.output.write(toPacket(entry.message, entry.id, entry.isWritten))
    if (problem !== undefined) return this.giveUp(now, entry, unsendable(entry.message, problem))
    entry.isWritten = true
    this.window.occupy(now, entry)
  }

  /** Nobody holds a place any more. */
  linkLost(): void {
    this.isLinked = false
    for (const entry of this.all()) entry.writtenAt = undefined
    for (const entry of this.concluding?.keys() ?? []) entry.writtenAt = undefined
  }

  /** Their callers wait no longer; the exchanges go on. */
  leave(toOutcome: (entry: Entry) => Outcome): void {
    for (const entry of this.all()) entry.leave(toOutcome(entry))
  }

  sessionLost(now: number): Forgotten {
    const lost = this.published.values()
    const owned = this.released.values()
    this.published.clear()
    this.released.clear()
    // A second copy could duplicate what QoS 2 promises to deliver once.
    const again = lost.filter((entry) => entry.message.qos === 1 || !entry.isWritten)
    for (const entry of again) {
      this.window.leave(entry)
      entry.requeue()
      if (entry.sequence > 0) this.store?.requeue(now, entry)
    }
    const over = owned.map((entry) => [entry, accepted(entry.reasonCode)] as const)
    for (const entry of lost) {
      if (entry.state === "Published") over.push([entry, failure(entry.message, "SessionLost")])
    }
    return { again, over }
  }

  /** Gives everything up. */
  failAll(toOutcome: (entry: Entry) => Outcome): void {
    const entries = this.all()
    const concluding = [...this.concluding ?? []]
    this.published.clear()
    this.released.clear()
    this.concluding?.clear()
    for (const [entry, outcome] of concluding) this.settlement.settle(entry, outcome)
    for (const entry of entries) this.settlement.settle(entry, toOutcome(entry))
  }

  private all(): ReadonlyArray<Entry> {
    return [...this.released.values(), ...this.published.values()]
  }

  /** Writes the PUBLISH once its record is durable [5 §4.1]; its place in the window is taken before. */
  private storeFirst(now: number, entry: Entry, store: OutgoingStore, maxPacketBytes: number): void {
    const { id, message } = entry
    const sequence = entry.sequence === 0 ? store.nextSequence() : entry.sequence
    const stored = (at: number) => {
      this.storing--
      if (this.published.get(id) === entry) {
        entry.isStored = true
        // Without a place on this link it is among those to be resent.
        if (entry.writtenAt !== undefined) this.publish(at, entry)
      }
      this.owner.flush(at)
    }
    const failed = (at: number, error: StoreError) => {
      this.storing--
      if (this.published.get(id) === entry) {
        this.published.delete(entry)
        this.window.leave(entry)
        this.settlement.refuse(at, entry, failure(entry.message, "StoreError", error))
      }
      this.owner.flush(at)
    }
    const problem = store.put(now, { id, message, sequence }, maxPacketBytes, stored, failed)
    if (problem !== undefined) {
      this.window.leave(entry)
      return this.settlement.refuse(now, entry, unsendable(entry.message, problem))
    }
    entry.sequence = sequence
    this.storing++
    entry.isStored = false
    this.published.add(entry)
    this.window.occupy(now, entry)
  }

  private release(now: number, entry: Entry, reasonCode = 0): void {
    if (entry.state === "Published") {
      entry.state = "Released"
      entry.reasonCode = reasonCode
      entry.dropPayload()
      this.published.delete(entry)
      this.released.add(entry)
      this.window.occupy(now, entry)
      if (this.store !== undefined) {
        entry.isStored = false
        this.store.release(now, entry, (at) => {
          entry.isStored = true
          if (this.isLinked && this.released.get(entry.id) === entry) this.writePubRel(at, entry)
        })
      }
    }
    if (entry.isStored) this.writePubRel(now, entry)
  }

  private writePubRel(now: number, entry: Entry): void {
    const problem = this.output.write({ _tag: "PubRel", packetId: entry.id })
    // This server takes no packet of four bytes, so it cannot be told; the message is its own already.
    if (problem !== undefined) return this.conclude(now, entry, accepted(entry.reasonCode))
    // The exchange keeps its place in the window until PUBCOMP. A server that says PUBREC again and again
    // does not put off the time at which it has to be over.
    if (entry.writtenAt === undefined) this.window.occupy(now, entry)
  }
}
