import { isUsual, rareBits, readAscii } from "../utf8.ts"
import { mix, wordAt } from "./recurringText.ts"

/**
 * Texts of up to twelve bytes that were there before, as `recurringText.ts` keeps longer ones: names of user properties come
 * with every message, and many of their values come again. A packet with four user properties takes a sixth to a fifth less
 * time and 300 bytes less memory; where no value comes again, it takes no longer than with a table for the names alone.
 *
 * One table of fixed size (24 to 56 KiB) serves all decoders. A text is covered by three words, which may overlap.
 */
const slotBits = 10
const slots = 1 << slotBits

/** Words of a slot: those of its text, and the hash of the last text that was not found there. */
const wordsInSlot = 4
const candidateAt = 3

const shortest = 4
const longest = 12

const texts: Array<string> = /*#__PURE__*/ Array.from({ length: slots }, () => "")
const table = /*#__PURE__*/ new Int32Array(slots * wordsInSlot)

/** Tells whether a text of this many bytes may be in the table. */
export const mayBeWord = (length: number): boolean => length >= shortest && length <= longest

/**
 * Reads a text that is ASCII without U+0000 and wildcards; `undefined` where it may not be, for a closer look. It is kept
 * when it comes the second time with no other new one of its slot between.
 */
export const readRecurringWord = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start
  const first = wordAt(bytes, start)
  const middle = wordAt(bytes, start + ((length - 4) >> 1))
  const last = wordAt(bytes, end - 4)
  if (!isUsual(rareBits(first) | rareBits(middle) | rareBits(last))) return undefined
  const hash = mix(mix(mix(length, first), middle), last)
  const slot = hash >>> (32 - slotBits)
  const record = slot * wordsInSlot
  const known = texts[slot]
  if (
    table[record] === first && table[record + 1] === middle && table[record + 2] === last && known.length === length
  ) return known
  const text = readAscii(bytes, start, end)
  if (table[record + candidateAt] === hash) {
    table[record] = first
    table[record + 1] = middle
    table[record + 2] = last
    texts[slot] = text
  } else table[record + candidateAt] = hash
  return text
}
