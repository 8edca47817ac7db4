import type { Auth, Disconnect, PublishAck, SubAck, UnsubAck } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { carriers } from "../carriers.ts"
import { violation } from "../refusal.ts"
import { type OutputBuffer, writeByte, writePacketId } from "./outputBuffer.ts"
import { isEmpty, refuseReasonCode, writeProperties } from "./properties.ts"

type CodeCarrier = "PubAck" | "PubRec" | "PubRel" | "PubComp" | "SubAck" | "UnsubAck" | "Disconnect" | "Auth"

const checkCode = (output: OutputBuffer, code: number, type: CodeCarrier): number => {
  if (!ReasonCode.isValid(code, type)) throw violation(output, 0x82, `code ${code} is not one of this packet`, "2.4")
  return code
}

/**
 * Writes all of DISCONNECT, and of an acknowledgement what stands behind the identifier: code and properties, or neither
 * where there is nothing to say. A failure code keeps its empty property block, which it might leave out as well: that is
 * the form every other implementation sends and reads.
 */
export const writeReason = (output: OutputBuffer, packet: Disconnect | PublishAck): void => {
  const { _tag, properties, reasonCode } = packet
  const code = reasonCode ?? 0
  if (code === 0 && isEmpty(properties)) return
  if (output.version === 4) refuseReasonCode(output, code)
  else writeByte(output, checkCode(output, code, _tag), "the reason code")
  writeProperties(output, properties, carriers[_tag])
}

export const writePublishAck = (output: OutputBuffer, packet: PublishAck): void => {
  writePacketId(output, packet.packetId)
  writeReason(output, packet)
}

/** Writes AUTH: empty for a bare success; its properties are never left out behind a code (section 3.15.2.2.1). */
export const writeAuth = (output: OutputBuffer, packet: Auth): void => {
  if (output.version === 4) throw violation(output, 0x82, "AUTH does not exist in this version", "3.15", "2.2.1")
  if (packet.reasonCode === 0 && isEmpty(packet.properties)) return
  writeByte(output, checkCode(output, packet.reasonCode, "Auth"), "the reason code")
  if (packet.properties?.authenticationMethod === undefined) {
    throw violation(output, 0x82, "no authentication method", "3.15.2.2.2")
  }
  writeProperties(output, packet.properties, carriers.Auth)
}

export const writeSubAck = (output: OutputBuffer, packet: SubAck): void => {
  writePacketId(output, packet.packetId)
  if (packet.reasonCodes.length === 0) throw violation(output, 0x82, "no code", "3.9.3")
  const isOld = output.version === 4
  writeProperties(output, packet.properties, carriers.SubAck)
  for (const code of packet.reasonCodes) {
    if (isOld && code !== 0 && code !== 1 && code !== 2 && code !== 0x80) {
      throw violation(output, 0x82, `return code ${code} is reserved`, "3.9.3")
    }
    writeByte(output, checkCode(output, code, "SubAck"), "the reason code")
  }
}

export const writeUnsubAck = (output: OutputBuffer, packet: UnsubAck): void => {
  const codes = packet.reasonCodes
  writePacketId(output, packet.packetId)
  if (output.version === 4) {
    for (const code of codes ?? []) refuseReasonCode(output, code)
    return writeProperties(output, packet.properties, carriers.UnsubAck)
  }
  if (codes === undefined || codes.length === 0) throw violation(output, 0x82, "no code", "3.11.3")
  writeProperties(output, packet.properties, carriers.UnsubAck)
  for (const code of codes) writeByte(output, checkCode(output, code, "UnsubAck"), "the reason code")
}
