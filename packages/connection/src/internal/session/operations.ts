/**
 * SUBSCRIBE and UNSUBSCRIBE that wait for their acknowledgement [5 §3.8.4, §3.10.4]. They belong to
 * one link: when it drops, nobody knows whether the server has seen them.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import type { Output } from "./output.ts"
import type { PacketIds } from "./packetIds.ts"
import type { SubscriptionStore } from "./subscriptionStore.ts"

/**
 * - `Answered`: one reason code per filter, in their order, and what the server says about them.
 * - `Invalid`: the packet cannot be sent; nothing was.
 * - `LinkLost`: the server may or may not have seen it.
 */
export type OperationOutcome =
  | {
    readonly _tag: "Answered"
    readonly reasonCodes: ReadonlyArray<number>
    readonly reasonString?: string | undefined
  }
  | { readonly _tag: "Invalid"; readonly cause: CodecError.CodecError }
  | { readonly _tag: "LinkLost" }

type Request = Omit<Packet.Subscribe, "packetId"> | Omit<Packet.Unsubscribe, "packetId">

export type SettleOperation = (outcome: OperationOutcome) => void

const allIds = 65_535

interface Waiting {
  readonly packet: Request
  readonly settle: SettleOperation
}

interface Operation {
  readonly packet: Request
  readonly settle: SettleOperation
  readonly writtenAt: number
}

export interface Operations {
  readonly start: (now: number, packet: Request, settle: SettleOperation) => void
  /** Applies SUBACK or UNSUBACK. */
  readonly acknowledge: (now: number, packet: Packet.SubAck | Packet.UnsubAck) => "ok" | "unknown" | "wrong"
  /** An identifier may have become free: writes those that wait for one. */
  readonly flush: (now: number) => void
  readonly oldestWrite: () => number | undefined
  readonly linkLost: () => void
  readonly isIdle: () => boolean
}

/** `store` is absent while the session is kept in memory. */
export const make = (output: Output, ids: PacketIds, store: SubscriptionStore | undefined): Operations => {
  const pending = new Map<number, Operation>()
  /** Those that wait for the store, on this link. */
  let storing = new Set<SettleOperation>()
  /** Those that wait for a free packet identifier, on this link. */
  let waiting = new Set<Waiting>()

  const write = (now: number, packet: Request, settle: SettleOperation) => {
    const packetId = ids.allocate()
    if (packetId === 0) {
      waiting.add({ packet, settle })
      return
    }
    const cause = output.write({ ...packet, packetId })
    if (cause !== undefined) {
      ids.release(packetId)
      return settle({ _tag: "Invalid", cause })
    }
    pending.set(packetId, { packet, settle, writtenAt: now })
  }

  /** Writes those that wait, as far as there are identifiers. */
  const flush = (now: number) => {
    for (const request of waiting) {
      if (ids.inUse() === allIds) return
      waiting.delete(request)
      write(now, request.packet, request.settle)
    }
  }

  return {
    flush,
    start: (now, packet, settle) => {
      if (store === undefined) return write(now, packet, settle)
      const waiting = storing
      waiting.add(settle)
      store.before(now, packet, (at) => {
        // A lost link has settled it.
        if (waiting.delete(settle)) write(at, packet, settle)
      })
    },
    acknowledge: (now, packet) => {
      const operation = pending.get(packet.packetId)
      if (operation === undefined) return "unknown"
      const request = operation.packet
      const filters = request._tag === "Subscribe" ? request.subscriptions.length : request.filters.length
      // A 3.1.1 UNSUBACK carries no codes: it always means success.
      const reasonCodes = packet.reasonCodes ?? Array.from({ length: filters }, () => 0)
      const answer = request._tag === "Subscribe" ? "SubAck" : "UnsubAck"
      if (answer !== packet._tag || reasonCodes.length !== filters) return "wrong"
      pending.delete(packet.packetId)
      ids.release(packet.packetId)
      store?.answered(now, request, reasonCodes)
      const reasonString = packet.properties?.reasonString
      operation.settle({ _tag: "Answered", reasonCodes, ...(reasonString === undefined ? {} : { reasonString }) })
      flush(now)
      return "ok"
    },
    oldestWrite: () => {
      for (const operation of pending.values()) return operation.writtenAt
      return undefined
    },
    linkLost: () => {
      const operations = [...pending]
      const unwritten = storing
      const unsent = waiting
      pending.clear()
      storing = new Set()
      waiting = new Set()
      for (const [id, operation] of operations) {
        ids.release(id)
        operation.settle({ _tag: "LinkLost" })
      }
      for (const { settle } of unsent) settle({ _tag: "LinkLost" })
      for (const settle of [...unwritten]) if (unwritten.delete(settle)) settle({ _tag: "LinkLost" })
    },
    isIdle: () => pending.size === 0 && storing.size === 0 && waiting.size === 0
  }
}
