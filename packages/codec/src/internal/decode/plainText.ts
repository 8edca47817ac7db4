/** Texts as most of them are. Any other is `undefined` and left to `readText`, which alone says why one is refused. */
import { foundNull, foundWide, isUsualText, readAscii, readUtf8, scan } from "../utf8.ts"
import { mayRecur, readRecurring } from "./recurringText.ts"
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

/** The same for a text that is not looked up. */
export const readNewName = (bytes: Uint8Array, start: number, end: number): string | undefined =>
  scan(bytes, start, end) === 0 ? readAscii(bytes, start, end) : undefined

/** The same where `view` has the bytes as well. */
export const readViewedName = (view: DataView, bytes: Uint8Array, start: number, end: number): string | undefined =>
  end - start >= 4 && isUsualText(view, start, end) ? readAscii(bytes, start, end) : readNewName(bytes, start, end)
