import type { Publish } from "../../Packet.ts"
import { isQoS } from "../../QoS.ts"
import { carriers } from "../carriers.ts"
import { malformed, type Refusal, violation } from "../refusal.ts"
import { takePayload } from "./payload.ts"
import { readProperties } from "./properties.ts"
import { hasWildcard, type Reader, readPacketId, readText } from "./reader.ts"

const emptyTopic = (reader: Reader): Refusal => violation(reader, 0x82, "an empty topic", "4.7.3")

const wildcardInTopic = (reader: Reader, section5: string, section4: string): Refusal =>
  violation(reader, 0x90, "a topic name with a wildcard", section5, section4)

/** Reads a topic that a message is published to: not empty [MQTT-4.7.3-1], no wildcards [MQTT-3.3.2-2]. */
export const readTopicName = (reader: Reader, section5: string, section4: string): string => {
  const topic = readText(reader)
  if (hasWildcard(reader)) throw wildcardInTopic(reader, section5, section4)
  if (topic.length === 0) throw emptyTopic(reader)
  return topic
}

export const readPublish = (reader: Reader): Publish => {
  const { first } = reader
  const dup = (first & 0x08) !== 0
  const qos = (first >> 1) & 3
  const retain = (first & 0x01) !== 0
  if (!isQoS(qos)) throw malformed(reader, "QoS 3", "3.3.1.2")
  if (dup && qos === 0) throw malformed(reader, "a duplicate of QoS 0", "3.3.1.1")
  const topic = readText(reader)
  if (hasWildcard(reader)) throw wildcardInTopic(reader, "3.3.2.1", "3.3.2.1")
  if (reader.version === 4) {
    if (topic.length === 0) throw emptyTopic(reader)
    if (qos === 0) return { _tag: "Publish", dup, qos, retain, topic, payload: takePayload(reader) }
    const packetId = readPacketId(reader)
    return { _tag: "Publish", dup, qos, retain, topic, packetId, payload: takePayload(reader) }
  }
  const packetId = qos === 0 ? 0 : readPacketId(reader)
  const properties = readProperties(reader, carriers.Publish)
  if (topic.length === 0 && properties.topicAlias === undefined) throw emptyTopic(reader)
  if (properties.subscriptionIdentifiers !== undefined && reader.sender === "client") {
    throw violation(reader, 0x82, "a subscription identifier from a client", "3.3.4")
  }
  const payload = takePayload(reader)
  return qos === 0
    ? { _tag: "Publish", dup, qos, retain, topic, payload, properties }
    : { _tag: "Publish", dup, qos, retain, topic, packetId, payload, properties }
}
