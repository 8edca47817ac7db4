/**
 * Which error a refusing CONNACK or a server's DISCONNECT stands for: the class column of the
 * reason codes [5 §2.4, §3.2.2.2, §3.14.2.1] and return codes [311 §3.2.2.3].
 */
import type { Packet } from "@effect-mqtt/codec"
import { AuthError, ConnectError } from "../../../MqttError.ts"

type ConnectReason = ConnectError["reason"]

const auth: Record<number, AuthError["reason"]> = {
  0x86: "BadCredentials",
  0x87: "NotAuthorized",
  0x8a: "Banned",
  0x8c: "BadAuthenticationMethod"
}

const quota = new Set([0x95, 0x96, 0x97, 0x9f])
const protocol = new Set([0x81, 0x82, 0x93, 0x94])
/** Permanent: the same CONNECT would be refused again. */
const refused = new Set([0x84, 0x85, 0x8f, 0x90, 0x99, 0x9a, 0x9b, 0x9d, 0x9e, 0xa1, 0xa2])
/** In a DISCONNECT these complain about one packet, not about the CONNECT: another link may do without it. */
const onePacket = new Set([0x8f, 0x90, 0x99])

const connectReason = (code: number, otherwise: ConnectReason): ConnectReason => {
  if (quota.has(code)) return "QuotaError"
  if (protocol.has(code)) return "ProtocolError"
  if (refused.has(code)) return "ConnectRefused"
  if (code === 0x8e) return "SessionTakenOver"
  return otherwise
}

const connAckHeader = 0x20
const unsupportedVersion = 0x84

interface Refusal {
  readonly reasonCode: number
  readonly reasonString?: string | undefined
  readonly serverReference?: string | undefined
}

const ofReasonCode = (packet: "ConnAck" | "Disconnect", said: Refusal): AuthError | ConnectError => {
  const { reasonCode, reasonString } = said
  const authReason = auth[reasonCode]
  if (authReason !== undefined) return new AuthError({ reason: authReason, reasonCode, reasonString })
  const reason = connectReason(reasonCode, packet === "ConnAck" ? "ServerUnavailable" : "ServerDisconnected")
  // A CONNECT that is too large stays too large; every other quota is a matter of time.
  const permanent = (reason === "ConnectRefused" && !(packet === "Disconnect" && onePacket.has(reasonCode))) ||
    reason === "SessionTakenOver" ||
    (packet === "ConnAck" && reasonCode === 0x95)
  return new ConnectError({ reason, retryable: !permanent, ...said })
}

const ofReturnCode = (returnCode: number): AuthError | ConnectError => {
  switch (returnCode) {
    case 0x01:
    case 0x02:
      return new ConnectError({ reason: "ConnectRefused", retryable: false, reasonCode: returnCode })
    case 0x03:
      return new ConnectError({ reason: "ServerUnavailable", retryable: true, reasonCode: returnCode })
    case 0x04:
      return new AuthError({ reason: "BadCredentials", reasonCode: returnCode })
    case 0x05:
      return new AuthError({ reason: "NotAuthorized", reasonCode: returnCode })
    default:
      return new ConnectError({ reason: "ProtocolError", retryable: true, reasonCode: returnCode })
  }
}

const saidIn = (
  reasonCode: number,
  properties: Packet.ConnAck["properties"] | Packet.Disconnect["properties"]
): Refusal => ({
  reasonCode,
  reasonString: properties?.reasonString,
  ...(properties?.serverReference === undefined ? {} : { serverReference: properties.serverReference })
})

export const ofConnAck = ({ properties, reasonCode }: Packet.ConnAck): AuthError | ConnectError =>
  // A 3.1.1-shaped CONNACK, which has no properties, carries a return code.
  properties === undefined ? ofReturnCode(reasonCode) : ofReasonCode("ConnAck", saidIn(reasonCode, properties))

/**
 * A server of MQTT 5 alone answers a CONNECT of 3.1.1 with a reason code of its own, in either shape [5 §3.1.2.2]; no decoder
 * takes that for a CONNACK.
 */
export const ofOtherVersion = (firstBytes: Uint8Array): ConnectError | undefined =>
  firstBytes[0] === connAckHeader && firstBytes[3] === unsupportedVersion
    ? new ConnectError({ reason: "ConnectRefused", retryable: false, reasonCode: unsupportedVersion })
    : undefined

export const ofDisconnect = ({ properties, reasonCode = 0 }: Packet.Disconnect): AuthError | ConnectError =>
  ofReasonCode("Disconnect", saidIn(reasonCode, properties))
