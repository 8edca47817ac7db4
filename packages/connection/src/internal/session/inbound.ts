/**
 * Publishes that arrive [5 §4.3, §4.6]. A QoS 1 or 2 message is acknowledged when every consumer has
 * accepted it, and acknowledgements leave in the order in which the messages came
 * [MQTT-4.6.0-2, MQTT-4.6.0-3], so one slow consumer delays those behind it.
 */
import type { Packet } from "@effect-mqtt/codec"
import type { Output } from "./output.ts"
import type { ReceivedIds } from "./receivedIds.ts"

/** An unacknowledged message. Belongs to the link that delivered it. */
export interface Pending {
  readonly id: number
  readonly qos: 1 | 2
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
  readonly accept: (now: number, pending: Pending, reasonCode: number) => boolean
  readonly release: (now: number, packet: Packet.PubRel) => void
  readonly linkLost: () => void
  /** The link goes on with the session of an earlier one, maybe of an earlier run of the program. */
  readonly resumed: () => void
  readonly sessionLost: (now: number) => void
  /** So many messages wait for their consumers that no more should be read. */
  readonly isFull: () => boolean
  /** The message whose acknowledgement the server needs before it may send another one, if it has to wait. */
  readonly blockedBy: () => Pending | undefined
}

const unknownId = 0x92

export const make = (output: Output, receiveMaximum: number, received: ReceivedIds): Inbound => {
  /** 3.1.1 has no Receive Maximum to hold the server to, and lets it send a message twice on one link. */
  const classic = () => output.version() === 4
  /** Came on this link and take a place in the Receive Maximum, which starts anew with each link [5 §4.9]. */
  const counted = new Set<number>()
  /** In the order of arrival on this link; those before `head` are acknowledged. */
  let order: Array<Pending> = []
  let head = 0
  /** Not acknowledged yet, by identifier. A QoS 2 message stays across links until it is accepted. */
  const pendings = new Map<number, Pending>()

  /**
   * Nothing was acknowledged to the server in this session. From then on, some servers count wrongly and send ever more
   * than was announced; they are slowed down as those of 3.1.1 are, since a client that ends the link never gets at its
   * messages (decision 4).
   */
  let isFresh = true

  const exceeds = (id: number) => !classic() && isFresh && !counted.has(id) && counted.size >= receiveMaximum

  const deliver = (pending: Pending): Arrival => {
    pendings.set(pending.id, pending)
    order.push(pending)
    return { _tag: "Deliver", pending }
  }

  /** Its consumers have it: a copy of it is a duplicate from now on, which PUBREC may say once that is sure. */
  const receive = (now: number, id: number) =>
    received.add(now, id, () => {
      if (counted.has(id)) output.write({ _tag: "PubRec", packetId: id })
    })

  const acknowledgeInOrder = (now: number) => {
    while (head < order.length && order[head].accepted) {
      const { id, qos, reasonCode } = order[head++]
      isFresh = false
      // MQTT 3.1.1 has no negative acknowledgement: there, what was refused is acknowledged and gone.
      const refusal = classic() ? 0 : reasonCode
      pendings.delete(id)
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
      if (packet.qos === 0) return { _tag: "Deliver", pending: undefined }
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
      if (pending === undefined && !received.has(id)) {
        return deliver({ id, qos: packet.qos, accepted: false, reasonCode: 0 })
      }
      if (pending !== undefined && pending.qos === packet.qos) {
        if (!order.includes(pending)) {
          // Redelivered on a new link while its consumer still works on it.
          order.push(pending)
          acknowledgeInOrder(now)
          return { _tag: "Duplicate" }
        }
        if (packet.dup && classic()) return { _tag: "Duplicate" }
      }
      return { _tag: "Violation", reasonCode: 0x82, detail: "the packet identifier is in use" }
    },
    accept: (now, pending, reasonCode) => {
      pending.accepted = true
      pending.reasonCode = reasonCode
      const isAwaited = pendings.get(pending.id) === pending
      acknowledgeInOrder(now)
      return isAwaited
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
      for (const pending of pendings.values()) if (pending.qos === 1) pendings.delete(pending.id)
    },
    resumed: () => {
      isFresh = false
    },
    sessionLost: (now) => {
      order = []
      head = 0
      isFresh = true
      pendings.clear()
      received.clear(now)
    },
    isFull: () => order.length - head >= receiveMaximum + (classic() ? 0 : 1),
    blockedBy: () => order.length - head >= receiveMaximum ? order[head] : undefined
  }
}
