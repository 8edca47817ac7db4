/** A message as its caller gave it, made the session's own. */
import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"
import type { PublishOptions } from "../../Message.ts"
import { toBytes } from "./payload.ts"

export type Outgoing = Omit<Packet.Publish, "packetId" | "dup">

const noProperties = {}

/** With fields in one order and without spreads: every message passes here. */
export const toOutgoing = (
  topic: string,
  payload: string | Uint8Array,
  options: PublishOptions | undefined,
  version: ProtocolVersion.ProtocolVersion
): Outgoing => {
  const qos = options?.qos ?? 0
  const retain = options?.retain ?? false
  const properties = options?.properties ?? (version === 5 ? noProperties : undefined)
  return properties === undefined
    ? { _tag: "Publish", retain, qos, topic, payload: toBytes(payload) }
    : { _tag: "Publish", retain, qos, topic, payload: toBytes(payload), properties }
}
