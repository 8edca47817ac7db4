import { assert, describe, it } from "@effect/vitest"
import { inflateLz4Block } from "../../../src/internal/compression/lz4Block.ts"
import { literals } from "../../q10Bytes.ts"
import { fromHex, makeRandom, utf8, vectorCases } from "../../vectors.ts"

describe("inflateLz4Block", () => {
  const run = Uint8Array.of(0x1f, 0x61, 1, 0, 5, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61)

  it("copies literals of any length", () => {
    for (const length of [0, 1, 14, 15, 16, 269, 270, 271, 5000]) {
      const plain = Uint8Array.from({ length }, (_, index) => index * 31)
      assert.deepStrictEqual(inflateLz4Block(literals(plain), length), plain)
    }
  })

  it("repeats what came before, also what it is just writing", () => {
    assert.deepStrictEqual(inflateLz4Block(run, 30), utf8("a".repeat(30)))
    const pair = Uint8Array.of(0x22, 0x61, 0x62, 2, 0, 0x10, 0x63)
    assert.deepStrictEqual(inflateLz4Block(pair, 9), utf8("ababababc"))
  })

  it("says no to damage, and to more than the bound", () => {
    for (const bound of [0, 29]) assert.isUndefined(inflateLz4Block(run, bound))
    assert.strictEqual(inflateLz4Block(run, 1_000_000_000)?.length, 30)
    const cases: ReadonlyArray<ReadonlyArray<number>> = [
      [0x10],
      [0xf0, 255],
      [0x10, 0x61, 0, 0, 0],
      [0x10, 0x61, 2, 0, 0],
      [0x10, 0x61, 1],
      [0x1f, 0x61, 1, 0, 255]
    ]
    for (const block of cases) assert.isUndefined(inflateLz4Block(Uint8Array.from(block), 30), block.join())
  })

  it("any bytes give no more than the bound", () => {
    const random = makeRandom(5)
    for (let round = 0; round < 3000; round++) {
      const block = Uint8Array.from({ length: 1 + random() * 30 }, () => random() * 256)
      assert.isAtMost(inflateLz4Block(block, 60)?.length ?? 0, 60)
    }
  })

  for (
    const { expected, inputs, name }
      of vectorCases<{ lz4BlockHex?: string }, { plainHex: string }>("b01-q10-trace-lz4") ?? []
  ) {
    const { lz4BlockHex } = inputs
    if (lz4BlockHex === undefined || expected === undefined) continue
    it(name, () => {
      const plain = fromHex(expected.plainHex)
      assert.deepStrictEqual(inflateLz4Block(fromHex(lz4BlockHex), plain.length), plain)
    })
  }
})
