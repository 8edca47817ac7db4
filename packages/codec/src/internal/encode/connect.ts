import type { ConnAck, Connect, Will } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { expectMethodWithData } from "../authenticationData.ts"
import { carriers } from "../carriers.ts"
import { malformed, violation } from "../refusal.ts"
import { type OutputBuffer, writeBinary, writeByte, writeText, writeUint16 } from "./outputBuffer.ts"
import { writeProperties } from "./properties.ts"
import { checkQoS, writeWillTopic } from "./publish.ts"

const writeWill = (output: OutputBuffer, will: Will): void => {
  writeProperties(output, will.properties, carriers.Will)
  writeWillTopic(output, will.topic)
  writeBinary(output, will.payload, "the will payload")
}

export const writeConnect = (output: OutputBuffer, packet: Connect): void => {
  if (packet.protocolName !== "MQTT") throw violation(output, 0x84, "the protocol name is not MQTT", "3.1.2.1")
  if (packet.protocolVersion !== output.version) {
    throw violation(output, 0x84, `a CONNECT of protocol version ${packet.protocolVersion}`, "3.1.2.2")
  }
  const { password, username, will } = packet
  writeText(output, packet.protocolName, "the protocol name")
  writeByte(output, packet.protocolVersion, "the protocol version")
  let flags = packet.cleanStart ? 0x02 : 0
  if (will !== undefined) flags |= 0x04 | checkQoS(output, will.qos, "3.1.2.6") << 3 | (will.retain ? 0x20 : 0)
  if (username !== undefined) flags |= 0x80
  if (password !== undefined) flags |= 0x40
  if (output.version === 4 && password !== undefined && username === undefined) {
    throw malformed(output, "a password without a user name", "3.1.2.9")
  }
  writeByte(output, flags, "the connect flags")
  writeUint16(output, packet.keepAlive, "the keep alive")
  if (output.version === 5) expectMethodWithData(output, packet.properties, "3.1.2.11.10")
  writeProperties(output, packet.properties, carriers.Connect)
  if (output.version === 4 && packet.clientId.length === 0 && !packet.cleanStart) {
    throw violation(output, 0x85, "an empty client identifier asks for a stored session", "3.1.3.1")
  }
  writeText(output, packet.clientId, "the client identifier")
  if (will !== undefined) writeWill(output, will)
  if (username !== undefined) writeText(output, username, "the user name")
  if (password !== undefined) writeBinary(output, password, "the password")
}

export const writeConnAck = (output: OutputBuffer, packet: ConnAck): void => {
  const { properties, reasonCode, sessionPresent } = packet
  // A 5.0 server that knows no such version answers in the shape of 3.1.1: version 4 writes it.
  const known = output.version === 5
    ? ReasonCode.isValid(reasonCode, "ConnAck") || (properties === undefined && ReasonCode.isReturnCode(reasonCode))
    : ReasonCode.isReturnCode(reasonCode)
  if (!known) throw violation(output, 0x82, `code ${reasonCode} is not one of CONNACK`, "3.2.2.2", "3.2.2.3")
  if (sessionPresent && reasonCode !== 0) {
    throw violation(output, 0x82, "a refusal that claims a session", "3.2.2.1.1", "3.2.2.2")
  }
  writeByte(output, sessionPresent ? 1 : 0, "the acknowledge flags")
  writeByte(output, reasonCode, "the reason code")
  // Return codes of 3.1.1 mean nothing in 5.0: such a CONNACK keeps its shape, without a property block.
  if (output.version === 5) {
    if (!ReasonCode.isValid(reasonCode, "ConnAck")) return
    expectMethodWithData(output, properties, "3.2.2.3.18")
  }
  writeProperties(output, properties, carriers.ConnAck)
}
