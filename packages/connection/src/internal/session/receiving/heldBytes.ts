import type { Packet } from "@effect-mqtt/codec"

/** A pair of strings in an array takes that much, however short. */
const pairBytes = 100

/** What a message takes while it waits, for the bounds of what may: nearly all of it may be in its properties. */
export const heldBytes = (
  { payload, properties = {}, topic }: Pick<Packet.Publish, "payload" | "properties" | "topic">
): number => {
  const { contentType = "", correlationData, responseTopic = "", userProperties = [] } = properties
  let bytes = payload.length + topic.length + contentType.length + responseTopic.length + (correlationData?.length ?? 0)
  for (const [name, value] of userProperties) bytes += name.length + value.length + pairBytes
  return bytes
}
