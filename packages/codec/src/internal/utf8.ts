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
    // Not a number at the end of the text, so the comparison has to be this way round.
    if (!(next >= 0xdc00 && next <= 0xdfff)) return -1
    // The pair makes four bytes: two units, two more for the first, none for the second.
    index++
  }
  return length
}
