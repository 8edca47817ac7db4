import * as Encoder from "@effect-mqtt/codec/Encoder"
import type * as Packet from "@effect-mqtt/codec/Packet"
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"
import { Aliases } from "./aliases.ts"

/** Encoded packets of one connection that wait for the next write. */
export class Outbox {
  version: ProtocolVersion = 4
  /** The client's Maximum Packet Size. */
  maxPacketBytes: number | undefined
  /** Within the client's Topic Alias Maximum [MQTT-3.1.2-26, -27]. */
  aliases = new Aliases(0)
  private output = Encoder.makeOutput()
  private readonly wake: () => void
  private readonly isLost: (packet: Packet.Packet) => boolean

  /** `wake` is called when there is something to write; a packet for which `isLost` holds is sent to nowhere. */
  constructor(wake: () => void, isLost: (packet: Packet.Packet) => boolean) {
    this.wake = wake
    this.isLost = isLost
  }

  /** Encoded bytes that wait. */
  get bytes(): number {
    return this.output.pendingBytes
  }

  /** False for a packet that the client does not take: it is left out silently [MQTT-3.1.2-24, -25]. */
  send(packet: Packet.Packet): boolean {
    return this.isLost(packet) || this.encode(packet)
  }

  /** Sends with a topic alias where the client takes them. A resent message tells its whole topic. */
  publish(packet: Packet.Publish): boolean {
    if (this.isLost(packet)) return true
    const aliased = packet.dup ? undefined : this.aliases.apply(packet)
    if (aliased === undefined || !this.encode(aliased.packet)) return this.encode(packet)
    aliased.commit()
    return true
  }

  /** The pieces are never released for reuse: a completed write may still be on its way through the platform. */
  take(): ReadonlyArray<Uint8Array> {
    return this.output.take()
  }

  clear(): void {
    this.output = Encoder.makeOutput()
  }

  private encode(packet: Packet.Packet): boolean {
    const wasEmpty = this.output.pendingBytes === 0
    const { maxPacketBytes } = this
    if (Encoder.encodeInto(this.output, packet, this.version, { maxPacketBytes }) !== undefined) return false
    if (wasEmpty) this.wake()
    return true
  }
}
