/**
 * Publishes that arrive [5 §4.3, §4.6]. A QoS 1 or 2 message is acknowledged when every consumer has
 * accepted it, and acknowledgements leave in the order in which the messages came
 * [MQTT-4.6.0-2, MQTT-4.6.0-3], so one slow consumer delays those behind it.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Output } from "./output.ts"
import type { ReceivedIds } from "./receivedIds.ts"

/** An unacknowledged message. At QoS 1 it belongs to the link that delivered it, at QoS 2 to the session. */
export interface Pending {
  readonly id: number
  readonly qos: 1 | 2
  /** What a copy of it has to look like, if it outlives the link. */
  readonly packet: Packet.Publish | undefined
  /** Bytes that it takes beyond the Receive Maximum of this link. */
  excess: number
  /** Whether the present link has brought it. */
  isOfLink: boolean
  accepted: boolean
  /** What its consumers made of it: 0, or why they refused it; said to an MQTT 5 server only. */
  reasonCode: number
}

export type Arrival =
  | { readonly _tag: "Deliver"; readonly pending: Pending | undefined }
  /** A copy of what was delivered before: nothing to deliver. */
  | { readonly _tag: "Duplicate" }
  | { readonly _tag: "Violation"; readonly reasonCode: number; readonly detail: string }

export interface Inbound {
  readonly publish: (now: number, packet: Packet.Publish) => Arrival
  /** Whether the server still waits for this: false for what an earlier link or session delivered. */
  readonly accept: (now: number, delivered: Pick<Pending, "id">, reasonCode: number) => boolean
  readonly release: (now: number, packet: Packet.PubRel) => void
  readonly linkLost: () => void
  /** The link goes on with the session of an earlier one, maybe of an earlier run of the program. */
  readonly resumed: () => void
  readonly sessionLost: (now: number) => void
  /** So many messages wait for their consumers that no more should be read. */
  readonly isFull: () => boolean
  /** Those beyond the Receive Maximum take more bytes than they may, so that no more can be read. */
  readonly isOverfull: () => boolean
  /** The message whose acknowledgement the server needs before it may send another one, if it has to wait. */
  readonly blockedBy: () => Pending | undefined
}

const unacknowledged: Arrival = { _tag: "Deliver", pending: undefined }
const unknownId = 0x92

export interface Limits {
  readonly receiveMaximum: number
  /** For messages beyond it. */
  readonly readAheadBytes: number
}

/** A resend may lack the DUP that it has to have; what is another message has another content. */
const isCopy = ({ packet }: Pending, { dup, payload, topic }: Packet.Publish): boolean =>
  dup || (packet !== undefined && topic === packet.topic && payload.length === packet.payload.length &&
    payload.every((byte, index) => byte === packet.payload[index]))

