/**
 * Bytes on their way to the wire. Everything that one pass of the session writes goes into one
 * batch, which the shell hands to the transport in a single write.
 */
import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Encoder from "@effect-mqtt/codec/Encoder"

/** Where the packets of an area go. */
export type PacketOutput = Pick<Output, "write" | "bytes">

export interface OutputOwner {
  readonly onWrite: () => void
}

export interface PacketObserver {
  readonly onPacket?: ((direction: "sent", packet: Packet.Packet) => void) | undefined
}

/** Of those that have nothing to say: an idle session holds no memory to write to. */
const spareBuffers: Array<Encoder.Output> = []
const mostSpareBuffers = 16

const nothing: ReadonlyArray<Uint8Array> = []

export class Output {
  readonly #owner: OutputOwner
  #version: ProtocolVersion.ProtocolVersion = 5
  #options: Encoder.Options = {}
  #buffer: Encoder.Output | undefined = undefined

  constructor(owner: OutputOwner) {
    this.#owner = owner
  }

  /** Appends the packet, or says why it cannot be sent; then nothing was appended. */
  write(packet: Packet.Packet): CodecError.CodecError | undefined {
    this.#buffer ??= spareBuffers.pop() ?? Encoder.makeOutput()
    const problem = Encoder.encodeInto(this.#buffer, packet, this.#version, this.#options)
    if (problem === undefined) this.#owner.onWrite()
    return problem
  }

  /** The code only explains the answer, which has to come [MQTT-4.3.3-11]: 3.1.1 has none, and some servers no room for it. */
  answer(_tag: "PubAck" | "PubRel" | "PubComp", packetId: number, reasonCode: number): void {
    if (reasonCode !== 0 && this.#version === 5 && this.write({ _tag, packetId, reasonCode }) === undefined) return
    this.write({ _tag, packetId })
  }

  take(): ReadonlyArray<Uint8Array> {
    return this.#buffer?.take() ?? nothing
  }

  /** What was taken has left: its memory is written again, by whoever writes next. */
  release(): void {
    const buffer = this.#buffer
    if (buffer === undefined || buffer.pendingBytes > 0) return
    buffer.release()
    this.#buffer = undefined
    if (spareBuffers.length < mostSpareBuffers) spareBuffers.push(buffer)
  }

  bytes(): number {
    return this.#buffer?.pendingBytes ?? 0
  }

  version(): ProtocolVersion.ProtocolVersion {
    return this.#version
  }

  /** The server's maximum packet size [5 §3.2.2.3.6]; packets above it are refused. */
  limit(maxPacketBytes: number): void {
    this.#options = { maxPacketBytes }
  }

  /** A new link: nothing of the old one is sent on it. */
  reset(version: ProtocolVersion.ProtocolVersion): void {
    this.#version = version
    this.#options = {}
    this.#buffer = undefined
  }
}

/** The same with somebody who sees what is written. */
export class ObservedOutput extends Output {
  readonly #observer: PacketObserver

  constructor(owner: OutputOwner, observer: PacketObserver) {
    super(owner)
    this.#observer = observer
  }

  override write(packet: Packet.Packet): CodecError.CodecError | undefined {
    const problem = super.write(packet)
    if (problem === undefined) this.#observer.onPacket?.("sent", packet)
    return problem
  }
}
