import type { PublishAck } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { carriers } from "../carriers.ts"
import { violation } from "../refusal.ts"
import { noProperties, readProperties } from "./properties.ts"
import { expectEnd, readByte, type Reader, readPacketId } from "./reader.ts"

const reasonSections = { PubAck: "3.4.2.1", PubRec: "3.5.2.1", PubRel: "3.6.2.1", PubComp: "3.7.2.1" } as const

/** Reads PUBACK, PUBREC, PUBREL and PUBCOMP; 5.0 may leave out a success code and empty properties. */
export const readPublishAck = (reader: Reader, type: PublishAck["_tag"]): PublishAck => {
  const packetId = readPacketId(reader)
  if (reader.version === 4) {
    expectEnd(reader)
    return { _tag: type, packetId }
  }
  if (reader.position === reader.end) return { _tag: type, packetId, reasonCode: 0, properties: noProperties }
  const reasonCode = readByte(reader)
  if (reasonCode !== 0 && !ReasonCode.isValid(reasonCode, type)) {
    throw violation(reader, 0x82, `reason code ${reasonCode} is not one of this packet`, reasonSections[type])
  }
  if (reader.position === reader.end) return { _tag: type, packetId, reasonCode, properties: noProperties }
  const properties = readProperties(reader, carriers[type])
  expectEnd(reader)
  return { _tag: type, packetId, reasonCode, properties }
}
