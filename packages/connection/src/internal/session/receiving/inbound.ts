/**
 * Publishes that arrive [5 §4.3, §4.6]. A QoS 1 or 2 message is acknowledged when every consumer has
 * accepted it, and acknowledgements leave in the order in which the messages came
 * [MQTT-4.6.0-2, MQTT-4.6.0-3], so one slow consumer delays those behind it.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Linked } from "../identifiers/exchanges.ts"
import { Exchanges } from "../identifiers/exchanges.ts"
import { IdSet } from "../identifiers/idSet.ts"
import type { Output } from "../output.ts"
import { heldBytes } from "./heldBytes.ts"
import type { ReceivedIds, ReceivedIdsOwner } from "./receivedIds.ts"

/** An unacknowledged message. At QoS 1 it belongs to the link that delivered it, at QoS 2 to the session. */
export interface Pending extends Linked<Pending> {
  readonly _tag: "Pending"
  readonly qos: 1 | 2
  /** What a copy of it has to look like, if it outlives the link. */
  readonly packet: Packet.Publish | undefined
  /** Bytes that it takes beyond the Receive Maximum of this link. */
  excess: number
  accepted: boolean
  /** What its consumers made of it: 0, or why they refused it; said to an MQTT 5 server only. */
  reasonCode: number
}

export type Arrival =
  /** To be delivered, and accepted by its consumers. */
  | Pending
  /** To be delivered. */
  | { readonly _tag: "Unacknowledged" }
  /** Nothing to deliver: a copy of what was delivered before, or left to the server. */
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Violation"; readonly reasonCode: number; readonly detail: string }

const unacknowledged: Arrival = { _tag: "Unacknowledged" }
const nothing: Arrival = { _tag: "Nothing" }
const unknownId = 0x92
const halfOfIdentifiers = 32_768

export interface Limits {
  readonly receiveMaximum: number
  /** For messages beyond it. */
  readonly readAheadBytes: number
}

/** A resend may lack the DUP that it has to have; what is another message has another content. */
const isCopy = ({ packet }: Pending, { dup, payload, topic }: Packet.Publish): boolean =>
  dup || (packet !== undefined && topic === packet.topic && payload.length === packet.payload.length &&
    payload.every((byte, index) => byte === packet.payload[index]))

export class Inbound implements ReceivedIdsOwner {
  /** Came on this link and take a place in the Receive Maximum, which starts anew with each link [5 §4.9]. */
  readonly #counted = new IdSet()
  /** Not acknowledged yet, in the order in which this link has brought them. */
  readonly #pendings = new Exchanges<Pending>()
  /** QoS 2 messages of earlier links that this one has not brought again. */
  readonly #leftOvers = new Exchanges<Pending>()
  /** Of them, those that consumers still work on. */
  #unaccepted = 0
  #excess = 0
  /** How many this server has under way at a time: one that exceeds Receive Maximum sends as many again. */
  #mostUnderWay: number
  #leavesRest = false
  #hasLeft = false
  #hasProgressed = false
  /**
   * Nothing was acknowledged to the server in this session. From then on, some servers count wrongly and send ever more
   * than was announced; they are slowed down as those of 3.1.1 are, since a client that ends the link never gets at its
   * messages (decision 4).
   */
  #isFresh = true
  readonly #output: Output
  readonly #limits: Limits
  readonly #received: ReceivedIds

  constructor(output: Output, limits: Limits, received: ReceivedIds) {
    this.#output = output
    this.#limits = limits
    this.#mostUnderWay = limits.receiveMaximum
    this.#received = received
  }

