import { nativeText } from "./nativeText.ts"

/**
 * Bytes that a string takes in UTF-8, or -1 where it holds half of a surrogate pair, which has no encoding
 * [MQTT-1.5.4-1].
 */
export const encodedLength = (text: string): number => {
  const units = text.length
  let length = units
  for (let index = 0; index < units; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) {
      length += 1
      continue
    }
    length += 2
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = unit < 0xdc00 ? text.charCodeAt(index + 1) : 0
    // NaN at the end of the text fails both comparisons.
    if (!(next >= 0xdc00 && next <= 0xdfff)) return -1
    // A pair makes four bytes: its two units and these two.
    index++
  }
  return length
}

/** Below this many units a loop beats the call into the platform, which takes 60 ns. */
const shortText = 64

/** What `scan` and `writeText` may find, as bits. */
export const foundNull = 1
export const foundWildcard = 2
export const foundWide = 4

/**
 * Writes a text without looking back, and tells what it has found on the way; where that is more than ASCII, the text is to
 * be written once more. One pass over a topic costs as much as the three searches that it saves.
 */
export const writeAscii = (bytes: Uint8Array, at: number, text: string): number => {
  const units = text.length
  let index = 0
  // Below `usual` a difference is negative and has all the high bits, above ASCII a unit has one: one test in the end.
  let high = 0
  for (const last = units - 4; index <= last; index += 4) {
    const first = text.charCodeAt(index)
    const second = text.charCodeAt(index + 1)
    const third = text.charCodeAt(index + 2)
    const fourth = text.charCodeAt(index + 3)
    bytes[at + index] = first
    bytes[at + index + 1] = second
    bytes[at + index + 2] = third
    bytes[at + index + 3] = fourth
    high |= first | (first - usual) | second | (second - usual) | third | (third - usual) | fourth | (fourth - usual)
  }
  for (; index < units; index++) {
    const unit = text.charCodeAt(index)
    bytes[at + index] = unit
    high |= unit | (unit - usual)
  }
  return (high & ~0x7f) === 0 ? 0 : kindsIn(text)
}

const kindsIn = (text: string): number => {
  let found = 0
  for (let index = 0; index < text.length; index++) found |= kindOf(text.charCodeAt(index))
  return found
}

/** Letters, digits and most of the punctuation of topics begin here, above both wildcards. */
const usual = 0x2c

const kindOf = (unit: number): number =>
  unit >= 0x80
    ? foundWide
    : unit >= usual
    ? 0
    : unit === 0x2b || unit === 0x23
    ? foundWildcard
    : unit === 0
    ? foundNull
    : 0

/** Tells whether a text is better written by `writeAscii`. */
export const isShort = (text: string): boolean => text.length < shortText || nativeText.write === undefined

/**
 * Writes a string as UTF-8 and returns the number of bytes. The buffer must have room for three bytes a unit. Halves of
 * surrogate pairs become U+FFFD, as every platform does it: check with `encodedLength` where the result is not as long
 * as the text.
 */
export const writeUtf8 = (bytes: Uint8Array, at: number, text: string): number => {
  const units = text.length
  if (units >= shortText && nativeText.write !== undefined) return nativeText.write(bytes, text, at)
  let position = at
  for (let index = 0; index < units; index++) {
    let unit = text.charCodeAt(index)
    if (unit < 0x80) {
      bytes[position++] = unit
      continue
    }
    if (unit < 0x800) {
      bytes[position++] = 0xc0 | (unit >> 6)
      bytes[position++] = 0x80 | (unit & 0x3f)
      continue
    }
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = unit < 0xdc00 ? text.charCodeAt(index + 1) : 0
      if (next >= 0xdc00 && next <= 0xdfff) {
        const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00)
        bytes[position++] = 0xf0 | (point >> 18)
        bytes[position++] = 0x80 | ((point >> 12) & 0x3f)
        bytes[position++] = 0x80 | ((point >> 6) & 0x3f)
        bytes[position++] = 0x80 | (point & 0x3f)
        index++
        continue
      }
      unit = 0xfffd
    }
    bytes[position++] = 0xe0 | (unit >> 12)
    bytes[position++] = 0x80 | ((unit >> 6) & 0x3f)
    bytes[position++] = 0x80 | (unit & 0x3f)
  }
  return position - at
}

/**
 * Where UTF-8 stops being well formed, or -1: no overlong forms, no surrogates, nothing above U+10FFFF
 * (section 1.5.4, the table of RFC 3629 section 4).
 */
