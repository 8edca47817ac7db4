import type { Properties } from "../../Properties.ts"
import { byId, type CarrierInfo, numberProblem, type Row } from "../propertyTable.ts"
import { malformed, violation } from "../refusal.ts"
import { hasWildcard, readBinary, readByte, type Reader, readText, readUint16, readUint32, readVarInt } from "./reader.ts"

const readNumber = (reader: Reader, row: Row): number => {
  const value = row.kind === "byte"
    ? readByte(reader)
    : row.kind === "uint16"
    ? readUint16(reader)
    : row.kind === "uint32"
    ? readUint32(reader)
    : readVarInt(reader)
  const problem = numberProblem(row, value)
  if (problem !== undefined) throw violation(reader, row.rule === "alias" ? 0x94 : 0x82, problem, "2.2.2.2")
  return value
}

/** Reads the value of one property; those that may repeat continue the list of `previous`. */
const readValue = (reader: Reader, row: Row, previous: unknown): unknown => {
  switch (row.kind) {
    case "text": {
      const text = readText(reader)
      if (row.rule === "topicName" && (text.length === 0 || hasWildcard(reader))) {
        throw violation(reader, 0x82, `${row.name} is not a topic name`, "3.3.2.3.5")
      }
      return text
    }
    case "binary":
      return readBinary(reader)
    case "pair": {
      const pair = [readText(reader), readText(reader)]
      return Array.isArray(previous) ? (previous.push(pair), previous) : [pair]
    }
    case "varInt": {
      const value = readNumber(reader, row)
      return Array.isArray(previous) ? (previous.push(value), previous) : [value]
    }
    case "byte":
    case "uint16":
    case "uint32":
      return readNumber(reader, row)
  }
}

/** One object for all packets without properties, so that they do not pay for them. */
export const noProperties: Properties = /*#__PURE__*/ Object.freeze({})

/** Reads a property block (section 2.2.2). */
export const readProperties = (reader: Reader, carrier: CarrierInfo): Properties => {
  const length = readVarInt(reader)
  if (length === 0) return noProperties
  const properties: Record<string, unknown> = {}
  const packetEnd = reader.end
  const end = reader.position + length
  if (end > packetEnd) throw malformed(reader, "the properties run past the end of the packet", "2.2.2.1")
  reader.end = end
  let seen = 0
  while (reader.position < end) {
    const id = readVarInt(reader)
    const row = byId[id]
    if (row === undefined) throw malformed(reader, `unknown property ${id}`, "2.2.2.2")
    if ((row.carriers & carrier.bit) === 0) {
      throw malformed(reader, `property ${row.name} does not belong here`, carrier.section)
    }
    if ((seen & row.bit) !== 0 && !mayRepeat(reader, row)) {
      throw violation(reader, 0x82, `property ${row.name} stands twice`, carrier.section)
    }
    seen |= row.bit
    properties[row.name] = readValue(reader, row, properties[row.name])
  }
  reader.end = packetEnd
  return properties
}

/** User properties repeat anywhere, subscription identifiers in a PUBLISH that a server sends. */
const mayRepeat = (reader: Reader, row: Row): boolean =>
  row.kind === "pair" || (row.kind === "varInt" && reader.type === "Publish")

/** Authentication Data is a protocol error without Authentication Method (sections 3.1.2.11.10, 3.2.2.3.18). */
export const expectMethodWithData = (reader: Reader, properties: Properties, section: string): void => {
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    throw violation(reader, 0x82, "authentication data without a method", section)
  }
}
