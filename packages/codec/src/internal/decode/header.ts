import type { PacketType } from "../../Packet.ts"
import { malformed, violation } from "../refusal.ts"
import type { Reader } from "./reader.ts"

/** Packet types by the high four bits of the first byte (section 2.1.2). */
const types: ReadonlyArray<PacketType | undefined> = [
  undefined,
  "Connect",
  "ConnAck",
  "Publish",
  "PubAck",
  "PubRec",
  "PubRel",
  "PubComp",
  "Subscribe",
  "SubAck",
  "Unsubscribe",
  "UnsubAck",
  "PingReq",
  "PingResp",
  "Disconnect",
  "Auth"
]

/** The types that only a client sends, and those that only a server sends, as bits by their number. */
const onlyClient = 1 << 1 | 1 << 8 | 1 << 10 | 1 << 12
const onlyServer = 1 << 2 | 1 << 9 | 1 << 11 | 1 << 13

/** Takes in the first byte of a packet: type, flags and direction are judged before anything else is there. */
export const readFirstByte = (reader: Reader, byte: number): void => {
  const number = byte >> 4
  const flags = byte & 0x0f
  const type = types[number]
  reader.type = type
  reader.flags = flags
  if (number === 3) {
    if ((flags & 0x06) === 0x06) throw malformed(reader, "QoS 3", "3.3.1.2")
    return
  }
  if (type === undefined || (number === 15 && reader.version === 4)) {
    throw malformed(reader, `packet type ${number} is reserved`, "2.1.2", "2.2.1")
  }
  const expected = number === 6 || number === 8 || number === 10 ? 0x02 : 0
  if (flags !== expected) throw malformed(reader, "reserved flags of the fixed header are wrong", "2.1.3", "2.2.2")
  if (reader.sender === undefined) return
  const foreign = reader.sender === "server" ? onlyClient : onlyServer
  // In 3.1.1 a server cannot say why it goes: DISCONNECT is the client's (section 3.14).
  const silent = number === 14 && reader.version === 4 && reader.sender === "server"
  if (silent || (foreign >> number & 1) === 1) {
    throw violation(reader, 0x82, `a ${reader.sender} does not send this packet`, "2.1.2", "2.2.1")
  }
}