export const firstIllFormed = (bytes: Uint8Array, start: number, end: number): number => {
  let index = start
  while (index < end) {
    const lead = bytes[index] // below end
    if (lead < 0x80) {
      index++
      continue
    }
    const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
    if (length === 0 || end - index < length) return index
    const second = bytes[index + 1] // below end
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < least || second > most) return index
    for (let tail = 2; tail < length; tail++) {
      if ((bytes[index + tail]) >> 6 !== 2) return index // below end
    }
    index += length
  }
  return -1
}

/** What every byte is, to be looked up. */
const kinds: Uint8Array = /*#__PURE__*/ Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte))

const kindsOfFour = (bytes: Uint8Array, at: number): number =>
  kinds[bytes[at]] | kinds[bytes[at + 1]] | kinds[bytes[at + 2]] | kinds[bytes[at + 3]]

/**
 * Looks for what texts rarely hold, in one pass: U+0000, the wildcards, and bytes that are not ASCII. Four searches by the
 * platform cost three times as much at the length of a topic.
 */
export const scan = (bytes: Uint8Array, start: number, end: number): number => {
  const last = end - 4
  let found = 0
  if (last < start) {
    for (let index = start; index < end; index++) found |= kinds[bytes[index]]
    return found
  }
  for (let index = start; index < last; index += 4) found |= kindsOfFour(bytes, index)
  // The last four overlap those before: a loop over the rest would end where no branch predictor expects it.
  return found | kindsOfFour(bytes, last)
}

/** `usual` in each byte of a word, and the bits that tell. */
const usualBytes = 0x2c2c2c2c
const highBits = 0x80808080 | 0

/** Gathers from four bytes what `isUsual` is to judge: one below `usual` borrows from its high bit, one above ASCII has it. */
export const rareBits = (word: number): number => word | (word - usualBytes)

/** Tells whether all bytes are ASCII and none is U+0000 or a wildcard; of others that are rare it says no as well. */
export const isUsual = (rare: number): boolean => (rare & highBits) === 0

/**
 * The same of a text of four bytes or more, of which four are looked at in one load: a tenth less time for a message of a
 * stream than with `scan`.
 */
export const isUsualText = (view: DataView, start: number, end: number): boolean => {
  const last = end - 4
  let rare = rareBits(view.getInt32(last, true))
  for (let at = start; at < last; at += 4) rare |= rareBits(view.getInt32(at, true))
  return isUsual(rare)
}

/** Above this length the call into the platform, which takes 45 ns, is cheaper. */
const longestOfCodes = 12

/** Reads bytes below 0x80. */
export const readAscii = (bytes: Uint8Array, start: number, end: number): string =>
  end - start > longestOfCodes ? nativeText.readAscii(bytes, start, end) : readShortAscii(bytes, start, end)

/** Up to eight bytes become a string in one call of `fromCharCode`; strings this short are joined by copying. */
const readShortAscii = (bytes: Uint8Array, start: number, end: number): string => {
  switch (end - start) {
    case 0:
      return ""
    case 1:
      return String.fromCharCode(bytes[start])
    case 2:
      return String.fromCharCode(bytes[start], bytes[start + 1])
    case 3:
      return String.fromCharCode(bytes[start], bytes[start + 1], bytes[start + 2])
    case 4:
      return fourAscii(bytes, start)
    case 5:
    case 6:
    case 7:
      return fourAscii(bytes, start) + readShortAscii(bytes, start + 4, end)
    case 8:
      return eightAscii(bytes, start)
    default:
      return eightAscii(bytes, start) + readShortAscii(bytes, start + 8, end)
  }
}

const fourAscii = (bytes: Uint8Array, start: number): string =>
  String.fromCharCode(bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3])

const eightAscii = (bytes: Uint8Array, start: number): string =>
  String.fromCharCode(
    bytes[start],
    bytes[start + 1],
    bytes[start + 2],
    bytes[start + 3],
    bytes[start + 4],
    bytes[start + 5],
    bytes[start + 6],
    bytes[start + 7]
  )

/** Reads UTF-8, or gives `undefined` where it is ill formed. A byte order mark is kept [MQTT-1.5.4-3]. */
export const readUtf8 = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const text = nativeText.read(bytes, start, end)
  // Platforms put U+FFFD for what is ill formed, but the character may also be there of its own right.
  return text.includes("\ufffd") && firstIllFormed(bytes, start, end) !== -1 ? undefined : text
}
