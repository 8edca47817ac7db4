/** Texts as most of them are. Any other is `undefined` and left to `readText`, which alone says why one is refused. */
import { foundNull, foundWide, isUsualText, readAscii, readUtf8, scan } from "../utf8.ts"
import { isWorthLooking, mayRecur, readRecurring, readViewedRecurring } from "./recurringText.ts"
import { mayBeWord, readRecurringWord } from "./recurringWord.ts"

/** Looks a text up; `undefined` where no text of its kind is kept. */
const lookUp = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start
  return mayRecur(length)
    ? readRecurring(bytes, start, end)
    : mayBeWord(length)
    ? readRecurringWord(bytes, start, end)
    : undefined
}

/**
 * Reads a text of a property. Also one that is not ASCII: to begin the packet anew for a unit in °C took a fifth to a third
 * more time.
 */
export const readPlainText = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const known = lookUp(bytes, start, end)
  if (known !== undefined) return known
  const found = scan(bytes, start, end)
  if ((found & foundNull) !== 0) return undefined
  return (found & foundWide) === 0 ? readAscii(bytes, start, end) : readUtf8(bytes, start, end)
}

/** Reads an ASCII text without wildcards. */
export const readPlainName = (bytes: Uint8Array, start: number, end: number): string | undefined =>
  lookUp(bytes, start, end) ?? readNewName(bytes, start, end)

/**
 * The same of many packets in one chunk, of which `view` has the bytes as well. Short names are not looked up: where packets
 * are that small, the table competes with them for the cache of the processor.
 */
export const readViewedName = (view: DataView, bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start
  if (mayRecur(length) && isWorthLooking()) {
    const known = readViewedRecurring(view, bytes, start, end)
    if (known !== undefined) return known
  } else if (length >= 4 && isUsualText(view, start, end)) return readAscii(bytes, start, end)
  return readNewName(bytes, start, end)
}

const readNewName = (bytes: Uint8Array, start: number, end: number): string | undefined =>
  scan(bytes, start, end) === 0 ? readAscii(bytes, start, end) : undefined
