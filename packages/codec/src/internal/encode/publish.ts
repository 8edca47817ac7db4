import type { Publish } from "../../Packet.ts"
import { isQoS, type QoS } from "../../QoS.ts"
import { carriers } from "../carriers.ts"
import { malformed, type Refusal, violation } from "../refusal.ts"
import { hasWildcard, outOfRange, type OutputBuffer, writePacketId, writeRaw, writeText } from "./outputBuffer.ts"
import { writeProperties } from "./properties.ts"

/** Writes a topic that a message is published to: no wildcards [MQTT-3.3.2-2]. */
const writeTopic = (output: OutputBuffer, topic: string, what: string, section5: string, section4: string): void => {
  writeText(output, topic, what)
  if (hasWildcard(output)) throw violation(output, 0x90, "a topic name with a wildcard", section5, section4)
}

const emptyTopic = (output: OutputBuffer): Refusal => violation(output, 0x90, "an empty topic", "4.7.3")

/** Writes the topic of a will, which is not empty either [MQTT-4.7.3-1]. */
export const writeWillTopic = (output: OutputBuffer, topic: string): void => {
  if (topic.length === 0) throw emptyTopic(output)
  writeTopic(output, topic, "the will topic", "3.1.3.3", "3.1.3.2")
}

export const checkQoS = (output: OutputBuffer, qos: number, section: string): QoS => {
  if (!isQoS(qos)) throw malformed(output, `QoS ${qos}`, section)
  return qos
}

/** Writes PUBLISH. A large payload follows as a piece of its own. */
export const writePublish = (output: OutputBuffer, packet: Publish, maxPacketBytes: number): void => {
  const { dup, packetId, payload, properties, retain, topic } = packet
  const version = output.version
  const payloadBytes = payload.length
  // Untyped programs publish objects, whose length may be that of a plank: all that is encoded later would be spoilt.
  if (payloadBytes >>> 0 !== payloadBytes) throw outOfRange(output, "the payload")
  const apart = payloadBytes >= output.largePayloadBytes
  // Right for an ASCII topic without properties: it saves moving the body.
  output.begin(topic.length + (packetId === undefined ? 2 : 4) + (version === 5 ? 1 : 0) + (apart ? 0 : payloadBytes))
  const qos = checkQoS(output, packet.qos, "3.3.1.2")
  if (dup && qos === 0) throw malformed(output, "a duplicate of QoS 0", "3.3.1.1")
  if (topic.length === 0 && (version === 4 || properties?.topicAlias === undefined)) throw emptyTopic(output)
  writeTopic(output, topic, "the topic", "3.3.2.1", "3.3.2.1")
  if (qos > 0) writePacketId(output, packetId ?? 0)
  else if (packetId !== undefined) throw violation(output, 0x82, "QoS 0 with a packet identifier", "2.2.1", "2.3.1")
  writeProperties(output, properties, carriers.Publish)
  if (!apart) writeRaw(output, payload)
  const firstByte = 0x30 | (dup ? 0x08 : 0) | qos << 1 | (retain ? 0x01 : 0)
  output.end(firstByte, apart ? payloadBytes : 0, maxPacketBytes)
  if (apart) output.append(payload)
}
