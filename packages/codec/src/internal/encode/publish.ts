import type { Publish } from "../../Packet.ts"
import { isQoS, type QoS } from "../../QoS.ts"
import { carriers } from "../propertyTable.ts"
import { malformed, type Refusal, violation } from "../refusal.ts"
import { hasWildcard, type OutputBuffer, writePacketId, writeRaw, writeText } from "./outputBuffer.ts"
import { refuseProperties, writeProperties } from "./properties.ts"

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

/** Writes all but a payload that is large enough to go as a piece of its own; returns the bytes of that one. */
export const writePublish = (output: OutputBuffer, packet: Publish): number => {
  const { packetId, payload, properties, topic } = packet
  const qos = checkQoS(output, packet.qos, "3.3.1.2")
  if (packet.dup && qos === 0) throw malformed(output, "a duplicate of QoS 0", "3.3.1.1")
  if (topic.length === 0 && (output.version === 4 || properties?.topicAlias === undefined)) throw emptyTopic(output)
  writeTopic(output, topic, "the topic", "3.3.2.1", "3.3.2.1")
  if (qos > 0) writePacketId(output, packetId ?? 0)
  else if (packetId !== undefined) throw violation(output, 0x82, "QoS 0 with a packet identifier", "2.2.1", "2.3.1")
  if (output.version === 5) writeProperties(output, properties, carriers.Publish)
  else refuseProperties(output, properties)
  if (payload.length >= output.largePayloadBytes) return payload.length
  writeRaw(output, payload)
  return 0
}
