/** Random numbers that a seed fixes: fast, since millions of inputs are made of them, and the same on every machine. */
export interface Random {
  /** An integer from 0 to `limit` - 1. */
  readonly below: (limit: number) => number
}

/** sfc32, a small counter-based generator of good quality. */
export const make = (seed: number): Random => {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = seed | 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 16; round++) next()
  return { below: (limit) => Math.floor(next() / 0x100000000 * limit) }
}
