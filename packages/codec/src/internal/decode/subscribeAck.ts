import type { SubAck, UnsubAck } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { carriers } from "../carriers.ts"
import { violation } from "../refusal.ts"
import { readProperties } from "./properties.ts"
import { expectEnd, readByte, type Reader, readPacketId } from "./reader.ts"

const failure = 0x80

const readCodes = (reader: Reader, type: "SubAck" | "UnsubAck", section: string): Array<number> => {
  const codes: Array<number> = []
  while (reader.position < reader.end) {
    const code = readByte(reader)
    if (!ReasonCode.isValid(code, type)) {
      throw violation(reader, 0x82, `code ${code} is not one of this packet`, section)
    }
    // Some servers of both versions say why also in 3.1.1, which reserves these codes: it is a failure all the same.
    codes.push(reader.version === 4 && code > failure ? failure : code)
  }
  if (codes.length === 0) throw violation(reader, 0x82, "no code", section)
  return codes
}

export const readSubAck = (reader: Reader): SubAck => {
  const packetId = readPacketId(reader)
  if (reader.version === 4) return { _tag: "SubAck", packetId, reasonCodes: readCodes(reader, "SubAck", "3.9.3") }
  const properties = readProperties(reader, carriers.SubAck)
  return { _tag: "SubAck", packetId, reasonCodes: readCodes(reader, "SubAck", "3.9.3"), properties }
}

export const readUnsubAck = (reader: Reader): UnsubAck => {
  const packetId = readPacketId(reader)
  if (reader.version === 4) {
    expectEnd(reader)
    return { _tag: "UnsubAck", packetId }
  }
  const properties = readProperties(reader, carriers.UnsubAck)
  return { _tag: "UnsubAck", packetId, reasonCodes: readCodes(reader, "UnsubAck", "3.11.3"), properties }
}
