import { nativeText } from "../nativeText.ts"
import { isUsual, isUsualText, rareBits } from "../utf8.ts"

/**
 * Texts that were there before. A connection sees the same topics again and again, and of what an 80-byte PUBLISH costs the
 * call that makes a string of its topic is a third to a half. Looking a topic up here costs no more than checking it, which
 * is no longer necessary: with a hundred topics a stream takes a third less time, with two thousand a tenth, and a packet 40
 * bytes less memory. One with a text that is new takes up to a fifth more.
 *
 * One table of fixed size (up to 580 KiB, of which only what is used is real memory) serves all decoders. Who fills it with
 * texts of his own, or with some that fall into one slot, makes others as slow as new texts are; equal hashes are never taken
 * for equal texts.
 *
 * Texts of a PUBLISH only, since nothing is to be kept of what a CONNECT says. A token in a user property is kept when it
 * comes twice, until another text takes its slot.
 */
const slotBits = 12
const slots = 1 << slotBits

/** Words of a slot: the hash of its text, its candidate, and the bytes. */
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

/** Every other word is in one hash, the rest in another, so that two multiplications go on at a time. */
const joinHashes = (length: number, even: number, odd: number): number => mix(mix(length, even), odd)

const slotOf = (hash: number): number => hash >>> (32 - slotBits)

/** Tells whether a text of this many bytes may be in the table. */
export const mayRecur = (length: number): boolean => length >= shortest && length <= longest

/**
 * Reads a text that is ASCII without U+0000 and wildcards; `undefined` where it may not be, for a closer look. It is kept
 * when it comes the second time and the text of its slot has not come between; the third time, where there is another
 * candidate.
 */
export const readRecurring = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start
  const hash = gather(bytes, start, end)
  const slot = slotOf(hash)
  const record = slot * wordsInSlot
  const known = texts[slot]
  const words = 2 + ((length - 1) >> 3 << 1)
  if (table[record] === hash && known.length === length && isCurrent(record + bytesAt, words)) {
    table[record + candidateAt] = 0
    return known
  }
  return isCurrentUsual(words) ? readUnknown(hash, bytes, start, end) : undefined
}

/** Puts the words of a text into `current`, those of the last eight bytes first: they overlap others. Returns the hash. */
const gather = (bytes: Uint8Array, start: number, end: number): number => {
  const tail = end - 8
  current[0] = wordAt(bytes, tail)
  current[1] = wordAt(bytes, tail + 4)
  let words = 2
  let even = 0
  let odd = 0
  for (let at = start; at < tail; at += 8) {
    const first = wordAt(bytes, at)
    const second = wordAt(bytes, at + 4)
    current[words++] = first
    current[words++] = second
    even = mix(even, first)
    odd = mix(odd, second)
  }
  return joinHashes(end - start, mix(even, current[0]), mix(odd, current[1]))
}

const isCurrent = (base: number, words: number): boolean => {
  let difference = 0
  for (let index = 0; index < words; index++) difference |= current[index] ^ table[base + index]
  return difference === 0
}

const isCurrentUsual = (words: number): boolean => {
  let rare = 0
  for (let index = 0; index < words; index++) rare |= rareBits(current[index])
  return isUsual(rare)
}

/** The same where `view` has the bytes as well: four are looked at in one load, and go nowhere. */
export const readViewedRecurring = (
  view: DataView,
  bytes: Uint8Array,
  start: number,
  end: number
): string | undefined => {
  const length = end - start
  const tail = end - 8
  const lastEven = view.getInt32(tail, true)
  const lastOdd = view.getInt32(tail + 4, true)
  let even = 0
  let odd = 0
  for (let at = start; at < tail; at += 8) {
    even = mix(even, view.getInt32(at, true))
    odd = mix(odd, view.getInt32(at + 4, true))
  }
  const hash = joinHashes(length, mix(even, lastEven), mix(odd, lastOdd))
  const slot = slotOf(hash)
  const record = slot * wordsInSlot
  const known = texts[slot]
  if (table[record] === hash && known.length === length) {
    let word = record + bytesAt
    let difference = (table[word] ^ lastEven) | (table[word + 1] ^ lastOdd)
    for (let at = start; at < tail; at += 8) {
      word += 2
      difference |= (table[word] ^ view.getInt32(at, true)) | (table[word + 1] ^ view.getInt32(at + 4, true))
    }
    if (difference === 0) {
      if (unlucky > 1) unlucky -= 2
      table[record + candidateAt] = 0
      return known
    }
  }
  if (unlucky < mostUnlucky) unlucky++
  return isUsualText(view, start, end) ? readUnknown(hash, bytes, start, end) : undefined
}

/**
 * How often texts of streams were not there, less twice as often as they were. Where so few come again, all but one of some
 * sixty are not looked up: a stream of 60 000 topics would take a quarter more time, and so takes a tenth more.
 */
let unlucky = 0
const mostUnlucky = 1024
let passedOver = 0

/** Tells whether to look up the next text of a stream. */
export const isWorthLooking = (): boolean => {
  if (unlucky < mostUnlucky) return true
  passedOver = (passedOver + 1) % 61
  return passedOver === 0
}

/**
 * Makes the text anew, and keeps it if it is the candidate of its slot. A candidate is a hash whose lowest bit is set until
 * another text comes; the one after that takes its place.
 */
const readUnknown = (hash: number, bytes: Uint8Array, start: number, end: number): string => {
  const text = nativeText.readAscii(bytes, start, end)
  const slot = slotOf(hash)
  const record = slot * wordsInSlot
  const candidate = table[record + candidateAt]
  if ((candidate ^ hash) >>> 1 === 0) {
    gather(bytes, start, end)
    table[record] = hash
    table[record + candidateAt] = 0
    table.set(current, record + bytesAt)
    texts[slot] = text
  } else table[record + candidateAt] = (candidate & 1) === 0 ? hash | 1 : candidate & ~1
  return text
}
