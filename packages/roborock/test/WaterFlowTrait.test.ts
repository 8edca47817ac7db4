import { WaterFlowTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { everyFeature, reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("flow of water", () => {
  it.scoped("is read and set in levels, of which the device has distances", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_water_box_custom_mode: { water_box_mode: 207, distance_off: 185 }
      })
      const flow = yield* trait("waterFlow")
      assert.strictEqual(yield* flow.level, 5)
      yield* flow.setLevel(1)
      yield* flow.setLevel(30)
      for (const level of [0, 31, 1.5, NaN]) {
        assert.strictEqual(yield* reasonOf(flow.setLevel(level)), "InvalidArgument")
      }
      assert.deepStrictEqual(calls().slice(1), [
        ["set_water_box_custom_mode", { water_box_mode: 207, distance_off: 205 }],
        ["set_water_box_custom_mode", { water_box_mode: 207, distance_off: 60 }]
      ])
    }))

  it.scoped("is not there without its feature", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ app_get_init_status: [{ ...everyFeature, new_feature_info: 0 }] })
      assert.strictEqual(yield* reasonOf(trait("waterFlow")), "UnsupportedTrait")
    }))

  it("has no level in an answer that has none", () => {
    for (const result of [202, {}, { distance_off: 0 }, { distance_off: 210 }, { distance_off: "60" }]) {
      assert.isUndefined(WaterFlowTrait.decode(result))
    }
  })
})
