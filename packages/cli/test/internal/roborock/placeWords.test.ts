import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as placeWords from "../../../src/internal/roborock/placeWords.ts"

describe("places in words", () => {
  it("are millimetres, or metres with their unit, and nothing else", () => {
    assert.deepStrictEqual(placeWords.pointOf("25500,-300"), { x: 25_500, y: -300 })
    assert.deepStrictEqual(placeWords.pointOf("25.5m, 26 m"), { x: 25_500, y: 26_000 })
    assert.deepStrictEqual(placeWords.pointOf("25500.4mm,2m"), { x: 25_500, y: 2000 })
    for (const words of ["", "1", "1,", "1,2,3", "kitchen", "1,x", "1km,2", "1e3,2", "NaN,1"]) {
      assert.isUndefined(placeWords.pointOf(words), words)
    }
  })

  it.effect("are boxes by any two opposite corners", () =>
    Effect.gen(function*() {
      const box = { x0: 25_000, y0: 25_500, x1: 27_000, y1: 28_000 }
      assert.deepStrictEqual(yield* placeWords.boxOf("--zone", "25m,25.5m,27m,28m"), box)
      assert.deepStrictEqual(yield* placeWords.boxOf("--zone", "27000,25500,25000,28000"), box)
      assert.strictEqual(placeWords.boxText(box), "2.0 × 2.5 m")
      for (const words of ["1,2,3", "1,2,3,4,5", "1,2,1,4", "1,2,3,2"]) {
        assert.deepInclude(yield* Effect.flip(placeWords.boxOf("--zone", words)), { kind: "Usage", exitCode: 1 }, words)
      }
    }))
})
