import type { Properties, UserProperty } from "../../Properties.ts"
import type { CarrierInfo } from "../carriers.ts"
import { byName, numberProblem, type Row } from "../propertyTable.ts"
import { malformed, violation } from "../refusal.ts"
import { maxVarInt, varIntLength } from "../varInt.ts"
import {
  hasWildcard,
  outOfRange,
  type OutputBuffer,
  writeBinary,
  writeByte,
  writeText,
  writeUint16,
  writeUint32,
  writeVarInt
} from "./outputBuffer.ts"

const writeNumber = (output: OutputBuffer, row: Row, value: number, carrier: CarrierInfo): void => {
  const problem = row.rule === "none" ? undefined : numberProblem(row, value)
  if (problem !== undefined) throw violation(output, row.rule === "alias" ? 0x94 : 0x82, problem, carrier.section)
  writeByte(output, row.id, row.name)
  switch (row.kind) {
    case "byte":
      return writeByte(output, value, row.name)
    case "uint16":
      return writeUint16(output, value, row.name)
    case "uint32":
      return writeUint32(output, value, row.name)
    default:
      return writeVarInt(output, value, row.name)
  }
}

const writeValue = (output: OutputBuffer, row: Row, value: unknown, carrier: CarrierInfo): void => {
  switch (row.kind) {
    case "text": {
      const text = value as string // the type of every row of this kind
      writeByte(output, row.id, row.name)
      writeText(output, text, row.name)
      if (row.rule === "topicName" && (text.length === 0 || hasWildcard(output))) {
        throw violation(output, 0x82, `${row.name} is not a topic name`, "3.3.2.3.5")
      }
      return
    }
    case "binary":
      writeByte(output, row.id, row.name)
      return writeBinary(output, value as Uint8Array, row.name) // the type of every row of this kind
    case "pair": {
      const pairs = value as ReadonlyArray<UserProperty> // the type of every row of this kind
      for (const pair of pairs) {
        writeByte(output, row.id, row.name)
        writeText(output, pair[0], row.name)
        writeText(output, pair[1], row.name)
      }
      return
    }
    case "varInt": {
      const list = value as ReadonlyArray<number> // the type of every row of this kind
      if (list.length > 1 && output.type !== "Publish") {
        throw violation(output, 0x82, `property ${row.name} stands twice`, "3.8.2.1.2")
      }
      for (const number of list) writeNumber(output, row, number, carrier)
      return
    }
    case "byte":
    case "uint16":
    case "uint32":
      return writeNumber(output, row, value as number, carrier) // the type of every row of these kinds
  }
}

/** Tells whether there is nothing to say in a property block, which opens the short forms: an empty list says nothing. */
export const isEmpty = (properties: Properties | undefined): boolean => {
  for (const name in properties) {
    const value = properties[name as keyof Properties] // own keys are field names
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return false
  }
  return true
}

/**
 * Writes a property block in the order of the object's fields: most are short, so one byte is left for the length. In 3.1.1
 * there is none, and nowhere to put properties.
 */
export const writeProperties = (
  output: OutputBuffer,
  properties: Properties | undefined,
  carrier: CarrierInfo
): void => {
  if (output.version === 4) {
    if (isEmpty(properties)) return
    throw violation(output, 0x82, "properties do not exist in this version", "2.2.2", "2.3")
  }
  output.reserve(1)
  const at = output.offset
  output.position++
  for (const name in properties) {
    const value = properties[name as keyof Properties] // own keys are field names
    if (value === undefined) continue
    const row = byName.get(name)
    if (row === undefined || (row.carriers & carrier.bit) === 0) {
      throw malformed(output, `property ${name} does not belong here`, carrier.section)
    }
    writeValue(output, row, value, carrier)
  }
  const length = output.offset - at - 1
  if (length > maxVarInt) throw outOfRange(output, "the length of the properties")
  output.resizeGap(at, 1, varIntLength(length))
  output.putVarInt(output.mark + at, length)
}

/** In 3.1.1 acknowledgements and DISCONNECT carry no code. */
export const refuseReasonCode = (output: OutputBuffer, reasonCode: number | undefined): void => {
  if (reasonCode !== undefined && reasonCode !== 0) {
    throw violation(output, 0x82, "reason codes do not exist in this packet of this version", "2.4", "2.3")
  }
}