export const make = (output: Output, { readAheadBytes, receiveMaximum }: Limits, received: ReceivedIds): Inbound => {
  /** 3.1.1 has no Receive Maximum to hold the server to, and lets it send a message twice on one link. */
  const classic = () => output.version() === 4
  /** Came on this link and take a place in the Receive Maximum, which starts anew with each link [5 §4.9]. */
  const counted = new Set<number>()
  /** In the order of arrival on this link; those before `head` are acknowledged. */
  let order: Array<Pending> = []
  let head = 0
  /** Not acknowledged yet, by identifier. A QoS 2 message stays across links until it is accepted. */
  const pendings = new Map<number, Pending>()
  /** Of them, those that consumers still work on, and that the server has not sent again on this link. */
  let leftOver = 0
  let excess = 0

  /**
   * Nothing was acknowledged to the server in this session. From then on, some servers count wrongly and send ever more
   * than was announced; they are slowed down as those of 3.1.1 are, since a client that ends the link never gets at its
   * messages (decision 4).
   */
  let isFresh = true

  const exceeds = (id: number) => !classic() && isFresh && !counted.has(id) && counted.size >= receiveMaximum

  const waiting = () => order.length - head + leftOver

  const deliver = (id: number, qos: 1 | 2, packet: Packet.Publish): Arrival => {
    const isBeyond = waiting() >= receiveMaximum
    const pending: Pending = {
      id,
      qos,
      packet: qos === 2 ? packet : undefined,
      excess: isBeyond ? packet.payload.length + packet.topic.length : 0,
      isOfLink: true,
      accepted: false,
      reasonCode: 0
    }
    excess += pending.excess
    pendings.set(id, pending)
    order.push(pending)
    return { _tag: "Deliver", pending }
  }

  const forget = (pending: Pending) => {
    excess -= pending.excess
    if (!pending.isOfLink && !pending.accepted) leftOver--
    pendings.delete(pending.id)
  }

  /** Its consumers have it: a copy of it is a duplicate from now on, which PUBREC may say once that is sure. */
  const receive = (now: number, id: number) =>
    received.add(now, id, () => {
      if (counted.has(id)) output.write({ _tag: "PubRec", packetId: id })
    })

  const acknowledgeInOrder = (now: number) => {
    while (head < order.length && order[head].accepted) {
      const acknowledged = order[head++]
      const { id, qos, reasonCode } = acknowledged
      isFresh = false
      // MQTT 3.1.1 has no negative acknowledgement: there, what was refused is acknowledged and gone.
      const refusal = classic() ? 0 : reasonCode
      forget(acknowledged)
      // Refused at QoS 2, its exchange is over, and the identifier may carry a new message [MQTT-4.3.3-9].
      if (qos === 1 || refusal !== 0) {
        counted.delete(id)
        const _tag = qos === 1 ? "PubAck" : "PubRec"
        output.write(refusal === 0 ? { _tag, packetId: id } : { _tag, packetId: id, reasonCode: refusal })
      } else receive(now, id)
    }
    // Cutting off each one alone would copy the rest as often.
    if (head * 2 < order.length) return
    order = order.slice(head)
    head = 0
  }

  return {
    publish: (now, packet) => {
      if (packet.qos === 0) return unacknowledged
      const id = packet.packetId ?? 0
      const pending = pendings.get(id)
      if (exceeds(id)) {
        return { _tag: "Violation", reasonCode: 0x93, detail: "more unacknowledged messages than announced" }
      }
      counted.add(id)
      if (packet.qos === 2 && received.has(id)) {
        if (received.isSure(id)) output.write({ _tag: "PubRec", packetId: id })
        return { _tag: "Duplicate" }
      }
      if (pending === undefined && !received.has(id)) return deliver(id, packet.qos, packet)
      if (pending !== undefined && !pending.isOfLink) {
        if (pending.qos !== packet.qos || !isCopy(pending, packet)) {
          // The server has forgotten that one, and the identifier is free for another.
          forget(pending)
          return deliver(id, packet.qos, packet)
        }
        // Redelivered on a new link while its consumer still works on it.
        if (!pending.accepted) leftOver--
        pending.isOfLink = true
        order.push(pending)
        acknowledgeInOrder(now)
        return { _tag: "Duplicate" }
      }
      if (pending?.qos === packet.qos && packet.dup && classic()) return { _tag: "Duplicate" }
      return { _tag: "Violation", reasonCode: 0x82, detail: "the packet identifier is in use" }
    },
    accept: (now, delivered, reasonCode) => {
      const pending = pendings.get(delivered.id)
      if (pending !== delivered) return false
      if (!pending.accepted && !pending.isOfLink) leftOver--
      pending.accepted = true
      pending.reasonCode = reasonCode
      acknowledgeInOrder(now)
      return true
    },
    release: (now, { packetId }) => {
      const known = received.has(packetId)
      const complete = () => {
        if (known) counted.delete(packetId)
        output.write(
          known || classic() ? { _tag: "PubComp", packetId } : { _tag: "PubComp", packetId, reasonCode: unknownId }
        )
      }
      if (known) received.remove(now, packetId, complete)
      else complete()
    },
    linkLost: () => {
      order = []
      head = 0
      counted.clear()
      received.linkLost()
      leftOver = 0
      excess = 0
      for (const pending of pendings.values()) {
        // A server has no more of them under way than that: it has forgotten the oldest.
        if (pending.qos === 1 || (pending.accepted && pendings.size > receiveMaximum)) {
          pendings.delete(pending.id)
          continue
        }
        pending.isOfLink = false
        pending.excess = 0
        if (!pending.accepted) leftOver++
      }
    },
    resumed: () => {
      isFresh = false
    },
    sessionLost: (now) => {
      order = []
      head = 0
      isFresh = true
      pendings.clear()
      leftOver = 0
      excess = 0
      received.clear(now)
    },
    isFull: () => waiting() >= receiveMaximum + (classic() ? 0 : 1),
    isOverfull: () => excess > readAheadBytes,
    blockedBy: () => order.length - head >= receiveMaximum ? order[head] : undefined
  }
}
