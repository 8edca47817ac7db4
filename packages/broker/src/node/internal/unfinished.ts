import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Effect from "effect/Effect"
import type { Duplex } from "node:stream"

/**
 * What the sockets of a listener have sent of WebSocket messages that are not complete. Each message may be long, and
 * nobody else knows of it before it is complete, so that many of them together need a bound of their own.
 */
export class Unfinished {
  private readonly bytesOf = new Map<Duplex, number>()
  private bytes = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** The same wire, with what arrives for it counted until it is read. */
  watch(socket: Duplex, wire: Wire): Wire {
    const settle = () => {
      this.bytes -= this.bytesOf.get(socket) ?? 0
      this.bytesOf.delete(socket)
    }
    socket.on("data", (chunk: Uint8Array) => {
      this.bytes += chunk.length
      this.bytesOf.set(socket, (this.bytesOf.get(socket) ?? 0) + chunk.length)
      if (this.bytes > this.maxBytes) this.greediest()?.destroy()
    })
    socket.once("close", settle)
    return { ...wire, read: Effect.tap(wire.read, () => Effect.sync(settle)) }
  }

  private greediest(): Duplex | undefined {
    let found: Duplex | undefined
    let most = 0
    for (const [socket, bytes] of this.bytesOf) {
      if (bytes <= most || socket.destroyed) continue
      found = socket
      most = bytes
    }
    return found
  }
}
