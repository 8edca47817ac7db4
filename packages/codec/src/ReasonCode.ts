/**
 * Reason codes of MQTT 5.0 and return codes of MQTT 3.1.1.
 *
 * @since 0.1.0
 */
import type { PacketType } from "./Packet.ts"

/**
 * One row of the table of reason codes (section 2.4).
 *
 * @since 0.1.0
 * @category models
 */
export interface ReasonCode {
  readonly code: number
  readonly name: string
  /** The packets in which the code may stand. */
  readonly packets: ReadonlyArray<PacketType>
}

const row = (code: number, name: string, ...packets: ReadonlyArray<PacketType>): ReasonCode => ({ code, name, packets })

/**
 * All reason codes of MQTT 5.0. 0x00 has three rows, since its name depends on the packet.
 *
 * @since 0.1.0
 * @category models
 */
export const all: ReadonlyArray<ReasonCode> = /*#__PURE__*/ (() => [
  row(0x00, "Success", "ConnAck", "PubAck", "PubRec", "PubRel", "PubComp", "UnsubAck", "Auth"),
  row(0x00, "Normal disconnection", "Disconnect"),
  row(0x00, "Granted QoS 0", "SubAck"),
  row(0x01, "Granted QoS 1", "SubAck"),
  row(0x02, "Granted QoS 2", "SubAck"),
  row(0x04, "Disconnect with Will Message", "Disconnect"),
  row(0x10, "No matching subscribers", "PubAck", "PubRec"),
  row(0x11, "No subscription existed", "UnsubAck"),
  row(0x18, "Continue authentication", "Auth"),
  row(0x19, "Re-authenticate", "Auth"),
  row(0x80, "Unspecified error", "ConnAck", "PubAck", "PubRec", "SubAck", "UnsubAck", "Disconnect"),
  row(0x81, "Malformed Packet", "ConnAck", "Disconnect"),
  row(0x82, "Protocol Error", "ConnAck", "Disconnect"),
  row(0x83, "Implementation specific error", "ConnAck", "PubAck", "PubRec", "SubAck", "UnsubAck", "Disconnect"),
  row(0x84, "Unsupported Protocol Version", "ConnAck"),
  row(0x85, "Client Identifier not valid", "ConnAck"),
  row(0x86, "Bad User Name or Password", "ConnAck"),
  row(0x87, "Not authorized", "ConnAck", "PubAck", "PubRec", "SubAck", "UnsubAck", "Disconnect"),
  row(0x88, "Server unavailable", "ConnAck"),
  row(0x89, "Server busy", "ConnAck", "Disconnect"),
  row(0x8a, "Banned", "ConnAck"),
  row(0x8b, "Server shutting down", "Disconnect"),
  row(0x8c, "Bad authentication method", "ConnAck", "Disconnect"),
  row(0x8d, "Keep Alive timeout", "Disconnect"),
  row(0x8e, "Session taken over", "Disconnect"),
  row(0x8f, "Topic Filter invalid", "SubAck", "UnsubAck", "Disconnect"),
  row(0x90, "Topic Name invalid", "ConnAck", "PubAck", "PubRec", "Disconnect"),
  row(0x91, "Packet Identifier in use", "PubAck", "PubRec", "SubAck", "UnsubAck"),
  row(0x92, "Packet Identifier not found", "PubRel", "PubComp"),
  row(0x93, "Receive Maximum exceeded", "Disconnect"),
  row(0x94, "Topic Alias invalid", "Disconnect"),
  row(0x95, "Packet too large", "ConnAck", "Disconnect"),
  row(0x96, "Message rate too high", "Disconnect"),
  row(0x97, "Quota exceeded", "ConnAck", "PubAck", "PubRec", "SubAck", "Disconnect"),
  row(0x98, "Administrative action", "Disconnect"),
  row(0x99, "Payload format invalid", "ConnAck", "PubAck", "PubRec", "Disconnect"),
  row(0x9a, "Retain not supported", "ConnAck", "Disconnect"),
  row(0x9b, "QoS not supported", "ConnAck", "Disconnect"),
  row(0x9c, "Use another server", "ConnAck", "Disconnect"),
  row(0x9d, "Server moved", "ConnAck", "Disconnect"),
  row(0x9e, "Shared Subscriptions not supported", "SubAck", "Disconnect"),
  row(0x9f, "Connection rate exceeded", "ConnAck", "Disconnect"),
  row(0xa0, "Maximum connect time", "Disconnect"),
  row(0xa1, "Subscription Identifiers not supported", "SubAck", "Disconnect"),
  row(0xa2, "Wildcard Subscriptions not supported", "SubAck", "Disconnect")
])()

const returnCodes = [
  "Connection accepted",
  "Unacceptable protocol version",
  "Identifier rejected",
  "Server unavailable",
  "Bad user name or password",
  "Not authorized"
] as const

const byPacket: ReadonlyMap<PacketType, ReadonlyMap<number, string>> = /*#__PURE__*/ (() => {
  const index = new Map<PacketType, Map<number, string>>()
  for (const { code, name, packets } of all) {
    for (const packet of packets) {
      const names = index.get(packet) ?? new Map<number, string>()
      index.set(packet, names.set(code, name))
    }
  }
  return index
})()

/**
 * Tells whether MQTT 5.0 defines a code for a packet.
 *
 * @since 0.1.0
 * @category guards
 */
export const isValid = (code: number, packet: PacketType): boolean => byPacket.get(packet)?.has(code) ?? false

/**
 * Tells whether a code says that something failed: 0x80 and above.
 *
 * @since 0.1.0
 * @category guards
 */
export const isError = (code: number): boolean => code >= 0x80

/**
 * The name of an MQTT 5.0 code in a packet, or `undefined` where the specification has none.
 *
 * @since 0.1.0
 * @category conversions
 * @example
 * import { ReasonCode } from "@effect-mqtt/codec"
 *
 * console.log(ReasonCode.toName(0x87, "ConnAck")) // "Not authorized"
 */
export const toName = (code: number, packet: PacketType): string | undefined => byPacket.get(packet)?.get(code)

/**
 * Tells whether MQTT 3.1.1 defines a CONNACK return code (section 3.2.2.3): 0 to 5.
 *
 * @since 0.1.0
 * @category guards
 */
export const isReturnCode = (code: number): boolean => Number.isInteger(code) && code >= 0 && code < returnCodes.length

/**
 * The name of an MQTT 3.1.1 CONNACK return code, or `undefined` for a reserved one.
 *
 * @since 0.1.0
 * @category conversions
 */
export const returnCodeToName = (code: number): string | undefined => returnCodes[code]
