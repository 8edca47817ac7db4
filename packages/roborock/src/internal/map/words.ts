/** Cells that many at once can be looked at; the last few, which fill no word, are left out of `words`. */
export interface Words {
  readonly words: Uint32Array
  /** Two words at once, good for nothing but to compare with 0. */
  readonly pairs: Float64Array
}

/** Views of cells; those that do not begin where a double may are copied for it. */
export const wordsOf = (cells: Uint8Array): Words => {
  const { buffer, byteOffset } = cells.byteOffset % 8 === 0 ? cells : cells.slice()
  return {
    words: new Uint32Array(buffer, byteOffset, cells.length >> 2),
    pairs: new Float64Array(buffer, byteOffset, cells.length >> 3)
  }
}

/** A word of four equal cells. */
export const wordOf = (cell: number): number => cell * 0x01010101 >>> 0

/** The number of the first word from `start` on that is not 0, or how many there are. */
export const skipZeros = ({ pairs, words }: Words, start: number): number => {
  let index = start
  if ((index & 1) === 1 && words[index] === 0) index++
  if ((index & 1) === 0) {
    let pair = index >> 1
    // -0 is not nothing: it has a bit set.
    while (pair < pairs.length && pairs[pair] === 0 && words[2 * pair + 1] === 0) pair++
    index = 2 * pair
  }
  while (index < words.length && words[index] === 0) index++
  return index
}
