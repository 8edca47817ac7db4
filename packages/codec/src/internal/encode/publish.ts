import type { Publish } from "../../Packet.ts"
import { isQoS, type QoS } from "../../QoS.ts"
import { carriers } from "../propertyTable.ts"
import { malformed, violation } from "../refusal.ts"
import { type OutputBuffer, writePacketId, writeRaw, writeText } from "./outputBuffer.ts"
import { refuseProperties, writeProperties } from "./properties.ts"

/** Refuses what no message may be published to: an empty topic, a wildcard [MQTT-3.3.2-2, 4.7.3-1]. */
export const checkTopicName = (output: OutputBuffer, topic: string, section5: string, section4: string): void => {
  if (topic.length === 0) throw violation(output, 0x90, "an empty topic", "4.7.3")
  if (topic.includes("+") || topic.includes("#")) {
    throw violation(output, 0x90, "a topic name with a wildcard", section5, section4)
  }
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
  if (output.version === 4 || topic.length > 0 || properties?.topicAlias === undefined) {
    checkTopicName(output, topic, "3.3.2.1", "3.3.2.1")
  }
  writeText(output, topic, "the topic")
  if (qos > 0) writePacketId(output, packetId ?? 0)
  else if (packetId !== undefined) throw violation(output, 0x82, "QoS 0 with a packet identifier", "2.2.1", "2.3.1")
  if (output.version === 5) writeProperties(output, properties, carriers.Publish)
  else refuseProperties(output, properties)
  if (payload.length >= output.largePayloadBytes) return payload.length
  writeRaw(output, payload)
  return 0
}
