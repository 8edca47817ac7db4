import type { PacketType } from "@effect-mqtt/codec/Packet"
import { TransportError } from "@effect-mqtt/connection/MqttError"
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ConnectRefusal } from "../AccessControl.ts"
import type { Direction, Fault } from "../Fault.ts"

interface Injected {
  readonly fault: Fault
  /** How often it may still happen. */
  left: number
  /** Of a cut: what may still pass before it. */
  bytes: number
}

/** The faults of a broker that are injected now. */
export class Faults {
  private readonly injected = new Set<Injected>()

  get isEmpty(): boolean {
    return this.injected.size === 0
  }

  /** Gives what takes it back. */
  inject(fault: Fault): () => void {
    const injected = { fault, left: fault.times ?? Infinity, bytes: fault._tag === "Cut" ? fault.afterBytes : 0 }
    if (injected.left > 0) this.injected.add(injected)
    return () => this.injected.delete(injected)
  }

  refusal(clientId: string): ConnectRefusal | undefined {
    for (const injected of this.concerning(clientId)) {
      if (injected.fault._tag !== "Refuse") continue
      this.happened(injected)
      return injected.fault.reason
    }
    return undefined
  }

  drops(direction: Direction, packet: PacketType, clientId: string | undefined): boolean {
    for (const injected of this.concerning(clientId)) {
      const { fault } = injected
      if (fault._tag !== "Drop" || fault.direction !== direction) continue
      if (fault.packet !== undefined && fault.packet !== packet) continue
      this.happened(injected)
      return true
    }
    return false
  }

  /** Milliseconds. */
  delay(direction: Direction, clientId: string | undefined): number {
    let millis = 0
    for (const injected of this.concerning(clientId)) {
      if (injected.fault._tag !== "Delay" || injected.fault.direction !== direction) continue
      millis += Duration.toMillis(injected.fault.duration)
      this.happened(injected)
    }
    return millis
  }

  /** How many of these bytes pass before the connection is cut; undefined when it is not. */
  cut(direction: Direction, bytes: number, clientId: string | undefined): number | undefined {
    let passing: number | undefined
    for (const injected of this.concerning(clientId)) {
      const { fault } = injected
      if (fault._tag !== "Cut" || fault.direction !== direction) continue
      if (bytes < injected.bytes) {
        injected.bytes -= bytes
        continue
      }
      passing = Math.min(passing ?? Infinity, injected.bytes)
      injected.bytes = fault.afterBytes
      this.happened(injected)
    }
    return passing
  }

  private *concerning(clientId: string | undefined): Iterable<Injected> {
    for (const injected of this.injected) {
      if (injected.fault.clientId === undefined || injected.fault.clientId === clientId) yield injected
    }
  }

  private happened(injected: Injected): void {
    if (--injected.left <= 0) this.injected.delete(injected)
  }
}

/** A wire on which the faults happen that concern bytes. */
export const faultyWire = (wire: Wire, faults: Faults, clientId: () => string | undefined): Wire => {
  const broken = Effect.fail(new TransportError({ reason: "Closed" }))
  let isCut = false
  const later = <A>(direction: Direction, effect: Effect.Effect<A, TransportError>) => {
    const millis = faults.delay(direction, clientId())
    return millis === 0 ? effect : Effect.delay(effect, millis)
  }
  const cut = (direction: Direction, pieces: ReadonlyArray<Uint8Array>) => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const passing = faults.cut(direction, length, clientId())
    if (passing !== undefined) isCut = true
    return passing === undefined ? pieces : first(pieces, passing)
  }
  return {
    ...wire,
    read: Effect.suspend(() => isCut ? broken : wire.read).pipe(
      Effect.flatMap((chunk) => {
        if (faults.isEmpty) return Effect.succeed(chunk)
        const [rest] = cut("fromClient", [chunk])
        return rest === undefined ? broken : later("fromClient", Effect.succeed(rest))
      })
    ),
    write: (pieces) => {
      if (faults.isEmpty) return wire.write(pieces)
      return Effect.suspend(() => {
        const rest = cut("toClient", pieces)
        const write = later("toClient", wire.write(rest))
        return isCut ? Effect.zipRight(write, broken) : write
      })
    }
  }
}

const first = (pieces: ReadonlyArray<Uint8Array>, bytes: number): ReadonlyArray<Uint8Array> => {
  const kept: Array<Uint8Array> = []
  let left = bytes
  for (const piece of pieces) {
    if (left === 0) break
    kept.push(piece.subarray(0, left))
    left -= Math.min(left, piece.length)
  }
  return kept
}
