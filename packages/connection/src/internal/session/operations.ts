/**
 * SUBSCRIBE and UNSUBSCRIBE that wait for their acknowledgement [5 §3.8.4, §3.10.4]. They belong to
 * one link: when it drops, nobody knows whether the server has seen them.
 */
import type { Packet } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import type { PacketIds } from "./identifiers/packetIds.ts"
import type { Output } from "./output.ts"
import type { SubscriptionStore } from "./storing/subscriptionStore.ts"

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

export class Operations {
  readonly #output: Output
  readonly #ids: PacketIds
  /** Absent while the session is kept in memory. */
  readonly #store: SubscriptionStore | undefined
  #pending: Map<number, Operation> | undefined = undefined
  /** Those that wait for the store, on this link. */
  #storing: Set<SettleOperation> | undefined = undefined
  /** Those that wait for a free packet identifier, on this link. */
  #waiting: Set<Waiting> | undefined = undefined

  constructor(output: Output, ids: PacketIds, store: SubscriptionStore | undefined) {
    this.#output = output
    this.#ids = ids
    this.#store = store
  }

  start(now: number, packet: Request, settle: SettleOperation): void {
    if (this.#store === undefined) return this.#write(now, packet, settle)
    const storing = this.#storing ??= new Set()
    storing.add(settle)
    this.#store.before(now, packet, (at) => {
      // A lost link has settled it.
      if (storing.delete(settle)) this.#write(at, packet, settle)
    })
  }

  /** Applies SUBACK or UNSUBACK. */
  acknowledge(now: number, packet: Packet.SubAck | Packet.UnsubAck): "ok" | "unknown" | "wrong" {
    const operation = this.#pending?.get(packet.packetId)
    if (operation === undefined) return "unknown"
    const request = operation.packet
    const filters = request._tag === "Subscribe" ? request.subscriptions.length : request.filters.length
    // A 3.1.1 UNSUBACK carries no codes: it always means success.
    const reasonCodes = packet.reasonCodes ?? Array.from({ length: filters }, () => 0)
    const answer = request._tag === "Subscribe" ? "SubAck" : "UnsubAck"
    if (answer !== packet._tag || reasonCodes.length !== filters) return "wrong"
    this.#pending?.delete(packet.packetId)
    this.#ids.release(packet.packetId)
    this.#store?.answered(now, request, reasonCodes)
    const reasonString = packet.properties?.reasonString
    operation.settle({ _tag: "Answered", reasonCodes, ...(reasonString === undefined ? {} : { reasonString }) })
    this.flush(now)
    return "ok"
  }

  /** Whether a SUBACK or UNSUBACK of this identifier is due. */
  expects(packetId: number): boolean {
    return this.#pending?.has(packetId) === true
  }

  /** An identifier may have become free: writes those that wait for one. */
  flush(now: number): void {
    if (this.#waiting === undefined) return
    for (const request of this.#waiting) {
      if (this.#ids.inUse() === allIds) return
      this.#waiting.delete(request)
      this.#write(now, request.packet, request.settle)
    }
  }

  oldestWrite(): number | undefined {
    if (this.#pending !== undefined) { for (const operation of this.#pending.values()) return operation.writtenAt }
    return undefined
  }

  linkLost(): void {
    const operations = this.#pending ?? []
    const unwritten = this.#storing
    const unsent = this.#waiting
    this.#pending = undefined
    this.#storing = undefined
    this.#waiting = undefined
    for (const [id, operation] of operations) {
      this.#ids.release(id)
      operation.settle({ _tag: "LinkLost" })
    }
    for (const { settle } of unsent ?? []) settle({ _tag: "LinkLost" })
    for (const settle of [...unwritten ?? []]) if (unwritten?.delete(settle) === true) settle({ _tag: "LinkLost" })
  }

  isIdle(): boolean {
    return (this.#pending?.size ?? 0) === 0 && (this.#storing?.size ?? 0) === 0 && (this.#waiting?.size ?? 0) === 0
  }

  #write(now: number, packet: Request, settle: SettleOperation): void {
    const packetId = this.#ids.allocate()
    if (packetId === 0) {
      this.#waiting ??= new Set()
      this.#waiting.add({ packet, settle })
      return
    }
    const problem = this.#output.write({ ...packet, packetId })
    // User properties only explain: a server that takes small packets only is asked without them.
    const cause = problem?._tag === "PacketTooLarge" && packet.properties?.userProperties !== undefined
      ? this.#output.write({ ...withoutUserProperties(packet), packetId })
      : problem
    if (cause !== undefined) {
      this.#ids.release(packetId)
      return settle({ _tag: "Invalid", cause })
    }
    this.#pending ??= new Map()
    this.#pending.set(packetId, { packet, settle, writtenAt: now })
  }
}

const withoutUserProperties = (request: Request): Request => {
  if (request._tag === "Unsubscribe") return { ...request, properties: {} }
  const { userProperties: _, ...properties } = request.properties ?? {}
  return { ...request, properties }
}
