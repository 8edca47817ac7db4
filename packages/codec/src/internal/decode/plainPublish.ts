import type { Publish } from "../../Packet.ts"
import type { ProtocolVersion } from "../../ProtocolVersion.ts"
import { isQoS } from "../../QoS.ts"
import { readAscii, scan } from "../utf8.ts"
import { noProperties } from "./properties.ts"
import { mayRecur, readRecurring } from "./recurringText.ts"

/**
 * Texts are looked up for the first packet of a chunk only: in a stream of small ones the table competes for the cache of
 * the processor with the packets, and gains nothing.
 */
const readTopic = (bytes: Uint8Array, start: number, end: number, firstInChunk: boolean): string | undefined => {
  if (firstInChunk && mayRecur(end - start)) return readRecurring(bytes, start, end)
  return scan(bytes, start, end) === 0 ? readAscii(bytes, start, end) : undefined
}

/**
 * Reads a complete PUBLISH as most of them are: without properties, its topic in plain ASCII. Gives `undefined` for any
 * other, good or bad, which `readPublish` then reads or refuses. What this saves is the cursor: without notes on where
 * it stands, a packet takes 8 to 16 % less time.
 *
 * @param shift what to add to a position in `bytes` for one in `memory`
 */
export const readPlainPublish = (
  bytes: Uint8Array,
  start: number,
  body: number,
  end: number,
  version: ProtocolVersion,
  memory: ArrayBufferLike,
  shift: number
): Publish | undefined => {
  const first = bytes[start]
  const qos = (first >> 1) & 3
  const dup = (first & 0x08) !== 0
  const topicAt = body + 2
  if (topicAt > end || !isQoS(qos) || (dup && qos === 0)) return undefined
  const topicEnd = topicAt + (bytes[body] << 8 | bytes[body + 1])
  const payloadAt = topicEnd + (qos === 0 ? 0 : 2) + (version === 4 ? 0 : 1)
  if (topicEnd === topicAt || payloadAt > end || (version === 5 && bytes[payloadAt - 1] !== 0)) return undefined
  const topic = readTopic(bytes, topicAt, topicEnd, start === 0)
  if (topic === undefined) return undefined
  const retain = (first & 0x01) !== 0
  const payload = new Uint8Array(memory, payloadAt + shift, end - payloadAt)
  if (qos === 0) {
    return version === 4
      ? { _tag: "Publish", dup, qos, retain, topic, payload }
      : { _tag: "Publish", dup, qos, retain, topic, payload, properties: noProperties }
  }
  const packetId = bytes[topicEnd] << 8 | bytes[topicEnd + 1]
  if (packetId === 0) return undefined
  return version === 4
    ? { _tag: "Publish", dup, qos, retain, topic, packetId, payload }
    : { _tag: "Publish", dup, qos, retain, topic, packetId, payload, properties: noProperties }
}
