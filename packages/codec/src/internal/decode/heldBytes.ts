/** Memory for the beginnings of packets, which wait for the rest. */

/** Up to this size the memory is cut from a pool: an array of its own costs 1 µs, as much as ten packets. */
const longestInPool = 1024

/** The most that one payload may keep alive. */
const poolBytes = 8192

let pool = new Uint8Array(0)
let poolPosition = 0

/** Bytes that nobody else writes to. Packets of several connections may lie in one pool; none is used a second time. */
export const allocateHeld = (count: number): Uint8Array => {
  if (count > longestInPool) return new Uint8Array(count)
  if (poolPosition + count > pool.length) {
    pool = new Uint8Array(poolBytes)
    poolPosition = 0
  }
  const start = poolPosition
  poolPosition += count
  return new Uint8Array(pool.buffer, start, count)
}
