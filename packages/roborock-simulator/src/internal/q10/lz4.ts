/** The least length of a match, and how many bytes at the end of a block are literal. */
const shortestMatch = 4
const lastLiterals = 12

const extended = (rest: number): Array<number> => [...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255]

/** Compresses runs of equal bytes, which is what maps are made of, into an LZ4 block without frame. */
export const deflateLz4Block = (content: Uint8Array): Uint8Array => {
  const block: Array<number> = []
  const sequence = (literals: Uint8Array, match: number | undefined): void => {
    const extra = match === undefined ? 0 : match - shortestMatch
    block.push(Math.min(literals.length, 15) << 4 | Math.min(extra, 15))
    if (literals.length >= 15) block.push(...extended(literals.length - 15))
    for (const byte of literals) block.push(byte)
    if (match === undefined) return
    block.push(1, 0)
    if (extra >= 15) block.push(...extended(extra - 15))
  }
  const end = content.length - lastLiterals
  let from = 0
  for (let at = 0; at < end;) {
    let next = at + 1
    while (next < end && content[next] === content[at]) next++
    // The first byte of a run is literal; the others repeat it.
    if (next - at > shortestMatch) {
      sequence(content.subarray(from, at + 1), next - at - 1)
      from = next
    }
    at = next
  }
  sequence(content.subarray(from), undefined)
  return Uint8Array.from(block)
}
