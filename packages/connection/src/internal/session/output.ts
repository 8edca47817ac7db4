/**
 * Bytes on their way to the wire. Everything that one pass of the session writes goes into one
 * batch, which the shell hands to the transport in a single write.
 */
import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import { Encoder } from "@effect-mqtt/codec"
import type * as CodecError from "@effect-mqtt/codec/CodecError"

export interface Output {
  /** Appends the packet, or says why it cannot be sent; then nothing was appended. */
  readonly write: (packet: Packet.Packet) => CodecError.CodecError | undefined
  readonly take: () => ReadonlyArray<Uint8Array>
  /** What was taken has left: its memory is written again. */
  readonly release: () => void
  readonly bytes: () => number
  readonly version: () => ProtocolVersion.ProtocolVersion
  /** The server's maximum packet size [5 §3.2.2.3.6]; packets above it are refused. */
  readonly limit: (maxPacketBytes: number) => void
  /** A new link: nothing of the old one is sent on it. */
  readonly reset: (version: ProtocolVersion.ProtocolVersion) => void
}

/** Where the packets of an area go. */
export type PacketOutput = Pick<Output, "write" | "bytes">

export const make = (onWrite: () => void): Output => {
  let version: ProtocolVersion.ProtocolVersion = 5
  let options: Encoder.Options = {}
  let buffer = Encoder.makeOutput()
  return {
    write: (packet) => {
      const problem = Encoder.encodeInto(buffer, packet, version, options)
      if (problem === undefined) onWrite()
      return problem
    },
    take: () => buffer.take(),
    release: () => buffer.release(),
    bytes: () => buffer.pendingBytes,
    version: () => version,
    limit: (maxPacketBytes) => {
      options = { maxPacketBytes }
    },
    reset: (next) => {
      version = next
      options = {}
      buffer = Encoder.makeOutput()
    }
  }
}

/** The same with somebody who sees what is written. */
export const observed = (output: Output, onWritten: ((packet: Packet.Packet) => void) | undefined): Output =>
  onWritten === undefined ? output : {
    ...output,
    write: (packet) => {
      const problem = output.write(packet)
      if (problem === undefined) onWritten(packet)
      return problem
    }
  }
