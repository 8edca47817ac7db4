import type { Packet, ProtocolVersion } from "@effect-mqtt/codec"

type Fields = Readonly<Record<string, unknown>>

/** Nothing stands on the wire for these. */
const isAbsent = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

const present = (fields: object): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)))

const withProperties = (fields: object & { readonly properties?: object | undefined }): Fields => ({
  ...present(fields),
  properties: present(fields.properties ?? {})
})

/**
 * What a decoder of a version makes of a packet that was written: fields that say nothing are gone, and what 5.0 lets a
 * writer leave out is filled in.
 */
export const canonical = (packet: Packet.Packet, version: ProtocolVersion.ProtocolVersion): unknown => {
  if (version === 4 || packet._tag === "PingReq" || packet._tag === "PingResp") return present(packet)
  switch (packet._tag) {
    case "Connect":
      return {
        ...withProperties(packet),
        ...(packet.will === undefined ? {} : { will: withProperties(packet.will) })
      }
    case "PubAck":
    case "PubRec":
    case "PubRel":
    case "PubComp":
    case "Disconnect":
      return { reasonCode: 0, ...withProperties(packet) }
    case "Subscribe":
      return {
        ...withProperties(packet),
        subscriptions: packet.subscriptions.map((subscription) => ({
          noLocal: false,
          retainAsPublished: false,
          retainHandling: 0,
          ...present(subscription)
        }))
      }
    default:
      return withProperties(packet)
  }
}
