import type { Publish } from "../../Packet.ts"
import { isQoS } from "../../QoS.ts"
import { isShort, writeAscii } from "../utf8.ts"
import { varIntLength } from "../varInt.ts"
import type { OutputBuffer } from "./outputBuffer.ts"

/**
 * Writes a PUBLISH as most of them are: without properties, its topic short and in plain ASCII, its payload copied. Writes
 * nothing and gives `false` for any other, good or bad, which `writePublish` then writes or refuses. Since all lengths are
 * known, there is one check for room and nothing to mend in the end: a tenth less time.
 */
export const writePlainPublish = (output: OutputBuffer, packet: Publish, maxPacketBytes: number): boolean => {
  const { dup, packetId, payload, properties, qos, retain, topic } = packet
  const units = topic.length
  const payloadBytes = payload.length
  if (properties !== undefined || units === 0 || !isShort(topic)) return false
  // A length that is not a count of bytes is for `writePublish` to refuse.
  if (payloadBytes >>> 0 !== payloadBytes || payloadBytes >= output.largePayloadBytes) return false
  if (qos === 0 ? dup || packetId !== undefined : !isQoS(qos) || !isPacketId(packetId)) return false
  const remaining = 2 + units + (qos === 0 ? 0 : 2) + (output.version === 5 ? 1 : 0) + payloadBytes
  const lead = 1 + varIntLength(remaining)
  if (lead + remaining > maxPacketBytes) return false
  output.reserve(lead + remaining)
  const { bytes, position } = output
  let at = position + lead
  bytes[at] = units >> 8
  bytes[at + 1] = units
  if (writeAscii(bytes, at + 2, topic) !== 0) return false
  at += 2 + units
  if (packetId !== undefined) {
    bytes[at] = packetId >> 8
    bytes[at + 1] = packetId
    at += 2
  }
  if (output.version === 5) bytes[at++] = 0
  bytes.set(payload, at)
  bytes[position] = 0x30 | (dup ? 0x08 : 0) | qos << 1 | (retain ? 0x01 : 0)
  if (remaining < 0x80) bytes[position + 1] = remaining
  else output.putVarInt(position + 1, remaining)
  output.position = at + payloadBytes
  return true
}

const isPacketId = (value: number | undefined): boolean =>
  value !== undefined && value !== 0 && (value & 0xffff) === value
