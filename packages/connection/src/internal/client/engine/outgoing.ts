/** A message as its caller gave it, made the session's own. */
import type { Packet, Properties } from "@effect-mqtt/codec"
import type { PublishOptions } from "../../../Message.ts"
import { expiringIn } from "../../session/sending/publication.ts"
import { lend, toBytes } from "./payload.ts"
import type { PayloadSlab } from "./payloadSlab.ts"

export type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

/** Without what belongs to the link that a message came over: a program may pass on what it got. */
const ofMessage = (properties: Properties.PublishProperties): Properties.PublishProperties => {
  if (properties.topicAlias === undefined && properties.subscriptionIdentifiers === undefined) return properties
  const { subscriptionIdentifiers: _, topicAlias: __, ...others } = properties
  return others
}

/**
 * With fields in one order and without spreads: every message passes here. `isImmediate` says that the session gets it
 * before anything else runs; it copies the payload of a QoS 0 message itself, should it keep it.
 */
export const toOutgoing = (
  topic: string,
  payload: string | Uint8Array,
  options: PublishOptions | undefined,
  slab: PayloadSlab,
  isImmediate: boolean
): Outgoing => {
  const qos = options?.qos ?? 0
  const retain = options?.retain ?? false
  const given = options?.properties
  const properties = given === undefined ? undefined : ofMessage(given)
  const bytes = isImmediate && qos === 0 ? lend(payload) : toBytes(payload, slab)
  return properties === undefined
    ? { _tag: "Publish", retain, qos, topic, payload: bytes }
    : { _tag: "Publish", retain, qos, topic, payload: bytes, properties }
}

/** What is left of it after a wait; undefined when its time is over [5 §3.3.2.3.3]. */
export const aged = (message: Outgoing, waitedMillis: number): Outgoing | undefined => {
  const interval = message.properties?.messageExpiryInterval
  if (interval === undefined || waitedMillis <= 0) return message
  const left = interval - waitedMillis / 1000
  return left <= 0 ? undefined : expiringIn(message, left)
}
