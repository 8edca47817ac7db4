/**
 * The codec as channels and streams: bytes in, packets out, and the other way round.
 *
 * The work is done chunk by chunk, in plain loops: one chunk in, one chunk out at most, however many packets are in it.
 * Import this module from `@effect-mqtt/codec/PacketStream`: the main entry is free of the fiber runtime.
 *
 * @since 0.1.0
 */
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Stream from "effect/Stream"
import type { CodecError } from "./CodecError.ts"
import * as Decoder from "./Decoder.ts"
import * as Encoder from "./Encoder.ts"
import type { Packet } from "./Packet.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"

/**
 * The bytes ended inside a packet: the connection broke, but no rule was broken (section 4.2).
 *
 * @since 0.1.0
 * @category errors
 */
export class UnfinishedPacket extends Data.TaggedError("UnfinishedPacket")<{
  /** Bytes of the packet that had arrived. */
  readonly pendingBytes: number
}> {
  override get message(): string {
    return `The bytes ended inside a packet, of which ${this.pendingBytes} had arrived`
  }
}

/**
 * A channel from bytes to packets, with a decoder of its own for every run. Packets before a bad one are emitted, then it
 * fails with the error of the codec; where the input ends inside a packet it fails with `UnfinishedPacket`. Failures and
 * the final value of the input pass through. The chunks become the decoder's, as those given to `Decoder.push` do.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeChannel = <InErr = never, Done = unknown>(
  options?: Decoder.Options
): Channel.Channel<
  Chunk.Chunk<Packet>,
  Chunk.Chunk<Uint8Array>,
  InErr | CodecError | UnfinishedPacket,
  InErr,
  Done,
  Done
> =>
  Channel.suspend(() => {
    const decoder = Decoder.make(options)
    const loop: Channel.Channel<
      Chunk.Chunk<Packet>,
      Chunk.Chunk<Uint8Array>,
      InErr | CodecError | UnfinishedPacket,
      InErr,
      Done,
      Done
    > = Channel.readWithCause({
      onInput: (chunks: Chunk.Chunk<Uint8Array>) => {
        const { error, packets } = pushAll(decoder, chunks)
        const emitted = packets.length === 0 ? Channel.void : Channel.write(Chunk.unsafeFromArray(packets))
        return Channel.zipRight(emitted, error === undefined ? loop : Channel.fail(error))
      },
      onFailure: Channel.failCause,
      onDone: (done) =>
        decoder.pendingBytes === 0
          ? Channel.succeed(done)
          : Channel.fail(new UnfinishedPacket({ pendingBytes: decoder.pendingBytes }))
    })
    return loop
  })

const pushAll = (decoder: Decoder.Decoder, chunks: Chunk.Chunk<Uint8Array>): Decoder.Result => {
  if (chunks.length === 1) return decoder.push(Chunk.unsafeHead(chunks))
  const packets: Array<Packet> = []
  for (const chunk of chunks) {
    const result = decoder.push(chunk)
    for (const packet of result.packets) packets.push(packet)
    if (result.error !== undefined) return { packets, error: result.error }
  }
  return { packets, error: undefined }
}

/**
 * Turns a stream of bytes, cut as it may be, into a stream of packets: see `decodeChannel`. Each chunk of packets is what
 * one chunk of the input completed.
 *
 * @since 0.1.0
 * @category decoding
 * @example
 * import * as PacketStream from "@effect-mqtt/codec/PacketStream"
 * import { Effect, Stream } from "effect"
 *
 * const bytes = Stream.make(Uint8Array.of(0xd0), Uint8Array.of(0x00, 0x00)) // PINGRESP, and a byte that begins no packet
 * const program = bytes.pipe(
 *   PacketStream.decode({ version: 5, role: "client" }),
 *   Stream.tap((packet) => Effect.log(packet._tag)), // PingResp
 *   Stream.runDrain,
 *   Effect.catchTag("MalformedPacket", (error) => Effect.log(error.message))
 * )
 */
export const decode =
  (options?: Decoder.Options) =>
  <E, R>(self: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Packet, E | CodecError | UnfinishedPacket, R> =>
    Stream.pipeThroughChannel(self, decodeChannel<E>(options))

/**
 * A channel from packets to bytes: the pieces of one chunk of packets, to be written in order. Short packets share a
 * piece, a large payload is the array that it came in. What precedes a packet that cannot be sent legally is emitted,
 * then it fails with the reason.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encodeChannel = <InErr = never, Done = unknown>(
  version: ProtocolVersion,
  options?: Encoder.Options & Encoder.OutputOptions
): Channel.Channel<
  Chunk.Chunk<Uint8Array>,
  Chunk.Chunk<Packet>,
  InErr | CodecError,
  InErr,
  Done,
  Done
> =>
  Channel.suspend(() => {
    // Never released: who reads the pieces may keep them.
    const output = Encoder.makeOutput(options)
    const loop: Channel.Channel<
      Chunk.Chunk<Uint8Array>,
      Chunk.Chunk<Packet>,
      InErr | CodecError,
      InErr,
      Done,
      Done
    > = Channel.readWithCause({
      onInput: (packets: Chunk.Chunk<Packet>) => {
        let error: CodecError | undefined
        for (const packet of packets) {
          error = Encoder.encodeInto(output, packet, version, options)
          if (error !== undefined) break
        }
        const emitted = output.pendingBytes === 0
          ? Channel.void
          : Channel.write(Chunk.unsafeFromArray(output.take()))
        return Channel.zipRight(emitted, error === undefined ? loop : Channel.fail(error))
      },
      onFailure: Channel.failCause,
      onDone: Channel.succeed
    })
    return loop
  })

/**
 * Turns a stream of packets into a stream of bytes: see `encodeChannel`.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import { Packet } from "@effect-mqtt/codec"
 * import * as PacketStream from "@effect-mqtt/codec/PacketStream"
 * import { Stream } from "effect"
 *
 * const bytes = Stream.make(Packet.pingReq, Packet.disconnect()).pipe(PacketStream.encode(5))
 */
export const encode =
  (version: ProtocolVersion, options?: Encoder.Options & Encoder.OutputOptions) =>
  <E, R>(self: Stream.Stream<Packet, E, R>): Stream.Stream<Uint8Array, E | CodecError, R> =>
    Stream.pipeThroughChannel(self, encodeChannel<E>(version, options))
