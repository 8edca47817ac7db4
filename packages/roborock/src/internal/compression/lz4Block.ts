/** A byte of input can stand for at most this many bytes of output. */
const maxRatio = 255

/**
 * Inflates an LZ4 block (no frame); `undefined` when it is damaged or would give more than `maxBytes`. A short block
 * cannot make it allocate more than twice what its bytes can stand for.
 */
export const inflateLz4Block = (block: Uint8Array, maxBytes: number): Uint8Array | undefined => {
  const bound = Math.min(maxBytes, block.length * maxRatio)
  let output = new Uint8Array(Math.min(bound, block.length * 4))
  let from = 0
  let to = 0
  const extended = (start: number): number | undefined => {
    if (start < 15) return start
    let total = start
    for (;;) {
      const byte = block[from++]
      if (byte === undefined) return undefined
      total += byte
      if (byte < 255) return total
    }
  }
  const reserve = (count: number): boolean => {
    if (count > bound - to) return false
    if (to + count > output.length) {
      const larger = new Uint8Array(Math.min(bound, Math.max(to + count, output.length * 2)))
      larger.set(output.subarray(0, to))
      output = larger
    }
    return true
  }
  while (from < block.length) {
    const token = block[from++] ?? 0
    const literals = extended(token >> 4)
    if (literals === undefined || literals > block.length - from || !reserve(literals)) return undefined
    output.set(block.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === block.length) break
    const distance = (block[from] ?? 0) | (block[from + 1] ?? 0) << 8
    from += 2
    const extra = extended(token & 15)
    if (extra === undefined || from > block.length || distance === 0 || distance > to) return undefined
    if (!reserve(extra + 4)) return undefined
    for (let end = to + extra + 4; to < end; to++) output[to] = output[to - distance] ?? 0
  }
  return output.subarray(0, to)
}
