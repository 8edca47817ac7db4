import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

const zone = { x0: 26_000.4, y0: 27_000, x1: 25_000, y1: 25_500 }

describe("zones", () => {
  it.scoped("are sent with the smaller corner first, in whole millimetres", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      yield* (yield* trait("zones")).clean([zone], { repeat: 2 })
      assert.deepStrictEqual(calls(), [["app_zoned_clean", [[25_000, 25_500, 26_000, 27_000, 2]]]])
    }))

  it.scoped("that are none, too many, without area or too often are not sent", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const { clean } = yield* trait("zones")
      const refused = [
        clean([]),
        clean(Array.from({ length: 6 }, () => zone)),
        clean([{ ...zone, x1: zone.x0 }]),
        clean([{ ...zone, x1: Number.NaN }]),
        clean([zone], { repeat: 4 })
      ]
      for (const attempt of refused) assert.strictEqual(yield* reasonOf(attempt), "InvalidArgument")
      assert.deepStrictEqual(calls(), [])
    }))
})
