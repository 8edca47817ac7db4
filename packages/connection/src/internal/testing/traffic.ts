/** Bytes to send through a wire, and what became of them at the other end. */
import * as Effect from "effect/Effect"
import type { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"

/** A prime, so that no buffer's size divides it: a block in the wrong place shows. */
const period = 65_521
const longest = 4 * period
const pattern = (): Uint8Array => {
  const bytes = new Uint8Array(longest)
  for (let index = 0; index < longest; index++) {
    const place = index % period
    bytes[index] = (place * 31) ^ (place >> 8)
  }
  return bytes
}
let blocks: Uint8Array | undefined

/** The bytes of an endless sequence from `position`. */
export const next = (count: number, position: number): Uint8Array => {
  const start = position % period
  blocks ??= pattern()
  return blocks.subarray(start, start + count)
}

export const matches = (bytes: ArrayLike<number>, expected: ArrayLike<number>): boolean => {
  if (bytes.length !== expected.length) return false
  for (let index = 0; index < bytes.length; index++) if (bytes[index] !== expected[index]) return false
  return true
}

export const readExactly = (wire: Wire, count: number): Effect.Effect<Uint8Array, TransportError> =>
  Effect.suspend(() => {
    const all = new Uint8Array(count)
    let length = 0
    return Effect.whileLoop({
      while: () => length < count,
      body: () => wire.read,
      step: (bytes) => {
        all.set(bytes.subarray(0, count - length), length)
        length += bytes.length
      }
    }).pipe(Effect.map(() => length > count ? new Uint8Array(0) : all))
  })

/** Whether the next bytes are those of the sequence, up to `count`. */
export const total = (wire: Wire, count: number): Effect.Effect<boolean, TransportError> =>
  Effect.suspend(() => {
    let length = 0
    let good = true
    return Effect.whileLoop({
      while: () => length < count,
      body: () => wire.read,
      step: (bytes) => {
        for (let offset = 0; offset < bytes.length; offset += period) {
          const part = bytes.subarray(offset, offset + period)
          good &&= matches(part, next(part.length, length + offset))
        }
        length += bytes.length
      }
    }).pipe(Effect.map(() => good && length === count))
  })

export const readToEnd = (
  wire: Wire
): Effect.Effect<{ readonly bytes: number; readonly error: TransportError }> =>
  Effect.suspend(() => {
    let bytes = 0
    return Effect.flip(Effect.forever(Effect.map(wire.read, (chunk) => {
      bytes += chunk.length
    }))).pipe(Effect.map((error) => ({ bytes, error })))
  })

/** Waits until nothing moves any more. */
export const settles = (progress: () => number): Effect.Effect<void> =>
  Effect.gen(function*() {
    let before = -1
    for (let quiet = 0; quiet < 5; quiet++) {
      yield* Effect.sleep("40 millis")
      if (progress() !== before) quiet = 0
      before = progress()
    }
  })
