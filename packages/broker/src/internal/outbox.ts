import * as Encoder from "@effect-mqtt/codec/Encoder"
import type * as Packet from "@effect-mqtt/codec/Packet"
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"

/** Encoded packets of one connection that wait for the next write. */
export class Outbox {
  version: ProtocolVersion = 4
  /** The client's Maximum Packet Size. */
  maxPacketBytes: number | undefined
  private output = Encoder.makeOutput()
  private readonly wake: () => void

  constructor(wake: () => void) {
    this.wake = wake
  }

  /** Encoded bytes that wait. */
  get bytes(): number {
    return this.output.pendingBytes
  }

  /** False for a packet that the client does not take: it is left out silently [MQTT-3.1.2-24, -25]. */
  send(packet: Packet.Packet): boolean {
    const wasEmpty = this.output.pendingBytes === 0
    const { maxPacketBytes } = this
    if (Encoder.encodeInto(this.output, packet, this.version, { maxPacketBytes }) !== undefined) return false
    if (wasEmpty) this.wake()
    return true
  }

  /** The pieces are never released for reuse: a completed write may still be on its way through the platform. */
  take(): ReadonlyArray<Uint8Array> {
    return this.output.take()
  }

  clear(): void {
    this.output = Encoder.makeOutput()
  }
}
