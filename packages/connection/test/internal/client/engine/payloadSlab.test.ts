import { assert, describe, it } from "@effect/vitest"
import { PayloadSlab } from "../../../../src/internal/client/engine/payloadSlab.ts"

/** Below, on and above each bound, and so many that slabs are used up. */
const lengths = [0, 1, 64, 65, 100, 1024, 1025, 2048, 2049, 20_000, ...Array.from({ length: 300 }, () => 200)]

const filled = (length: number, seed: number) => new Uint8Array(length).fill(seed % 251)

describe("PayloadSlab", () => {
  it("gives each payload bytes of its own, which neither its caller nor another copy writes to", () => {
    const slab = new PayloadSlab()
    const copies = lengths.map((length, seed) => {
      const given = filled(length, seed)
      const copy = slab.copy(given)
      given.fill(255)
      return copy
    })
    assert.isTrue(copies.every((copy, seed) => Buffer.compare(copy, filled(lengths[seed], seed)) === 0))
  })

  it("copies a Buffer into a plain array", () => {
    const given = Buffer.alloc(300, 7)
    const copy = new PayloadSlab().copy(given)
    given.fill(255)
    assert.strictEqual(Object.getPrototypeOf(copy), Uint8Array.prototype)
    assert.deepStrictEqual(copy, new Uint8Array(300).fill(7))
  })

  it("keeps no more than 8 KiB for those that it holds", () => {
    const slab = new PayloadSlab()
    const sizes = lengths.map((length) => slab.copy(new Uint8Array(length)).buffer.byteLength)
    assert.deepStrictEqual(sizes.filter((size, index) => size > Math.max(8192, lengths[index])), [])
  })
})
