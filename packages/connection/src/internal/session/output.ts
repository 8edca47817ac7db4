/**
 * Bytes on their way to the wire. Everything that one pass of the session writes goes into one
 * batch, which the shell hands to the transport in a single write.
 */
import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"
import * as Encoder from "@effect-mqtt/codec/Encoder"

/** Where the packets of an area go. */
export type PacketOutput = Pick<Output, "write" | "bytes">

export class Output {
  readonly #onWrite: () => void
  #version: ProtocolVersion.ProtocolVersion = 5
  #options: Encoder.Options = {}
  #buffer = Encoder.makeOutput()

  constructor(onWrite: () => void) {
    this.#onWrite = onWrite
  }

  /** Appends the packet, or says why it cannot be sent; then nothing was appended. */
  write(packet: Packet.Packet): CodecError.CodecError | undefined {
    const problem = Encoder.encodeInto(this.#buffer, packet, this.#version, this.#options)
    if (problem === undefined) this.#onWrite()
    return problem
  }

  take(): ReadonlyArray<Uint8Array> {
    return this.#buffer.take()
  }

  /** What was taken has left: its memory is written again. */
  release(): void {
    this.#buffer.release()
  }

  bytes(): number {
    return this.#buffer.pendingBytes
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
    this.#buffer = Encoder.makeOutput()
  }
}

/** The same with somebody who sees what is written. */
export class ObservedOutput extends Output {
  readonly #onWritten: (packet: Packet.Packet) => void

  constructor(onWrite: () => void, onWritten: (packet: Packet.Packet) => void) {
    super(onWrite)
    this.#onWritten = onWritten
  }

  override write(packet: Packet.Packet): CodecError.CodecError | undefined {
    const problem = super.write(packet)
    if (problem === undefined) this.#onWritten(packet)
    return problem
  }
}
