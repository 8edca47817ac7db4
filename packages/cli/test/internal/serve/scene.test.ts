import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { pathChange } from "../../../src/internal/serve/scene.ts"

const numbers = FastCheck.array(FastCheck.integer({ min: -3, max: 3 }))

describe("pathChange", () => {
  it("says only what a growing path has more", () => {
    assert.deepStrictEqual(pathChange([1, 2, 3, 4], [1, 2, 3, 4, 5, 6]), { keep: 4, add: [5, 6] })
    assert.deepStrictEqual(pathChange([1, 2], [1, 2]), { keep: 2, add: [] })
    assert.deepStrictEqual(pathChange([1, 2, 3, 4], []), { keep: 0, add: [] })
  })

  it("gives every path from every other", () => {
    FastCheck.assert(FastCheck.property(numbers, numbers, (before, after) => {
      const { add, keep } = pathChange(before, after)
      assert.deepStrictEqual([...before.slice(0, keep), ...add], after)
    }))
  })
})