  publish(now: number, packet: Packet.Publish): Arrival {
    if (packet.qos === 0) return unacknowledged
    const id = packet.packetId ?? 0
    if (this.#exceeds(id)) {
      return { _tag: "Violation", reasonCode: 0x93, detail: "more unacknowledged messages than announced" }
    }
    // Even with an identifier that is in use: a server with more than 65 535 messages may have several with the same.
    if (this.#leavesRest) {
      this.#hasLeft = true
      return nothing
    }
    const isReceived = this.#received.has(id)
    const pending = this.#pendings.get(id)
    this.#counted.add(id)
    if (packet.qos === 2 && isReceived) {
      if (this.#received.isSure(id)) this.#output.write({ _tag: "PubRec", packetId: id })
      return nothing
    }
    if (pending === undefined && !isReceived) {
      const leftOver = this.#leftOvers.get(id)
      return leftOver === undefined ? this.#deliver(id, packet.qos, packet) : this.#redelivered(now, leftOver, packet)
    }
    if (pending?.qos === packet.qos && packet.dup && this.#isClassic()) return nothing
    return { _tag: "Violation", reasonCode: 0x82, detail: "the packet identifier is in use" }
  }

  /** Whether the server still waits for this: false for what an earlier link or session delivered. */
  accept(now: number, delivered: Pick<Pending, "id">, reasonCode: number): boolean {
    const ofLink = this.#pendings.get(delivered.id)
    const pending = ofLink ?? this.#leftOvers.get(delivered.id)
    if (pending !== delivered) return false
    if (ofLink === undefined && !pending.accepted) this.#unaccepted--
    pending.accepted = true
    pending.reasonCode = reasonCode
    this.#acknowledgeInOrder(now)
    return true
  }

  release(now: number, { packetId }: Packet.PubRel): void {
    if (this.#received.has(packetId)) return this.#received.remove(now, packetId, this)
    this.#output.answer("PubComp", packetId, unknownId)
  }

  /** Its consumers have the message: a copy of it is a duplicate from now on, which PUBREC may say. */
  onAdded(id: number): void {
    if (this.#counted.has(id)) this.#output.write({ _tag: "PubRec", packetId: id })
  }

  onRemoved(id: number): void {
    this.#counted.delete(id)
    this.#output.write({ _tag: "PubComp", packetId: id })
  }

  linkLost(): void {
    this.#mostUnderWay = Math.max(this.#mostUnderWay, this.#pendings.size)
    this.#counted.clear()
    this.#received.linkLost()
    this.#excess = 0
    this.#leavesRest = false
    this.#hasLeft = false
    for (const pending of this.#pendings.values()) {
      this.#pendings.delete(pending)
      if (pending.qos === 1) continue
      pending.excess = 0
      this.#leftOvers.add(pending)
      if (!pending.accepted) this.#unaccepted++
    }
    // A server has no more of them under way than that: it has forgotten the oldest.
    for (const pending of this.#leftOvers.values()) {
      if (this.#leftOvers.size <= this.#mostUnderWay) return
      if (pending.accepted) this.#leftOvers.delete(pending)
    }
  }

  /** The link goes on with the session of an earlier one, maybe of an earlier run of the program. */
  resumed(): void {
    this.#isFresh = false
  }

  sessionLost(now: number): void {
    this.#isFresh = true
    this.#pendings.clear()
    this.#leftOvers.clear()
    this.#unaccepted = 0
    this.#excess = 0
    this.#received.clear(now)
  }

  /** So many messages wait for their consumers that no more should be read. */
  isFull(): boolean {
    return this.#waiting() >= this.#limits.receiveMaximum + (this.#isClassic() ? 0 : 1)
  }

  /**
   * Those beyond the Receive Maximum take more bytes than they may, or so many identifiers that what else is on its way could
   * begin with them anew: no more can be taken.
   */
  isOverfull(): boolean {
    const { readAheadBytes, receiveMaximum } = this.#limits
    const isFull = this.#excess > readAheadBytes || this.#pendings.size > Math.max(receiveMaximum, halfOfIdentifiers)
    return isFull && !this.#leavesRest
  }

  /**
   * Takes none of what this link still brings, from the first one on: the server sends it again over the next link, in its
   * order.
   */
  leaveRest(): void {
    this.#leavesRest ||= this.#pendings.size > 0
  }

  /** All that was taken is acknowledged, and the server has the rest. */
  get isRestDue(): boolean {
    return this.#hasLeft && this.#pendings.size === 0
  }

  /** Whether anything was acknowledged since this was asked last. */
  takeProgress(): boolean {
    const hasProgressed = this.#hasProgressed
    this.#hasProgressed = false
    return hasProgressed
  }

  /** The message whose acknowledgement the server needs before it may send another one, if it has to wait. */
  blockedBy(): Pending | undefined {
    return this.#pendings.size >= this.#limits.receiveMaximum ? this.#pendings.first : undefined
  }

  /** 3.1.1 has no Receive Maximum to hold the server to, and lets it send a message twice on one link. */
  #isClassic(): boolean {
    return this.#output.version() === 4
  }

  #exceeds(id: number): boolean {
    return this.#isFresh && this.#counted.size >= this.#limits.receiveMaximum && !this.#counted.has(id) &&
      !this.#isClassic()
  }

  #waiting(): number {
    return this.#pendings.size + this.#unaccepted
  }

  #deliver(id: number, qos: 1 | 2, packet: Packet.Publish): Arrival {
    const isBeyond = this.#waiting() >= this.#limits.receiveMaximum
    const pending: Pending = {
      _tag: "Pending",
      id,
      before: undefined,
      behind: undefined,
      qos,
      packet: qos === 2 ? packet : undefined,
      excess: isBeyond ? heldBytes(packet) : 0,
      accepted: false,
      reasonCode: 0
    }
    this.#excess += pending.excess
    this.#pendings.add(pending)
    return pending
  }

  /** Its identifier comes again on a new link. */
  #redelivered(now: number, leftOver: Pending, packet: Packet.Publish): Arrival {
    this.#leftOvers.delete(leftOver)
    if (!leftOver.accepted) this.#unaccepted--
    // Otherwise the server has forgotten that one, and the identifier is free for another.
    if (packet.qos !== 2 || !isCopy(leftOver, packet)) {
      return this.#deliver(leftOver.id, packet.qos === 2 ? 2 : 1, packet)
    }
    this.#pendings.add(leftOver)
    this.#acknowledgeInOrder(now)
    return nothing
  }

  /** Its exchange is over then, and the identifier may carry a new message [MQTT-4.3.3-9]. */
  #refuse(packetId: number, reasonCode: number): boolean {
    return reasonCode !== 0 && !this.#isClassic() &&
      this.#output.write({ _tag: "PubRec", packetId, reasonCode }) === undefined
  }

  #acknowledgeInOrder(now: number): void {
    for (let first = this.#pendings.first; first?.accepted === true; first = this.#pendings.first) {
      const { id, qos, reasonCode } = first
      this.#isFresh = false
      this.#hasProgressed = true
      this.#excess -= first.excess
      this.#pendings.delete(first)
      // Where no refusal can be said, as in 3.1.1, what was refused is acknowledged and gone.
      if (qos === 1) {
        this.#counted.delete(id)
        this.#output.answer("PubAck", id, reasonCode)
      } else if (this.#refuse(id, reasonCode)) this.#counted.delete(id)
      else this.#received.add(now, id, this)
    }
    // Nothing came behind them: there is room again, and nothing for another link.
    if (this.#leavesRest && !this.#hasLeft && this.#pendings.size === 0) this.#leavesRest = false
  }
}
