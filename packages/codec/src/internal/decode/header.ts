import { malformed, violation } from "../refusal.ts"
import type { Reader } from "./reader.ts"

/** The types that only a client sends, and those that only a server sends, as bits by their number. */
const onlyClient = 1 << 1 | 1 << 8 | 1 << 10 | 1 << 12
const onlyServer = 1 << 2 | 1 << 9 | 1 << 11 | 1 << 13

/** Tells whether the first byte is that of a PUBLISH of QoS 0, 1 or 2, which leaves nothing to judge: both sides send it. */
export const isPublish = (first: number): boolean => first >> 4 === 3 && (first & 0x06) !== 0x06

/** Judges the first byte of a packet: type, flags and direction, before anything else is there. */
export const judgeFirstByte = (reader: Reader): void => {
  const number = reader.first >> 4
  if (number === 3) throw malformed(reader, "QoS 3", "3.3.1.2")
  if (number === 0 || (number === 15 && reader.version === 4)) {
    throw malformed(reader, `packet type ${number} is reserved`, "2.1.2", "2.2.1")
  }
  const expected = number === 6 || number === 8 || number === 10 ? 0x02 : 0
  if ((reader.first & 0x0f) !== expected) {
    throw malformed(reader, "reserved flags of the fixed header are wrong", "2.1.3", "2.2.2")
  }
  if (reader.sender === undefined) return
  const foreign = reader.sender === "server" ? onlyClient : onlyServer
  // In 3.1.1 a server cannot say why it goes: DISCONNECT is the client's (section 3.14).
  const silent = number === 14 && reader.version === 4 && reader.sender === "server"
  if (silent || (foreign >> number & 1) === 1) {
    throw violation(reader, 0x82, `a ${reader.sender} does not send this packet`, "2.1.2", "2.2.1")
  }
}
