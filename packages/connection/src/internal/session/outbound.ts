/**
 * Publishes on their way out [5 §4.3, §4.4, §4.9]: a queue in front of a window of unacknowledged
 * QoS 1 and 2 exchanges.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Either from "effect/Either"
import type { PublishResult } from "../../Message.ts"
import { PublishError } from "../../MqttError.ts"
import type { Negotiated } from "../../Negotiated.ts"
import type { Output } from "./output.ts"
import type { PacketIds } from "./packetIds.ts"
import type { Queued } from "./sendQueue.ts"
import * as sendQueue from "./sendQueue.ts"

/** A publish without its packet identifier, which it gets when it is written. */
export type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

export type SettlePublish = (result: Either.Either<PublishResult, PublishError>) => void

export interface Limits {
  readonly queueMessages: number
  readonly queueBytes: number
  readonly inFlight: number
}

type State =
  | "Queued"
  /** PUBLISH is written or has to be resent, nothing acknowledged it. */
  | "Published"
  /** QoS 2: the server owns the message, PUBREL has taken the place of PUBLISH. */
  | "Released"
  | "Done"

interface Entry extends Queued {
  message: Outgoing
  settle: SettlePublish
  state: State
  /** 0 until the message is written. */
  id: number
  /** When it was written on this link, where it holds a place in the window; else undefined. */
  writtenAt: number | undefined
}

export interface Outbound {
  /** Sends or queues the message; the returned function ends the caller's wait. */
  readonly publish: (now: number, message: Outgoing, settle: SettlePublish) => () => void
  /** The link is ready: resend what the session holds. */
  readonly resume: (now: number, negotiated: Negotiated) => void
  /** Sends what waits, as far as the window allows. */
  readonly flush: (now: number) => void
  /** The server kept nothing: what was in flight is sent as new or fails, by what is known of it. */
  readonly sessionLost: () => void
  readonly linkLost: () => void
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
}

/** Identifiers kept free, so that publishes cannot starve SUBSCRIBE and UNSUBSCRIBE. */
const reservedIds = 16
const noPayload = new Uint8Array(0)
const succeeded = Either.right<PublishResult>({ reasonCode: 0 })

