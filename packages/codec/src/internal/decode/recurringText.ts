import { nativeText } from "../nativeText.ts"
import { isUsual, rareBits } from "../utf8.ts"

/**
 * Texts that were there before. A connection sees the same topics again and again, and of what an 80-byte PUBLISH costs the
 * call that makes a string of its topic is a third. Looking a topic up here costs as much as checking it, which is no longer
 * necessary: a sixth less time and 40 bytes less memory for the packet. One with a text that is new takes up to a tenth more.
 *
 * One table of fixed size (70 to 150 KiB) serves all decoders. Who fills it with texts of his own, or with some that fall
 * into one slot, makes others as slow as new texts are; equal hashes are never taken for equal texts.
 *
 * Texts of a PUBLISH only, since nothing is to be kept of what a CONNECT says. A token in a user property is kept when it
 * comes twice, until another text takes its slot.
 */
const slotBits = 10
const slots = 1 << slotBits

/** Words of a slot: the hash of its text, the hash of the last text that found another one there, and the bytes. */
const wordsInSlot = 16
const candidateAt = 1
const bytesAt = 2

/** Shorter texts are made of character codes in less time. */
const shortest = 13
const longest = (wordsInSlot - bytesAt) * 4

const texts: Array<string> = /*#__PURE__*/ Array.from({ length: slots }, () => "")
const table = /*#__PURE__*/ new Int32Array(slots * wordsInSlot)
const current = /*#__PURE__*/ new Int32Array(wordsInSlot - bytesAt)

export const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24

export const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x9e3779b1)

/** Tells whether a text of so many bytes may be in the table. */
export const mayRecur = (length: number): boolean => length >= shortest && length <= longest

/**
 * Reads a text that is ASCII without U+0000 and wildcards; `undefined` where it may not be, for a closer look. It is kept
 * when it comes the second time with none of its slot between: one that comes once does not drive out the others.
 */
export const readRecurring = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start
  const last = end - 4
  let hash = length
  let count = 0
  let rare = 0
  for (let at = start; at < last; at += 4) {
    const word = wordAt(bytes, at)
    current[count++] = word
    rare |= rareBits(word)
    hash = mix(hash, word)
  }
  // The last four bytes overlap those before.
  const word = wordAt(bytes, last)
  current[count++] = word
  rare |= rareBits(word)
  if (!isUsual(rare)) return undefined
  hash = mix(hash, word)
  const slot = hash >>> (32 - slotBits)
  const record = slot * wordsInSlot
  if (table[record] === hash && texts[slot].length === length && isCurrent(record + bytesAt, count)) {
    table[record + candidateAt] = 0
    return texts[slot]
  }
  const text = nativeText.readAscii(bytes, start, end)
  if (table[record + candidateAt] === hash) {
    table[record] = hash
    table.set(current, record + bytesAt)
    texts[slot] = text
  } else table[record + candidateAt] = hash
  return text
}

const isCurrent = (base: number, count: number): boolean => {
  let difference = 0
  for (let index = 0; index < count; index++) difference |= current[index] ^ table[base + index]
  return difference === 0
}
