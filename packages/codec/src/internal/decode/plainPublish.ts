import type { Publish } from "../../Packet.ts"
import type { Properties } from "../../Properties.ts"
import { isQoS } from "../../QoS.ts"
import { varIntLength } from "../varInt.ts"
import { identifierAlone } from "./identifierAlone.ts"
import { readPlainProperties, shortVarInt } from "./plainProperties.ts"
import { readPlainName, readViewedName } from "./plainText.ts"
import { noProperties } from "./properties.ts"
import type { Reader } from "./reader.ts"

/** A server, which reads what clients send, refuses subscription identifiers. */
const propertiesOf = (reader: Reader, bytes: Uint8Array, start: number, end: number): Properties | undefined => {
  const identified = reader.sender !== "client"
  const alone = identified ? identifierAlone(bytes, start, end) : undefined
  return alone ?? readPlainProperties(bytes, start, end, identified)
}

/**
 * Reads a complete PUBLISH as most of them are: its topic in plain ASCII. Gives `undefined` for any other, good or bad,
 * which `readPublish` then reads or refuses. What this saves is the cursor: without notes on where it stands, a packet takes
 * 8 to 16 % less time.
 *
 * @param shift what to add to a position in `bytes` for one in `memory`
 * @param view the bytes, where many packets are read
 */
export const readPlainPublish = (
  reader: Reader,
  bytes: Uint8Array,
  start: number,
  body: number,
  end: number,
  memory: ArrayBufferLike,
  shift: number,
  view: DataView | undefined
): Publish | undefined => {
  const first = bytes[start]
  const qos = (first >> 1) & 3
  const dup = (first & 0x08) !== 0
  const topicAt = body + 2
  if (topicAt > end || !isQoS(qos) || (dup && qos === 0)) return undefined
  const topicEnd = topicAt + (bytes[body] << 8 | bytes[body + 1])
  const headEnd = topicEnd + (qos === 0 ? 0 : 2)
  if (topicEnd === topicAt || headEnd > end) return undefined
  const topic = view === undefined
    ? readPlainName(bytes, topicAt, topicEnd)
    : readViewedName(view, bytes, topicAt, topicEnd)
  if (topic === undefined) return undefined
  const packetId = qos === 0 ? 0 : bytes[topicEnd] << 8 | bytes[topicEnd + 1]
  if (packetId === 0 && qos !== 0) return undefined
  const retain = (first & 0x01) !== 0
  if (reader.version === 4) {
    if (end - headEnd < reader.leastViewed) return undefined
    const payload = new Uint8Array(memory, headEnd + shift, end - headEnd)
    return qos === 0
      ? { _tag: "Publish", dup, qos, retain, topic, payload }
      : { _tag: "Publish", dup, qos, retain, topic, packetId, payload }
  }
  if (headEnd === end) return undefined
  let payloadAt = headEnd + 1
  let properties: Properties | undefined = noProperties
  if (bytes[headEnd] !== 0) {
    const length = shortVarInt(bytes, headEnd, end)
    const propertiesAt = headEnd + varIntLength(length)
    payloadAt = propertiesAt + length
    if (length < 0 || payloadAt > end) return undefined
    properties = propertiesOf(reader, bytes, propertiesAt, payloadAt)
    if (properties === undefined) return undefined
  }
  if (end - payloadAt < reader.leastViewed) return undefined
  const payload = new Uint8Array(memory, payloadAt + shift, end - payloadAt)
  return qos === 0
    ? { _tag: "Publish", dup, qos, retain, topic, payload, properties }
    : { _tag: "Publish", dup, qos, retain, topic, packetId, payload, properties }
}
