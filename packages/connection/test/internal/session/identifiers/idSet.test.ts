import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { IdSet } from "../../../../src/internal/session/identifiers/idSet.ts"

describe("IdSet", () => {
  it.prop(
    "holds what a Set of the same additions and removals holds",
    [FastCheck.array(FastCheck.tuple(
      FastCheck.boolean(),
      FastCheck.oneof(
        FastCheck.integer({ min: 1, max: 70 }),
        FastCheck.constantFrom(32, 33, 127, 128, 65535)
      )
    ))],
    ([steps]) => {
      const ids = new IdSet()
      const reference = new Set<number>()
      for (const [isAdded, id] of steps) {
        if (isAdded) {
          ids.add(id)
          reference.add(id)
        } else assert.strictEqual(ids.delete(id), reference.delete(id))
        assert.strictEqual(ids.size, reference.size)
      }
      for (let id = 1; id <= 65535; id++) if (ids.has(id) !== reference.has(id)) assert.fail(`${id}`)
      ids.clear()
      assert.deepStrictEqual([ids.size, [...reference].some((id) => ids.has(id))], [0, false])
    }
  )
})
