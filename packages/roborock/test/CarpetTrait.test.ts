import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("carpet", () => {
  it.scoped("boost keeps the currents of the device", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_carpet_mode: [{ enable: 1, current_integral: 450, stall_time: 10 }]
      })
      const carpet = yield* trait("carpet")
      assert.isTrue(yield* carpet.boost)
      yield* carpet.setBoost(false)
      assert.deepStrictEqual(calls().at(-1), [
        "set_carpet_mode",
        [{ enable: 0, current_integral: 450, stall_time: 10 }]
      ])
    }))

  it.scoped("lifting has another number on models with a camera", () =>
    Effect.gen(function*() {
      const camera = yield* vacuumWith()
      const plain = yield* vacuumWith({
        app_get_init_status: [{ new_feature_info: 2 ** 9, new_feature_info_str: "", feature_info: [] }],
        get_carpet_clean_mode: [{ carpet_clean_mode: 9 }]
      })
      for (const { trait } of [camera, plain]) yield* (yield* trait("carpet")).setHandling("lift")
      assert.deepStrictEqual(
        [camera, plain].map(({ calls }) => calls().at(-1)?.[1]),
        [{ carpet_clean_mode: 3 }, { carpet_clean_mode: 1 }]
      )
      assert.strictEqual(yield* reasonOf((yield* plain.trait("carpet")).handling), "BadAnswer")
    }))
})
