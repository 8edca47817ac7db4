import type { Properties, UserProperty } from "../../Properties.ts"
import { type CarrierInfo, carriers } from "../carriers.ts"
import { byId, numberProblem, type Row, type WritableProperties } from "../propertyTable.ts"
import { malformed, violation } from "../refusal.ts"
import { identifierAlone } from "./identifierAlone.ts"
import {
  hasWildcard,
  readBinary,
  readByte,
  type Reader,
  readText,
  readUint16,
  readUint32,
  readVarInt
} from "./reader.ts"

const readNumber = (reader: Reader, row: Row, carrier: CarrierInfo): number => {
  const value = row.kind === "byte"
    ? readByte(reader)
    : row.kind === "uint16"
    ? readUint16(reader)
    : row.kind === "uint32"
    ? readUint32(reader)
    : readVarInt(reader)
  if (row.rule === "none") return value
  const problem = numberProblem(row, value)
  if (problem !== undefined) throw violation(reader, row.rule === "alias" ? 0x94 : 0x82, problem, carrier.section)
  return value
}

const readTopicName = (reader: Reader, row: Row): string => {
  const topic = readText(reader)
  if (topic.length > 0 && !hasWildcard(reader)) return topic
  throw violation(reader, 0x82, `${row.name} is not a topic name`, "3.3.2.3.5")
}

/** One object for all packets without properties, so that they do not pay for them. */
export const noProperties: Properties = /*#__PURE__*/ Object.freeze({})

/** Reads a property block (section 2.2.2). */
export const readProperties = (reader: Reader, carrier: CarrierInfo): Properties => {
  const length = readVarInt(reader)
  if (length === 0) return noProperties
  const packetEnd = reader.end
  const end = reader.position + length
  if (end > packetEnd) throw malformed(reader, "the properties run past the end of the packet", "2.2.2.1")
  if (carrier === carriers.Publish) {
    const properties = identifierAlone(reader.bytes, reader.position, end)
    if (properties !== undefined) {
      reader.position = end
      return properties
    }
  }
  reader.end = end
  const properties: WritableProperties = {}
  let pairs: Array<UserProperty> | undefined
  let numbers: Array<number> | undefined
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
    switch (row.kind) {
      case "pair": {
        const pair = [readText(reader), readText(reader)] as const
        if (pairs === undefined) row.put(properties, pairs = [pair])
        else pairs.push(pair)
        break
      }
      case "varInt": {
        const number = readNumber(reader, row, carrier)
        if (numbers === undefined) row.put(properties, numbers = [number])
        else numbers.push(number)
        break
      }
      case "text":
        row.put(properties, row.rule === "topicName" ? readTopicName(reader, row) : readText(reader))
        break
      case "binary":
        row.put(properties, readBinary(reader))
        break
      default:
        row.put(properties, readNumber(reader, row, carrier))
    }
  }
  reader.end = packetEnd
  return properties as Properties // the kinds of the table are the types of the fields
}

/** User properties repeat anywhere, subscription identifiers in a PUBLISH that a server sends. */
const mayRepeat = (reader: Reader, row: Row): boolean =>
  row.kind === "pair" || (row.kind === "varInt" && reader.type === "Publish")