export const make = (output: Output, ids: PacketIds, limits: Limits): Outbound => {
  const queue = sendQueue.make<Entry>()
  /** PUBLISHes without acknowledgement, in the order of their first write [MQTT-4.6.0-1]. */
  const published = new Map<number, Entry>()
  /** PUBRELs without acknowledgement, in the order of the PUBRECs [MQTT-4.6.0-4]. */
  const released = new Map<number, Entry>()
  /** PUBLISHes that this link has not resent yet. */
  let resends: ReadonlyArray<Entry> = []
  let nextResend = 0
  let link: Negotiated | undefined
  let window = 0
  /** Places left in the window; negative while resent PUBRELs alone exceed it. */
  let quota = 0

  const settle = (entry: Entry, result: Either.Either<PublishResult, PublishError>) => {
    if (entry.state === "Done") return
    entry.state = "Done"
    entry.settle(result)
  }

  const fail = (entry: Entry, reason: PublishError["reason"], cause?: unknown) =>
    settle(entry, Either.left(new PublishError({ reason, topic: entry.message.topic, cause })))

  const unsendable = (entry: Entry, problem: CodecError.CodecError) =>
    fail(entry, problem._tag === "PacketTooLarge" ? "PacketTooLarge" : "InvalidMessage", problem)

  /** Ends the exchange; only one that was written on this link gives a place in the window back. */
  const forget = (entry: Entry) => {
    published.delete(entry.id)
    released.delete(entry.id)
    ids.release(entry.id)
    if (entry.writtenAt !== undefined && quota < window) quota++
    entry.writtenAt = undefined
  }

  const occupy = (entry: Entry, now: number) => {
    if (entry.writtenAt === undefined) quota--
    entry.writtenAt = now
  }

  const send = (now: number, entry: Entry, negotiated: Negotiated) => {
    const { message } = entry
    if (message.qos > negotiated.maximumQoS || (message.retain && !negotiated.retainAvailable)) {
      return fail(entry, "NotSupported")
    }
    if (message.qos === 0) {
      const problem = output.write({ ...message, dup: false })
      return problem === undefined ? settle(entry, succeeded) : unsendable(entry, problem)
    }
    const id = ids.allocate()
    const problem = output.write({ ...message, dup: false, packetId: id })
    if (problem !== undefined) {
      ids.release(id)
      return unsendable(entry, problem)
    }
    entry.id = id
    entry.state = "Published"
    published.set(id, entry)
    occupy(entry, now)
  }

  const resend = (now: number) => {
    while (nextResend < resends.length && quota > 0) {
      const entry = resends[nextResend++]
      if (published.get(entry.id) !== entry || entry.writtenAt !== undefined) continue
      const problem = output.write({ ...entry.message, dup: true, packetId: entry.id })
      if (problem === undefined) occupy(entry, now)
      else {
        forget(entry)
        unsendable(entry, problem)
      }
    }
  }

  const flush = (now: number) => {
    resend(now)
    // Nothing new overtakes what the session still owes. Settling may call back into the session,
    // so each step looks at everything anew.
    while (link !== undefined && nextResend === resends.length) {
      const entry = queue.first()
      if (entry === undefined) return
      if (entry.message.qos > 0 && (quota <= 0 || ids.inUse() >= 65535 - reservedIds)) return
      queue.shift()
      send(now, entry, link)
    }
  }

  const release = (now: number, entry: Entry) => {
    if (entry.state === "Published") {
      entry.state = "Released"
      entry.message = { ...entry.message, payload: noPayload }
      published.delete(entry.id)
      released.set(entry.id, entry)
      // The exchange keeps its place in the window until PUBCOMP.
      occupy(entry, now)
    }
    output.write({ _tag: "PubRel", packetId: entry.id })
  }

  return {
    publish: (now, message, onSettled) => {
      const entry: Entry = {
        message,
        settle: onSettled,
        state: "Queued",
        id: 0,
        size: message.payload.length + message.topic.length,
        withdrawn: false,
        writtenAt: undefined
      }
      const full = queue.count() >= limits.queueMessages || queue.bytes() + entry.size > limits.queueBytes
      // With a link, the callers that wait for their answer are the bound.
      if (link === undefined && full) fail(entry, "QueueFull")
      else {
        queue.push(entry)
        flush(now)
      }
      return () => {
        // Written, it is the session's: the exchange goes on without its caller.
        entry.settle = ignore
        if (entry.state !== "Queued") return
        entry.state = "Done"
        entry.message = { ...entry.message, payload: noPayload }
        queue.withdraw(entry)
      }
    },
    resume: (now, negotiated) => {
      link = negotiated
      window = Math.min(negotiated.receiveMaximum, limits.inFlight)
      quota = window
      for (const entry of released.values()) {
        output.write({ _tag: "PubRel", packetId: entry.id })
        occupy(entry, now)
      }
      resends = [...published.values()]
      nextResend = 0
      resend(now)
    },
    flush,
    sessionLost: () => {
      const lost = [...published.values()]
      const owned = [...released.values()]
      const queued = queue.drain()
      for (const entry of [...lost, ...owned]) forget(entry)
      // A second copy could duplicate what QoS 2 promises to deliver once.
      const again = lost.filter((entry) => entry.message.qos === 1)
      for (const entry of again) entry.state = "Queued"
      for (const entry of [...again, ...queued]) queue.push(entry)
      for (const entry of owned) settle(entry, succeeded)
      for (const entry of lost) if (entry.message.qos === 2) fail(entry, "SessionLost")
    },
    linkLost: () => {
      if (link === undefined) return
      link = undefined
      resends = []
      nextResend = 0
      for (const entry of published.values()) entry.writtenAt = undefined
      for (const entry of released.values()) entry.writtenAt = undefined
      const queued = queue.drain()
      for (const entry of queued) if (entry.message.qos > 0) queue.push(entry)
      for (const entry of queued) if (entry.message.qos === 0) fail(entry, "Disconnected")
    },
    acknowledge: (now, packet) => {
      const entry = published.get(packet.packetId) ?? released.get(packet.packetId)
      if (entry === undefined) return "unknown"
      if ((packet._tag === "PubAck") !== (entry.message.qos === 1)) return "wrong"
      if (packet._tag === "PubComp" && entry.state !== "Released") return "wrong"
      const reasonCode = packet.reasonCode ?? 0
      if (packet._tag === "PubRec" && reasonCode < 0x80) release(now, entry)
      else {
        forget(entry)
        settle(entry, packet._tag === "PubComp" ? succeeded : resultOf(entry.message.topic, packet))
      }
      flush(now)
      return "ok"
    },
    oldestWrite: () => {
      // Both are in the order in which this link wrote them.
      for (const first of published.values()) {
        for (const other of released.values()) return earlier(first.writtenAt, other.writtenAt)
        return first.writtenAt
      }
      for (const first of released.values()) return first.writtenAt
      return undefined
    },
    failAll: (toError) => {
      const entries = [...released.values(), ...published.values(), ...queue.drain()]
      published.clear()
      released.clear()
      for (const entry of entries) settle(entry, Either.left(toError(entry.message.topic)))
    },
    isIdle: () => published.size === 0 && released.size === 0 && queue.count() === 0,
    inFlight: () => published.size + released.size
  }
}

const ignore = () => {}

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one

const resultOf = (
  topic: string,
  { properties, reasonCode = 0 }: Packet.PubAck | Packet.PubRec
): Either.Either<PublishResult, PublishError> => {
  if (reasonCode === 0) return succeeded
  if (reasonCode < 0x80) return Either.right({ reasonCode })
  const reasonString = properties?.reasonString
  return Either.left(new PublishError({ reason: "PublishRejected", topic, reasonCode, reasonString }))
}
