import type { Publish } from "../../Packet.ts"
import { isQoS } from "../../QoS.ts"
import { carriers } from "../propertyTable.ts"
import { malformed, violation } from "../refusal.ts"
import { takePayload } from "./payload.ts"
import { readProperties } from "./properties.ts"
import { type Reader, readPacketId, readText } from "./reader.ts"

/** Refuses what no message may be published to: an empty topic, a wildcard [MQTT-3.3.2-2, 4.7.3-1]. */
export const checkTopicName = (reader: Reader, topic: string, section5: string, section4: string): void => {
  if (topic.length === 0) throw violation(reader, 0x82, "an empty topic", "4.7.3")
  if (topic.includes("+") || topic.includes("#")) {
    throw violation(reader, 0x90, "a topic name with a wildcard", section5, section4)
  }
}

export const readPublish = (reader: Reader): Publish => {
  const flags = reader.flags
  const dup = (flags & 0x08) !== 0
  const qos = (flags >> 1) & 3
  const retain = (flags & 0x01) !== 0
  if (!isQoS(qos)) throw malformed(reader, "QoS 3", "3.3.1.2")
  if (dup && qos === 0) throw malformed(reader, "a duplicate of QoS 0", "3.3.1.1")
  const topic = readText(reader)
  if (reader.version === 4) {
    checkTopicName(reader, topic, "3.3.2.1", "3.3.2.1")
    if (qos === 0) return { _tag: "Publish", dup, qos, retain, topic, payload: takePayload(reader) }
    const packetId = readPacketId(reader)
    return { _tag: "Publish", dup, qos, retain, topic, packetId, payload: takePayload(reader) }
  }
  const packetId = qos === 0 ? 0 : readPacketId(reader)
  const properties = readProperties(reader, carriers.Publish)
  if (topic.length > 0 || properties.topicAlias === undefined) checkTopicName(reader, topic, "3.3.2.1", "3.3.2.1")
  if (properties.subscriptionIdentifiers !== undefined && reader.sender === "client") {
    throw violation(reader, 0x82, "a subscription identifier from a client", "3.3.4")
  }
  const payload = takePayload(reader)
  return qos === 0
    ? { _tag: "Publish", dup, qos, retain, topic, payload, properties }
    : { _tag: "Publish", dup, qos, retain, topic, packetId, payload, properties }
}
