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

/** A publish without its packet identifier, which it gets when it is written. */
export type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

export type SettlePublish = (result: Either.Either<PublishResult, PublishError>) => void

export interface Limits {
  readonly queueMessages: number
  readonly queueBytes: number
  readonly inFlight: number
}

interface Entry {
  message: Outgoing
  /** Undefined once the caller knows, or does not want to know any more. */
  settle: SettlePublish | undefined
  /** 0 until the message is written. */
  id: number
  /** QoS 2: the server owns the message, PUBREL has taken the place of PUBLISH. */
  released: boolean
  writtenAt: number
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
  let queue: Array<Entry> = []
  let head = 0
  let queuedBytes = 0
  /** Unacknowledged exchanges: PUBLISHes in the order of their first write, PUBRELs behind them in the order of the PUBRECs. */
  const exchanges = new Map<number, Entry>()
  /** Exchanges that this link has not resent yet. */
  let resends: Array<Entry> = []
  let link: Negotiated | undefined
  let window = 0
  let quota = 0

  const settle = (entry: Entry, result: Either.Either<PublishResult, PublishError>) => {
    const call = entry.settle
    entry.settle = undefined
    call?.(result)
  }

  const fail = (entry: Entry, reason: PublishError["reason"], cause?: unknown) =>
    settle(entry, Either.left(new PublishError({ reason, topic: entry.message.topic, cause })))

  const finish = (entry: Entry, result: Either.Either<PublishResult, PublishError>) => {
    exchanges.delete(entry.id)
    ids.release(entry.id)
    if (quota < window) quota++
    settle(entry, result)
  }

  const writeExchange = (now: number, entry: Entry, dup: boolean): CodecError.CodecError | undefined => {
    const problem = entry.released
      ? output.write({ _tag: "PubRel", packetId: entry.id })
      : output.write({ ...entry.message, dup, packetId: entry.id })
    if (problem !== undefined) return problem
    exchanges.delete(entry.id)
    exchanges.set(entry.id, entry)
    entry.writtenAt = now
    quota--
    return undefined
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
    entry.id = ids.allocate()
    const problem = writeExchange(now, entry, false)
    if (problem === undefined) return
    ids.release(entry.id)
    unsendable(entry, problem)
  }

  const unsendable = (entry: Entry, problem: CodecError.CodecError) =>
    fail(entry, problem._tag === "PacketTooLarge" ? "PacketTooLarge" : "InvalidMessage", problem)

  const resend = (now: number) => {
    while (resends.length > 0 && (resends[0].released || quota > 0)) {
      const entry = resends[0]
      resends.shift()
      if (exchanges.get(entry.id) !== entry) continue
      const problem = writeExchange(now, entry, true)
      if (problem === undefined) continue
      exchanges.delete(entry.id)
      ids.release(entry.id)
      unsendable(entry, problem)
    }
  }

  const flush = (now: number) => {
    if (link === undefined) return
    resend(now)
    // Nothing new overtakes what the session still owes.
    if (resends.length > 0) return
    while (head < queue.length) {
      const entry = queue[head]
      // A caller that stopped waiting before its message was written has withdrawn it.
      if (entry.settle !== undefined) {
        if (entry.message.qos > 0 && (quota <= 0 || ids.inUse() >= 65535 - reservedIds)) return
        send(now, entry, link)
      }
      queuedBytes -= sizeOf(entry)
      head++
    }
    queue = []
    head = 0
  }

  const waiting = () => queue.slice(head)

  return {
    publish: (now, message, onSettled) => {
      const entry: Entry = { message, settle: onSettled, id: 0, released: false, writtenAt: 0 }
      if (
        link === undefined &&
        (queue.length - head >= limits.queueMessages || queuedBytes + sizeOf(entry) > limits.queueBytes)
      ) {
        fail(entry, "QueueFull")
      } else {
        queue.push(entry)
        queuedBytes += sizeOf(entry)
        flush(now)
      }
      return () => {
        entry.settle = undefined
      }
    },
    resume: (now, negotiated) => {
      link = negotiated
      window = Math.min(negotiated.receiveMaximum, limits.inFlight)
      quota = window
      const held = [...exchanges.values()]
      for (const entry of held) entry.writtenAt = now
      resends = [...held.filter((entry) => entry.released), ...held.filter((entry) => !entry.released)]
      resend(now)
    },
    flush,
    sessionLost: () => {
      const again: Array<Entry> = []
      for (const entry of [...exchanges.values()]) {
        exchanges.delete(entry.id)
        ids.release(entry.id)
        if (entry.released) settle(entry, succeeded)
        // A second copy could duplicate what QoS 2 promises to deliver once.
        else if (entry.message.qos === 2) fail(entry, "SessionLost")
        else if (entry.settle !== undefined) {
          entry.id = 0
          queuedBytes += sizeOf(entry)
          again.push(entry)
        }
      }
      queue = [...again, ...waiting()]
      head = 0
    },
    linkLost: () => {
      if (link === undefined) return
      link = undefined
      resends = []
      const kept: Array<Entry> = []
      for (const entry of waiting()) {
        if (entry.message.qos > 0) kept.push(entry)
        else {
          queuedBytes -= sizeOf(entry)
          fail(entry, "Disconnected")
        }
      }
      queue = kept
      head = 0
    },
    acknowledge: (now, packet) => {
      const entry = exchanges.get(packet.packetId)
      if (entry === undefined) return "unknown"
      if ((packet._tag === "PubAck") !== (entry.message.qos === 1)) return "wrong"
      if (packet._tag === "PubComp" && !entry.released) return "wrong"
      const reasonCode = packet.reasonCode ?? 0
      if (packet._tag === "PubComp") finish(entry, succeeded)
      else if (reasonCode >= 0x80) {
        finish(
          entry,
          Either.left(
            new PublishError({
              reason: "PublishRejected",
              topic: entry.message.topic,
              reasonCode,
              reasonString: packet.properties?.reasonString
            })
          )
        )
      } else if (packet._tag === "PubAck") finish(entry, reasonCode === 0 ? succeeded : Either.right({ reasonCode }))
      else {
        // The exchange keeps its place in the window until PUBCOMP; the PUBREL takes none.
        if (!entry.released) quota++
        entry.released = true
        entry.message = { ...entry.message, payload: noPayload }
        writeExchange(now, entry, false)
      }
      flush(now)
      return "ok"
    },
    oldestWrite: () => {
      for (const entry of exchanges.values()) return entry.writtenAt
      return undefined
    },
    failAll: (toError) => {
      const entries = [...exchanges.values(), ...waiting()]
      exchanges.clear()
      queue = []
      head = 0
      queuedBytes = 0
      for (const entry of entries) settle(entry, Either.left(toError(entry.message.topic)))
    },
    isIdle: () => exchanges.size === 0 && head === queue.length,
    inFlight: () => exchanges.size
  }
}

const sizeOf = (entry: Entry) => entry.message.payload.length + entry.message.topic.length
