import type { ConnAck } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { expectMethodWithData } from "../authenticationData.ts"
import { carriers } from "../carriers.ts"
import { malformed, violation } from "../refusal.ts"
import { readProperties } from "./properties.ts"
import { expectEnd, readByte, type Reader } from "./reader.ts"

/**
 * Reads CONNACK. A 5.0 reader takes one of 3.1.1 shape too, without properties: so does a server of 3.1.1 refuse the
 * version (section 3.1.2.2 of 3.1.1).
 */
export const readConnAck = (reader: Reader): ConnAck => {
  const flags = readByte(reader)
  if (flags > 1) throw malformed(reader, "reserved acknowledge flags are set", "3.2.2.1")
  const sessionPresent = flags === 1
  const reasonCode = readByte(reader)
  const isOld = reader.version === 4 || reader.position === reader.end
  if (isOld) {
    if (!ReasonCode.isReturnCode(reasonCode)) {
      throw violation(reader, 0x82, `return code ${reasonCode} is reserved`, "3.2.2.2", "3.2.2.3")
    }
  } else if (!ReasonCode.isValid(reasonCode, "ConnAck")) {
    throw violation(reader, 0x82, `reason code ${reasonCode} is not one of CONNACK`, "3.2.2.2")
  }
  if (sessionPresent && reasonCode !== 0) {
    throw violation(reader, 0x82, "a refusal that claims a session", "3.2.2.1.1", "3.2.2.2")
  }
  if (isOld) {
    expectEnd(reader)
    return { _tag: "ConnAck", sessionPresent, reasonCode }
  }
  const properties = readProperties(reader, carriers.ConnAck)
  expectMethodWithData(reader, properties, "3.2.2.3.18")
  expectEnd(reader)
  return { _tag: "ConnAck", sessionPresent, reasonCode, properties }
}
