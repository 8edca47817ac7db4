/**
 * SUBSCRIBE and UNSUBSCRIBE that wait for their acknowledgement [5 §3.8.4, §3.10.4]. They belong to
 * one link: when it drops, nobody knows whether the server has seen them.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import type { Output } from "./output.ts"
import type { PacketIds } from "./packetIds.ts"

/**
 * - `Answered`: one reason code per filter, in their order.
 * - `Invalid`: the packet cannot be sent; nothing was.
 * - `LinkLost`: the server may or may not have seen it.
 */
export type OperationOutcome =
  | { readonly _tag: "Answered"; readonly reasonCodes: ReadonlyArray<number> }
  | { readonly _tag: "Invalid"; readonly cause: CodecError.CodecError }
  | { readonly _tag: "LinkLost" }

export type SettleOperation = (outcome: OperationOutcome) => void

interface Operation {
  readonly answer: "SubAck" | "UnsubAck"
  readonly filters: number
  readonly settle: SettleOperation
  readonly writtenAt: number
}

export interface Operations {
  readonly start: (
    now: number,
    packet: Omit<Packet.Subscribe, "packetId"> | Omit<Packet.Unsubscribe, "packetId">,
    settle: SettleOperation
  ) => void
  /** Applies SUBACK or UNSUBACK. */
  readonly acknowledge: (packet: Packet.SubAck | Packet.UnsubAck) => "ok" | "unknown" | "wrong"
  readonly oldestWrite: () => number | undefined
  readonly linkLost: () => void
  readonly isIdle: () => boolean
}

export const make = (output: Output, ids: PacketIds): Operations => {
  const pending = new Map<number, Operation>()
  return {
    start: (now, packet, settle) => {
      const packetId = ids.allocate()
      const cause = output.write({ ...packet, packetId })
      if (cause !== undefined) {
        ids.release(packetId)
        return settle({ _tag: "Invalid", cause })
      }
      const subscribe = packet._tag === "Subscribe"
      pending.set(packetId, {
        answer: subscribe ? "SubAck" : "UnsubAck",
        filters: subscribe ? packet.subscriptions.length : packet.filters.length,
        settle,
        writtenAt: now
      })
    },
    acknowledge: (packet) => {
      const operation = pending.get(packet.packetId)
      if (operation === undefined) return "unknown"
      // A 3.1.1 UNSUBACK carries no codes: it always means success.
      const reasonCodes = packet.reasonCodes ?? Array.from({ length: operation.filters }, () => 0)
      if (operation.answer !== packet._tag || reasonCodes.length !== operation.filters) return "wrong"
      pending.delete(packet.packetId)
      ids.release(packet.packetId)
      operation.settle({ _tag: "Answered", reasonCodes })
      return "ok"
    },
    oldestWrite: () => {
      for (const operation of pending.values()) return operation.writtenAt
      return undefined
    },
    linkLost: () => {
      const operations = [...pending]
      pending.clear()
      for (const [id, operation] of operations) {
        ids.release(id)
        operation.settle({ _tag: "LinkLost" })
      }
    },
    isIdle: () => pending.size === 0
  }
}
