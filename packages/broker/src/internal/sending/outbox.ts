import * as Encoder from "@effect-mqtt/codec/Encoder"
import type * as Packet from "@effect-mqtt/codec/Packet"
import type { ProtocolVersion } from "@effect-mqtt/codec/ProtocolVersion"
import type { Ledger } from "../messages/ledger.ts"
import type { Message } from "../messages/message.ts"
import { Aliases } from "./aliases.ts"

/** Bytes of an outbox that are charged, and the messages of which it has the payload itself instead of a copy. */
interface Charge {
  bytes: number
  readonly messages: Array<Message>
}

/** Encoded packets of one connection that wait for the next write. */
export class Outbox {
  version: ProtocolVersion = 4
  /** The client's Maximum Packet Size. */
  maxPacketBytes: number | undefined
  /** Within the client's Topic Alias Maximum [MQTT-3.1.2-26, -27]. */
  aliases = new Aliases(0)
  private output = Encoder.makeOutput()
  private isClosed = false
  private readonly waiting: Charge = { bytes: 0, messages: [] }
  private readonly writing: Charge = { bytes: 0, messages: [] }
  private readonly ledger: Ledger
  private readonly wake: () => void
  private readonly isLost: (packet: Packet.Packet) => boolean

  /** `wake` is called when there is something to write; a packet for which `isLost` holds is sent to nowhere. */
  constructor(ledger: Ledger, wake: () => void, isLost: (packet: Packet.Packet) => boolean) {
    this.ledger = ledger
    this.wake = wake
    this.isLost = isLost
  }

  /** Encoded bytes that wait. */
  get bytes(): number {
    return this.output.pendingBytes
  }

  /** Nothing waits, and nothing is being written. */
  get isIdle(): boolean {
    return this.output.pendingBytes === 0 && this.writing.bytes === 0
  }

  /** False for a packet that the client does not take: it is left out silently [MQTT-3.1.2-24, -25]. */
  send(packet: Packet.Packet): boolean {
    return this.isLost(packet) || this.encode(packet, undefined)
  }

  /** Sends with a topic alias where the client takes them. A resent message tells its whole topic. */
  publish(packet: Packet.Publish, message: Message): boolean {
    if (this.isLost(packet)) return true
    const aliased = packet.dup ? undefined : this.aliases.apply(packet)
    if (aliased === undefined || !this.encode(aliased.packet, message)) return this.encode(packet, message)
    aliased.commit()
    return true
  }

  /** The pieces are never released for reuse: a completed write may still be on its way through the platform. */
  take(): ReadonlyArray<Uint8Array> {
    this.writing.bytes += this.waiting.bytes
    this.writing.messages.push(...this.waiting.messages.splice(0))
    this.waiting.bytes = 0
    return this.output.take()
  }

  /** What was taken is written. */
  written(): void {
    this.free(this.writing)
  }

  /** Nothing follows what ends a link [MQTT-3.14.4-1]: not what a program has decided meanwhile either. */
  close(): void {
    this.isClosed = true
  }

  clear(): void {
    this.output = Encoder.makeOutput()
    this.free(this.waiting)
  }

  private encode(packet: Packet.Packet, message: Message | undefined): boolean {
    if (this.isClosed) return true
    const { maxPacketBytes, output, waiting } = this
    const before = output.pendingBytes
    if (Encoder.encodeInto(output, packet, this.version, { maxPacketBytes }) !== undefined) return false
    let bytes = output.pendingBytes - before
    if (message !== undefined && message.payload.length >= Encoder.defaultLargePayloadBytes) {
      bytes -= message.payload.length
      this.ledger.hold(message)
      waiting.messages.push(message)
    }
    this.ledger.add(bytes)
    waiting.bytes += bytes
    if (before === 0) this.wake()
    return true
  }

  private free(charge: Charge): void {
    this.ledger.subtract(charge.bytes)
    charge.bytes = 0
    for (const message of charge.messages.splice(0)) this.ledger.release(message)
  }
}
