/**
 * Publishes on their way out [5 §4.3, §4.4, §4.9]: a queue in front of a window of unacknowledged
 * QoS 1 and 2 exchanges.
 */
import type { Packet } from "@effect-mqtt/codec"
import * as Either from "effect/Either"
import type { PublishError, StoreError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { QueueLimits } from "./admission.ts"
import * as admissions from "./admission.ts"
import { Exchanges } from "./exchanges.ts"
import type { OutgoingStore } from "./outgoingStore.ts"
import type { Output } from "./output.ts"
import type { PacketIds } from "./packetIds.ts"
import type { Outgoing, Publication, SettlePublish } from "./publication.ts"
import { Entry, ownPayload, settledPublication } from "./publication.ts"
import type { Outcome } from "./publishOutcome.ts"
import { failure, resultOf, succeeded, toPacket, unsendable } from "./publishOutcome.ts"
import * as sendQueue from "./sendQueue.ts"
import type { Traffic } from "./traffic.ts"

export interface Limits extends QueueLimits {
  /** Most QoS 1 and 2 publishes in flight; the server's Receive Maximum lowers it. */
  readonly inFlight: number
  /** What still waits for its caller when the link drops: everything, all but QoS 0, or nothing. */
  readonly queueRetention: "keepAll" | "failQos0" | "failAll"
}

export interface Outbound {
  /** Sends or queues the message. */
  readonly publish: (now: number, message: Outgoing, settle: SettlePublish) => Publication
  /** The link is ready: resend what the session holds. What is new waits on, if it is to be held. */
  readonly resume: (now: number, negotiated: Negotiated, isHeld: boolean) => void
  /** What is new need not wait any more. */
  readonly letGo: (now: number) => void
  /** Sends what waits, as far as the window allows. */
  readonly flush: (now: number) => void
  /** The server kept nothing: what was in flight is sent as new or fails, by what is known of it. */
  readonly sessionLost: (now: number) => void
  readonly linkLost: (now: number) => void
  /** Applies PUBACK, PUBREC or PUBCOMP. */
  readonly acknowledge: (
    now: number,
    packet: Packet.PubAck | Packet.PubRec | Packet.PubComp
  ) => "ok" | "unknown" | "wrong"
  /** When the oldest unacknowledged packet was written. */
  readonly oldestWrite: () => number | undefined
  readonly failAll: (toError: (topic: string) => PublishError) => void
  readonly isIdle: () => boolean
  readonly inFlight: () => number
  readonly queued: () => number
}

/** Identifiers kept free, so that publishes cannot starve SUBSCRIBE and UNSUBSCRIBE. */
const reservedIds = 16

/** What waits is written in parts of this size, so that the server is at work on one while the next is encoded. */
const burstBytes = 65_536

/** `store` is absent while the session is kept in memory; `unattended` hears what nobody waits for. */
export const make = (
  output: Output,
  ids: PacketIds,
  limits: Limits,
  store: OutgoingStore | undefined,
  unattended: SettlePublish,
  traffic: Traffic
): Outbound => {
  const queue = sendQueue.make<Entry>()
  /** PUBLISHes without acknowledgement, in the order of their first write [MQTT-4.6.0-1]. */
  const published = new Exchanges<Entry>()
  /** PUBRELs without acknowledgement, in the order of the PUBRECs [MQTT-4.6.0-4]. */
  const released = new Exchanges<Entry>()
  /** PUBLISHes that this link has not resent yet. */
  let resends: ReadonlyArray<Entry> = []
  let nextResend = 0
  let link: Negotiated | undefined
  let window = 0
  /** Places left in the window; negative while resent PUBRELs alone exceed it. */
  let quota = 0
  /** Acknowledged, and about to be forgotten by the store; then they settle. */
  const concluding = new Map<Entry, Outcome>()
  /** PUBLISHes that wait for the store. */
  let storing = 0
  /** What is new waits for the subscriptions of this link. */
  let isHeld = false

  const count = (result: Outcome) => {
    if (result._tag === "Right") traffic.publishesOk++
    else traffic.publishesFailed++
  }

  const settle = (entry: Entry, result: Outcome) => {
    if (entry.state === "Done") return
    entry.state = "Done"
    count(result)
    entry.settle(result)
  }

  const fail = (entry: Entry, reason: PublishError["reason"], cause?: unknown) =>
    settle(entry, failure(entry.message, reason, cause))

  /** It does not leave, so no record of it stays. */
  const refuse = (now: number, entry: Entry, result: Outcome) => {
    if (entry.sequence > 0) store?.remove(now, entry.sequence)
    settle(entry, result)
  }

  /** Gives the identifier back, and the place in the window if it holds one of this link. */
  const giveBack = (entry: Entry) => {
    ids.release(entry.id)
    if (entry.writtenAt !== undefined && quota < window) quota++
    entry.writtenAt = undefined
  }

  /** The exchange is over: it settles when its record is gone for good. */
  const conclude = (now: number, entry: Entry, result: Outcome) => {
    if (!published.delete(entry)) released.delete(entry)
    if (store === undefined) {
      giveBack(entry)
      return settle(entry, result)
    }
    concluding.set(entry, result)
    store.remove(now, entry.sequence, (at) => {
      concluding.delete(entry)
      giveBack(entry)
      settle(entry, result)
      flush(at)
    })
  }

  const occupy = (entry: Entry, now: number) => {
    if (entry.writtenAt === undefined) quota--
    entry.writtenAt = now
  }

  const writePublish = (now: number, entry: Entry) => {
    const problem = output.write(toPacket(entry.message, entry.id, entry.isWritten))
    if (problem === undefined) {
      entry.isWritten = true
      occupy(entry, now)
    } else conclude(now, entry, unsendable(entry.message, problem))
  }

  const writePubRel = (now: number, entry: Entry) => {
    output.write({ _tag: "PubRel", packetId: entry.id })
    // The exchange keeps its place in the window until PUBCOMP. A server that says PUBREC again and again
    // does not put off the time at which it has to be over.
    if (entry.writtenAt === undefined) occupy(entry, now)
  }

  /** Writes the PUBLISH once its record is durable [5 §4.1]; its place in the window is taken before. */
  const storeFirst = (now: number, entry: Entry, outgoing: OutgoingStore, negotiated: Negotiated) => {
    const { id, message } = entry
    const sequence = entry.sequence === 0 ? outgoing.nextSequence() : entry.sequence
    const stored = (at: number) => {
      storing--
      if (published.get(id) === entry) {
        entry.isStored = true
        // Without a place on this link it is among those to be resent.
        if (entry.writtenAt !== undefined) writePublish(at, entry)
      }
      flush(at)
    }
    const failed = (at: number, error: StoreError) => {
      storing--
      if (published.get(id) === entry) {
        published.delete(entry)
        giveBack(entry)
        refuse(at, entry, failure(entry.message, "StoreError", error))
      }
      flush(at)
    }
    const problem = outgoing.put(now, { id, message, sequence }, negotiated.maximumPacketBytes, stored, failed)
    if (problem !== undefined) {
      ids.release(id)
      return refuse(now, entry, unsendable(entry.message, problem))
    }
    entry.sequence = sequence
    storing++
    entry.isStored = false
    published.add(entry)
    occupy(entry, now)
  }

  /** QoS 0 leaves nothing behind: no entry is needed for it. */
  const writeAtOnce = (message: Outgoing, negotiated: Negotiated): Outcome => {
    if (message.retain && !negotiated.retainAvailable) return failure(message, "NotSupported")
    const problem = output.write(toPacket(message, 0, false))
    return problem === undefined ? succeeded : unsendable(message, problem)
  }

  const send = (now: number, entry: Entry, negotiated: Negotiated) => {
    const { message } = entry
    if (message.qos > negotiated.maximumQoS || (message.retain && !negotiated.retainAvailable)) {
      return refuse(now, entry, failure(entry.message, "NotSupported"))
    }
    if (message.qos === 0) return settle(entry, writeAtOnce(message, negotiated))
    entry.id = ids.allocate()
    entry.state = "Published"
    if (store !== undefined) return storeFirst(now, entry, store, negotiated)
    const problem = output.write(toPacket(message, entry.id, false))
    if (problem !== undefined) {
      ids.release(entry.id)
      return settle(entry, unsendable(entry.message, problem))
    }
    entry.isWritten = true
    published.add(entry)
    occupy(entry, now)
  }

  const resend = (now: number) => {
    while (nextResend < resends.length && quota > 0 && output.bytes() < burstBytes) {
      const entry = resends[nextResend]
      const isOpen = published.get(entry.id) === entry && entry.writtenAt === undefined
      if (isOpen && !entry.isStored) return
      nextResend++
      if (isOpen) writePublish(now, entry)
    }
  }

  /** Whether the message would be sent now, were it the next one. */
  const hasRoom = ({ qos }: Outgoing) =>
    // What waits for the store was submitted before.
    qos === 0 ? storing === 0 : quota > 0 && ids.inUse() < 65535 - reservedIds

  /** Whether nothing has to happen first. */
  const isNext = () => queue.count() === 0 && nextResend === resends.length && !isHeld

  const admit = admissions.make(
    queue,
    limits,
    (now, entry, reason) => refuse(now, entry, failure(entry.message, reason))
  )

  /** What it has waited is taken off its expiry [5 §3.3.2.3.3]. */
  const sendAged = (now: number, entry: Entry, negotiated: Negotiated) => {
    const left = entry.secondsLeft(now)
    if (left === undefined) return send(now, entry, negotiated)
    if (left <= 0) return refuse(now, entry, failure(entry.message, "Expired"))
    entry.age(now, left)
    send(now, entry, negotiated)
  }

  const flush = (now: number) => {
    resend(now)
    // Nothing new overtakes what the session still owes. Settling may call back into the session,
    // so each step looks at everything anew.
    while (link !== undefined && nextResend === resends.length && !isHeld && output.bytes() < burstBytes) {
      const entry = queue.first()
      if (entry === undefined) return
      if (!hasRoom(entry.message)) return
      queue.shift()
      sendAged(now, entry, link)
    }
  }

  const isKept = ({ message }: Entry) =>
    limits.queueRetention === "keepAll" || (limits.queueRetention === "failQos0" && message.qos > 0)

  const release = (now: number, entry: Entry) => {
    if (entry.state === "Published") {
      entry.state = "Released"
      entry.dropPayload()
      published.delete(entry)
      released.add(entry)
      occupy(entry, now)
      if (store !== undefined) {
        entry.isStored = false
        store.release(now, entry, (at) => {
          entry.isStored = true
          if (released.get(entry.id) === entry && link !== undefined) writePubRel(at, entry)
        })
      }
    }
    if (entry.isStored) writePubRel(now, entry)
  }

  const withdraw = (now: number, entry: Entry) => {
    if (entry.sequence > 0) store?.remove(now, entry.sequence)
    entry.state = "Done"
    entry.dropPayload()
    queue.withdraw(entry)
  }

  for (const { id, message, sequence, state } of store?.restored ?? []) {
    const entry = new Entry(message, unattended, withdraw)
    Object.assign(entry, { state, id, sequence, isWritten: state !== "Queued" })
    if (state === "Queued") queue.push(entry)
    else {
      ids.claim(id)
      if (state === "Published") published.add(entry)
      else released.add(entry)
    }
  }

  return {
    publish: (now, message, onSettled) => {
      const negotiated = isNext() && hasRoom(message) ? link : undefined
      if (negotiated !== undefined && message.qos === 0) {
        const result = writeAtOnce(message, negotiated)
        count(result)
        onSettled(result)
        return settledPublication
      }
      // At QoS 0 it has to wait: its payload is the caller's.
      const entry = new Entry(message.qos === 0 ? ownPayload(message) : message, onSettled, withdraw)
      if (negotiated !== undefined) {
        send(now, entry, negotiated)
        return entry
      }
      entry.submittedAt = now
      // With a link, the callers that wait for their answer are the bound.
      if (link === undefined && !admit(now, entry)) fail(entry, "QueueFull")
      else {
        queue.push(entry)
        flush(now)
      }
      return entry
    },
    resume: (now, negotiated, hold) => {
      link = negotiated
      isHeld = hold
      window = Math.min(negotiated.receiveMaximum, limits.inFlight)
      quota = window
      for (const entry of released.values()) {
        if (entry.isStored) writePubRel(now, entry)
        else occupy(entry, now)
      }
      resends = published.values()
      nextResend = 0
      resend(now)
    },
    flush,
    letGo: (now) => {
      if (!isHeld) return
      isHeld = false
      flush(now)
    },
    sessionLost: (now) => {
      const lost = published.values()
      const owned = released.values()
      const queued = queue.drain()
      published.clear()
      released.clear()
      // A second copy could duplicate what QoS 2 promises to deliver once.
      const again = lost.filter((entry) => entry.message.qos === 1 || !entry.isWritten)
      for (const entry of again) {
        giveBack(entry)
        entry.id = 0
        entry.state = "Queued"
        if (entry.isWritten) entry.submittedAt = undefined
        entry.isWritten = false
        if (entry.sequence > 0) store?.requeue(now, entry)
      }
      for (const entry of [...again, ...queued]) queue.push(entry)
      for (const entry of owned) conclude(now, entry, succeeded)
      for (const entry of lost) {
        if (entry.state === "Published") conclude(now, entry, failure(entry.message, "SessionLost"))
      }
    },
    linkLost: (now) => {
      if (link === undefined) return
      link = undefined
      resends = []
      nextResend = 0
      for (const entry of published.values()) entry.writtenAt = undefined
      for (const entry of released.values()) entry.writtenAt = undefined
      for (const entry of concluding.keys()) entry.writtenAt = undefined
      const queued = queue.drain()
      const failed: Array<Entry> = []
      for (const entry of queued) {
        if (isKept(entry)) queue.push(entry)
        else failed.push(entry)
      }
      // What is the session's goes on without its caller.
      const left = limits.queueRetention === "failAll" ? [...published.values(), ...released.values()] : []
      for (const entry of failed) refuse(now, entry, failure(entry.message, "Disconnected"))
      for (const entry of left) entry.leave(failure(entry.message, "Disconnected"))
    },
    acknowledge: (now, packet) => {
      const entry = published.get(packet.packetId) ?? released.get(packet.packetId)
      if (entry === undefined || !entry.isWritten) return "unknown"
      if ((packet._tag === "PubAck") !== (entry.message.qos === 1)) return "wrong"
      if (packet._tag === "PubComp" && !(entry.state === "Released" && entry.isStored)) return "wrong"
      const reasonCode = packet.reasonCode ?? 0
      if (entry.state === "Published" && entry.writtenAt !== undefined) {
        traffic.roundTrips++
        traffic.roundTripMillis += now - entry.writtenAt
      }
      if (packet._tag === "PubRec" && reasonCode < 0x80) release(now, entry)
      else conclude(now, entry, packet._tag === "PubComp" ? succeeded : resultOf(entry.message.topic, packet))
      flush(now)
      return "ok"
    },
    oldestWrite: () => {
      // Both are in the order in which this link wrote them.
      const one = published.first?.writtenAt
      const other = released.first?.writtenAt
      return one === undefined || (other !== undefined && other < one) ? other : one
    },
    failAll: (toError) => {
      const entries = [...released.values(), ...published.values(), ...queue.drain()]
      const over = [...concluding]
      published.clear()
      released.clear()
      concluding.clear()
      for (const [entry, result] of over) settle(entry, result)
      for (const entry of entries) settle(entry, Either.left(toError(entry.message.topic)))
    },
    isIdle: () => published.size === 0 && released.size === 0 && queue.count() === 0 && concluding.size === 0,
    inFlight: () => published.size + released.size,
    queued: queue.count
  }
}
