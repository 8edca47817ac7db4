import type { Connect, Will } from "../../Packet.ts"
import { isProtocolVersion } from "../../ProtocolVersion.ts"
import { isQoS } from "../../QoS.ts"
import { expectMethodWithData } from "../authenticationData.ts"
import { carriers } from "../carriers.ts"
import { malformed, violation } from "../refusal.ts"
import { readProperties } from "./properties.ts"
import { readTopicName } from "./publish.ts"
import { expectEnd, readBinary, readByte, type Reader, readText, readUint16 } from "./reader.ts"

const readWill = (reader: Reader, flags: number): Will => {
  const qos = (flags >> 3) & 3
  if (!isQoS(qos)) throw malformed(reader, "will QoS 3", "3.1.2.6")
  const properties = reader.version === 5 ? readProperties(reader, carriers.Will) : undefined
  const topic = readTopicName(reader, "3.1.3.3", "3.1.3.2")
  const payload = readBinary(reader)
  const retain = (flags & 0x20) !== 0
  return properties === undefined ? { topic, payload, qos, retain } : { topic, payload, qos, retain, properties }
}

/**
 * Reads CONNECT, whose own level decides by which version's rules. `pinned` refuses any other version than the one the
 * reader has.
 */
export const readConnect = (reader: Reader, pinned: boolean): Connect => {
  const protocolName = readText(reader)
  if (protocolName !== "MQTT") throw violation(reader, 0x84, "the protocol name is not MQTT", "3.1.2.1")
  const protocolVersion = readByte(reader)
  if (!isProtocolVersion(protocolVersion) || (pinned && protocolVersion !== reader.version)) {
    throw violation(reader, 0x84, `protocol version ${protocolVersion} is not supported`, "3.1.2.2")
  }
  reader.version = protocolVersion
  if (protocolVersion === 5 && reader.overlong) {
    throw malformed(reader, "the Remaining Length is longer than it needs", "1.5.5")
  }
  const flags = readByte(reader)
  if ((flags & 0x01) !== 0) throw malformed(reader, "the reserved connect flag is set", "3.1.2.3")
  if ((flags & 0x04) === 0 && (flags & 0x38) !== 0) {
    throw malformed(reader, "will QoS or will retain without a will", (flags & 0x20) === 0 ? "3.1.2.6" : "3.1.2.7")
  }
  if (protocolVersion === 4 && (flags & 0xc0) === 0x40) {
    throw malformed(reader, "a password without a user name", "3.1.2.9")
  }
  const cleanStart = (flags & 0x02) !== 0
  const keepAlive = readUint16(reader)
  const properties = protocolVersion === 5 ? readProperties(reader, carriers.Connect) : undefined
  expectMethodWithData(reader, properties, "3.1.2.11.10")
  const clientId = readText(reader)
  if (protocolVersion === 4 && clientId.length === 0 && !cleanStart) {
    throw violation(reader, 0x85, "an empty client identifier asks for a stored session", "3.1.3.1")
  }
  const will = (flags & 0x04) === 0 ? undefined : readWill(reader, flags)
  const username = (flags & 0x80) === 0 ? undefined : readText(reader)
  const password = (flags & 0x40) === 0 ? undefined : readBinary(reader)
  expectEnd(reader)
  return {
    _tag: "Connect",
    protocolName,
    protocolVersion,
    cleanStart,
    keepAlive,
    clientId,
    ...(will === undefined ? undefined : { will }),
    ...(username === undefined ? undefined : { username }),
    ...(password === undefined ? undefined : { password }),
    ...(properties === undefined ? undefined : { properties })
  }
}
