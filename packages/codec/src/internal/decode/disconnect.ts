import type { Auth, Disconnect } from "../../Packet.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import { carriers } from "../carriers.ts"
import { violation } from "../refusal.ts"
import { noProperties, readProperties } from "./properties.ts"
import { expectEnd, readByte, type Reader } from "./reader.ts"

/** Reads DISCONNECT; 5.0 may leave out a normal code and empty properties (section 3.14.2.2.1). */
export const readDisconnect = (reader: Reader): Disconnect => {
  if (reader.version === 4) {
    expectEnd(reader)
    return { _tag: "Disconnect" }
  }
  if (reader.position === reader.end) return { _tag: "Disconnect", reasonCode: 0, properties: noProperties }
  const reasonCode = readByte(reader)
  if (!ReasonCode.isValid(reasonCode, "Disconnect")) {
    throw violation(reader, 0x82, `reason code ${reasonCode} is not one of DISCONNECT`, "3.14.2.1")
  }
  // The codes that only a server is to say are taken from a client as well: it is gone, and may have said for how long.
  if (reasonCode === 0x04 && reader.sender === "server") {
    throw violation(reader, 0x82, "a server asks for a will message", "3.14.2.1")
  }
  if (reader.position === reader.end) return { _tag: "Disconnect", reasonCode, properties: noProperties }
  const properties = readProperties(reader, carriers.Disconnect)
  if (properties.sessionExpiryInterval !== undefined && reader.sender === "server") {
    throw violation(reader, 0x82, "a session expiry interval from a server", "3.14.2.2.2")
  }
  if (properties.serverReference !== undefined && reader.sender === "client") {
    throw violation(reader, 0x82, "a server reference from a client", "3.14.2.2.5")
  }
  expectEnd(reader)
  return { _tag: "Disconnect", reasonCode, properties }
}

/**
 * Reads AUTH. Empty, it is the short form of a success without properties (section 3.15.2.1), which only the session can
 * judge; any other form has to name the method.
 */
export const readAuth = (reader: Reader): Auth => {
  const isEmpty = reader.position === reader.end
  const reasonCode = isEmpty ? 0 : readByte(reader)
  if (!ReasonCode.isValid(reasonCode, "Auth")) {
    throw violation(reader, 0x82, `reason code ${reasonCode} is not one of AUTH`, "3.15.2.1")
  }
  if (reasonCode === 0x19 && reader.sender === "server") {
    throw violation(reader, 0x82, "a server asks to re-authenticate", "3.15.2.1")
  }
  if (reasonCode === 0 && reader.sender === "client") {
    throw violation(reader, 0x82, "a client says that authentication has succeeded", "3.15.2.1")
  }
  if (isEmpty) return { _tag: "Auth", reasonCode, properties: noProperties }
  const properties = readProperties(reader, carriers.Auth)
  if (properties.authenticationMethod === undefined) {
    throw violation(reader, 0x82, "no authentication method", "3.15.2.2.2")
  }
  expectEnd(reader)
  return { _tag: "Auth", reasonCode, properties }
}
