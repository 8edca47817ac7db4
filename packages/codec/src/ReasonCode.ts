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

/** The codes that a packet may carry, as its own section lists them. */
const codes: ReadonlyMap<PacketType, ReadonlyArray<number>> = /*#__PURE__*/ new Map<PacketType, ReadonlyArray<number>>([
  ["ConnAck", [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a,
    0x9b, 0x9c, 0x9d, 0x9f
  ]],
  ["PubAck", [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ["PubRec", [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ["PubRel", [0x00, 0x92]],
  ["PubComp", [0x00, 0x92]],
  ["SubAck", [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2]],
  ["UnsubAck", [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]],
  ["Disconnect", [
    0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96,
    0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2
  ]],
  ["Auth", [0x00, 0x18, 0x19]]
])

/**
 * Tells whether MQTT 5.0 defines a code for a packet.
 *
 * @since 0.1.0
 * @category guards
 */
export const isValid = (code: number, packet: PacketType): boolean => codes.get(packet)?.includes(code) ?? false

const row = (code: number, name: string, packets = [...codes.keys()].filter((packet) => isValid(code, packet))): ReasonCode => ({
  code,
  name,
  packets
})

/** The names of failures, from 0x80 on without a gap. */
const failures = [
  "Unspecified error",
  "Malformed Packet",
  "Protocol Error",
  "Implementation specific error",
  "Unsupported Protocol Version",
  "Client Identifier not valid",
  "Bad User Name or Password",
  "Not authorized",
  "Server unavailable",
  "Server busy",
  "Banned",
  "Server shutting down",
  "Bad authentication method",
  "Keep Alive timeout",
  "Session taken over",
  "Topic Filter invalid",
  "Topic Name invalid",
  "Packet Identifier in use",
  "Packet Identifier not found",
  "Receive Maximum exceeded",
  "Topic Alias invalid",
  "Packet too large",
  "Message rate too high",
  "Quota exceeded",
  "Administrative action",
  "Payload format invalid",
  "Retain not supported",
  "QoS not supported",
  "Use another server",
  "Server moved",
  "Shared Subscriptions not supported",
  "Connection rate exceeded",
  "Maximum connect time",
  "Subscription Identifiers not supported",
  "Wildcard Subscriptions not supported"
]

/**
 * All reason codes of MQTT 5.0. 0x00 has three rows, since its name depends on the packet.
 *
 * @since 0.1.0
 * @category models
 */
export const all: ReadonlyArray<ReasonCode> = /*#__PURE__*/ (() => [
  row(0x00, "Success", ["ConnAck", "PubAck", "PubRec", "PubRel", "PubComp", "UnsubAck", "Auth"]),
  row(0x00, "Normal disconnection", ["Disconnect"]),
  row(0x00, "Granted QoS 0", ["SubAck"]),
  row(0x01, "Granted QoS 1"),
  row(0x02, "Granted QoS 2"),
  row(0x04, "Disconnect with Will Message"),
  row(0x10, "No matching subscribers"),
  row(0x11, "No subscription existed"),
  row(0x18, "Continue authentication"),
  row(0x19, "Re-authenticate"),
  ...failures.map((name, index) => row(0x80 + index, name))
])()

const returnCodes = [
  "Connection accepted",
  "Unacceptable protocol version",
  "Identifier rejected",
  "Server unavailable",
  "Bad user name or password",
  "Not authorized"
] as const

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
export const toName = (code: number, packet: PacketType): string | undefined =>
  all.find((row) => row.code === code && row.packets.includes(packet))?.name

/**
 * Tells whether MQTT 3.1.1 defines a CONNACK return code (section 3.2.2.3): 0 to 5.
 *
 * @since 0.1.0
 * @category guards
 */
export const isReturnCode = (code: number): boolean => Number.isInteger(code) && code >= 0 && code <= 5

/**
 * The name of an MQTT 3.1.1 CONNACK return code, or `undefined` for a reserved one.
 *
 * @since 0.1.0
 * @category conversions
 */
export const returnCodeToName = (code: number): string | undefined => returnCodes[code]
