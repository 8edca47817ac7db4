import type { Properties, UserProperty } from "../../Properties.ts"
import type { WritableProperties } from "../propertyTable.ts"
import { readPlainName, readPlainText } from "./plainText.ts"
import { copyOf } from "./reader.ts"

/** A variable byte integer of one or two bytes in its shortest form, or -1. */
export const shortVarInt = (bytes: Uint8Array, at: number, end: number): number => {
  if (at >= end) return -1
  const low = bytes[at]
  if (low < 0x80) return low
  if (at + 1 >= end) return -1
  const high = bytes[at + 1]
  return high === 0 || high >= 0x80 ? -1 : high << 7 | low & 0x7f
}

const uint16At = (bytes: Uint8Array, at: number): number => bytes[at] << 8 | bytes[at + 1]

/** Where a field ends that begins with its length, or -1 where it is cut short. */
const fieldEnd = (bytes: Uint8Array, at: number, end: number): number => {
  if (at + 2 > end) return -1
  const last = at + 2 + uint16At(bytes, at)
  return last > end ? -1 : last
}

/** A bit for each identifier that a PUBLISH may have, no two of them the same. */
const bitOf = (identifier: number): number => 1 << identifier % 31

const userProperty = 0x26

/** How many user properties stand one behind the other, or -1 where one is cut short. */
const countPairs = (bytes: Uint8Array, start: number, end: number): number => {
  let count = 0
  for (let at = start; at < end && bytes[at] === userProperty; count++) {
    const nameEnd = fieldEnd(bytes, at + 1, end)
    if (nameEnd < 0) return -1
    at = fieldEnd(bytes, nameEnd, end)
    if (at < 0) return -1
  }
  return count
}

/** An array of its final length, up to four: one that grows by `push` has room for seventeen. */
const arrayOf = (pair: UserProperty, count: number): Array<UserProperty> => {
  switch (count) {
    case 1:
      return [pair]
    case 2:
      return [pair, pair]
    case 3:
      return [pair, pair, pair]
    default:
      return [pair, pair, pair, pair]
  }
}

/**
 * Reads the properties of a PUBLISH as most of them are: each once, user properties side by side, the response topic in
 * ASCII. Gives `undefined` for any others, good or bad, which `readProperties` then reads or refuses. Without the cursor and
 * the rows of the table, which stays the one place that says why something is refused, a packet with ten properties takes a
 * tenth less time.
 *
 * @param identified whether a subscription identifier may be among them
 */
export const readPlainProperties = (
  bytes: Uint8Array,
  start: number,
  end: number,
  identified: boolean
): Properties | undefined => {
  const properties: WritableProperties = {}
  let seen = 0
  let at = start
  while (at < end) {
    const identifier = bytes[at]
    const bit = bitOf(identifier)
    if ((seen & bit) !== 0) return undefined
    seen |= bit
    const valueAt = at + 1
    switch (identifier) {
      case 0x01:
        at = valueAt + 1
        if (at > end || bytes[valueAt] > 1) return undefined
        properties.payloadFormatIndicator = bytes[valueAt]
        break
      case 0x02:
        at = valueAt + 4
        if (at > end) return undefined
        properties.messageExpiryInterval = uint16At(bytes, valueAt) * 0x10000 + uint16At(bytes, valueAt + 2)
        break
      case 0x03: {
        at = fieldEnd(bytes, valueAt, end)
        const contentType = at < 0 ? undefined : readPlainText(bytes, valueAt + 2, at)
        if (contentType === undefined) return undefined
        properties.contentType = contentType
        break
      }
      case 0x08: {
        at = fieldEnd(bytes, valueAt, end)
        const responseTopic = at <= valueAt + 2 ? undefined : readPlainName(bytes, valueAt + 2, at)
        if (responseTopic === undefined) return undefined
        properties.responseTopic = responseTopic
        break
      }
      case 0x09:
        at = fieldEnd(bytes, valueAt, end)
        if (at < 0) return undefined
        properties.correlationData = copyOf(bytes, valueAt + 2, at)
        break
      case 0x0b: {
        const number = shortVarInt(bytes, valueAt, end)
        if (number <= 0 || !identified) return undefined
        at = valueAt + (number < 0x80 ? 1 : 2)
        properties.subscriptionIdentifiers = [number]
        break
      }
      case 0x23: {
        at = valueAt + 2
        const alias = at > end ? 0 : uint16At(bytes, valueAt)
        if (alias === 0) return undefined
        properties.topicAlias = alias
        break
      }
      case userProperty: {
        const count = countPairs(bytes, at, end)
        let pairs: Array<UserProperty> | undefined
        for (let index = 0; index < count; index++) {
          const nameEnd = at + 3 + uint16At(bytes, at + 1)
          const name = readPlainText(bytes, at + 3, nameEnd)
          at = nameEnd + 2 + uint16At(bytes, nameEnd)
          const value = readPlainText(bytes, nameEnd + 2, at)
          if (name === undefined || value === undefined) return undefined
          if (pairs === undefined) pairs = arrayOf([name, value], count)
          else if (index < pairs.length) pairs[index] = [name, value]
          else pairs.push([name, value])
        }
        if (pairs === undefined) return undefined
        properties.userProperties = pairs
        break
      }
      default:
        return undefined
    }
  }
  return properties as Properties // the kinds of the table are the types of the fields
}
