/**
 * Reason codes of MQTT 5.0 and return codes of MQTT 3.1.1.
 *
 * @since 0.1.0
 */
import {
  auth,
  carriers,
  connAck,
  disconnect,
  pubAck,
  pubComp,
  pubRec,
  pubRel,
  subAck,
  unsubAck
} from "./internal/carriers.ts"
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

/** The packets that may carry a code (section 2.4). */
const carriersOf: Readonly<Record<number, number | undefined>> = {
  0x00: connAck | pubAck | pubRec | pubRel | pubComp | subAck | unsubAck | disconnect | auth,
  0x01: subAck,
  0x02: subAck,
  0x04: disconnect,
  0x10: pubAck | pubRec,
  0x11: unsubAck,
  0x18: auth,
  0x19: auth,
  0x80: connAck | pubAck | pubRec | subAck | unsubAck | disconnect,
  0x81: connAck | disconnect,
  0x82: connAck | disconnect,
  0x83: connAck | pubAck | pubRec | subAck | unsubAck | disconnect,
  0x84: connAck,
  0x85: connAck,
  0x86: connAck,
  0x87: connAck | pubAck | pubRec | subAck | unsubAck | disconnect,
  0x88: connAck,
  0x89: connAck | disconnect,
  0x8a: connAck,
  0x8b: disconnect,
  0x8c: connAck | disconnect,
  0x8d: disconnect,
  0x8e: disconnect,
  0x8f: subAck | unsubAck | disconnect,
  0x90: connAck | pubAck | pubRec | disconnect,
  0x91: pubAck | pubRec | subAck | unsubAck,
  0x92: pubRel | pubComp,
  0x93: disconnect,
  0x94: disconnect,
  0x95: connAck | disconnect,
  0x96: disconnect,
  0x97: connAck | pubAck | pubRec | subAck | disconnect,
  0x98: disconnect,
  0x99: connAck | pubAck | pubRec | disconnect,
  0x9a: connAck | disconnect,
  0x9b: connAck | disconnect,
  0x9c: connAck | disconnect,
  0x9d: connAck | disconnect,
  0x9e: subAck | disconnect,
  0x9f: connAck | disconnect,
  0xa0: disconnect,
  0xa1: subAck | disconnect,
  0xa2: subAck | disconnect
}

/**
 * Tells whether MQTT 5.0 defines a code for a packet.
 *
 * @since 0.1.0
 * @category guards
 */
export const isValid = (code: number, packet: PacketType): boolean =>
  packet !== "PingReq" && packet !== "PingResp" && ((carriersOf[code] ?? 0) & carriers[packet].bit) !== 0

const answers = [
  "ConnAck",
  "PubAck",
  "PubRec",
  "PubRel",
  "PubComp",
  "SubAck",
  "UnsubAck",
  "Disconnect",
  "Auth"
] as const

const row = (code: number, name: string, packets?: ReadonlyArray<PacketType>): ReasonCode => ({
  code,
  name,
  packets: packets ?? answers.filter((packet) => isValid(code, packet))
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
