import { type CodecError, Decoder, Encoder, type Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import { Either } from "effect"
import { isDeepStrictEqual } from "node:util"
import { type Input, inputs } from "./inputs.ts"
import type { Random } from "./random.ts"
import { Sequence } from "./sequence.ts"

/** What a run did and saw. Errors are counted by their place in the specification: a wide spread says the inputs reach far. */
export interface Report {
  inputs: number
  bytes: number
  packets: number
  readonly refusals: Map<string, number>
  readonly strategies: Map<string, number>
  split: number
  reencoded: number
  /** Packets compared that were written one behind the other. */
  inSequence: number
  /** The longest that one input took, in milliseconds. */
  slowest: number
}

/** An input on which the codec broke its word, with all that is needed to see it again. */
export class Finding extends Error {
  constructor(what: string, input: Input, cause?: unknown) {
    const hex = Buffer.from(input.bytes).toString("hex")
    super(`${what}\n  ${input.strategy}, ${JSON.stringify(input.options)}\n  ${hex}`, { cause })
  }
}

const tags = new Set(["MalformedPacket", "ProtocolViolation", "PacketTooLarge"])

/** An error that says what errors promise to say. */
const checkError = (error: CodecError.CodecError, input: Input): void => {
  const legal = tags.has(error._tag) && error.reasonCode >= 0x81 && error.reasonCode <= 0xa2 &&
    /^\d(\.\d+)+$/.test(error.specSection) && error.detail.length > 0 && error.message.length > 0 &&
    error.offset >= 0 && error.offset <= input.bytes.length
  if (!legal) throw new Finding(`an error without its facts: ${error._tag} ${error.message}`, input)
}

const pushed = (input: Input, pieces: ReadonlyArray<Uint8Array>) => {
  const decoder = Decoder.make(input.options)
  const packets: Array<Packet.Packet> = []
  let error: CodecError.CodecError | undefined
  for (const piece of pieces) {
    const result = decoder.push(piece)
    for (const packet of result.packets) packets.push(packet)
    error = result.error
  }
  const { pendingBytes, version } = decoder
  if (pendingBytes > input.bytes.length) throw new Finding("it holds more than has arrived", input)
  return { packets, error, pendingBytes, version: version ?? 5 }
}

const cut = (bytes: Uint8Array, random: Random): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  const longest = random.below(3) === 0 ? 1 : 1 + random.below(32)
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + random.below(longest))
    pieces.push(bytes.slice(at, end))
    at = end
  }
  return pieces
}

const checkEncoding = (
  packet: Packet.Packet,
  version: ProtocolVersion.ProtocolVersion,
  input: Input,
  sequence: Sequence
): void => {
  const bytes = Encoder.encode(packet, version)
  if (Either.isLeft(bytes)) throw new Finding(`what it reads it does not write: ${bytes.left.message}`, input)
  const again = Decoder.make({ ...input.options, version, maxPacketBytes: undefined }).push(bytes.right.slice())
  // An acceptance in the shape of 3.1.1 is written in that of 5.0: the one packet that two forms stand for.
  const isOldAcceptance = packet._tag === "ConnAck" && version === 5 && packet.properties === undefined &&
    packet.reasonCode === 0
  const expected = isOldAcceptance ? { ...packet, properties: {} } : packet
  if (!isDeepStrictEqual(again, { packets: [expected], error: undefined })) {
    throw new Finding("what it writes is not what it had read", input)
  }
  const problem = sequence.add(packet, version, bytes.right)
  if (problem !== undefined) throw new Finding(problem, input)
}

const check = (input: Input, random: Random, report: Report, sequence: Sequence): void => {
  const whole = pushed(input, [input.bytes.slice()])
  report.packets += whole.packets.length
  if (whole.error !== undefined) {
    checkError(whole.error, input)
    const place = `${whole.error.packetType ?? "-"} ${whole.error.specSection}`
    report.refusals.set(place, (report.refusals.get(place) ?? 0) + 1)
  }
  if (random.below(8) === 0) {
    report.split++
    if (!isDeepStrictEqual(pushed(input, cut(input.bytes, random)), whole)) {
      throw new Finding("cut in pieces it reads something else", input)
    }
  }
  for (const packet of whole.packets) {
    if (random.below(4) !== 0) continue
    report.reencoded++
    checkEncoding(packet, whole.version, input, sequence)
  }
}

/** Feeds `count` inputs to the codec. Throws a `Finding` at the first that makes it break its word. */
export const fuzz = (random: Random, count: number, progress?: (report: Report) => void): Report => {
  const report: Report = {
    inputs: 0,
    bytes: 0,
    packets: 0,
    refusals: new Map(),
    strategies: new Map(),
    split: 0,
    reencoded: 0,
    inSequence: 0,
    slowest: 0
  }
  const sequence = new Sequence(random)
  for (const input of inputs(random, count)) {
    const start = performance.now()
    try {
      check(input, random, report, sequence)
    } catch (cause) {
      if (cause instanceof Finding) throw cause
      throw new Finding(`an exception that is no error of the codec: ${String(cause)}`, input, cause)
    }
    report.slowest = Math.max(report.slowest, performance.now() - start)
    report.inputs++
    report.inSequence = sequence.packets
    report.bytes += input.bytes.length
    report.strategies.set(input.strategy, (report.strategies.get(input.strategy) ?? 0) + 1)
    if (progress !== undefined && report.inputs % 100_000 === 0) progress(report)
  }
  return report
}
