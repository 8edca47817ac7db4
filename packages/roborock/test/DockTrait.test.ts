import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("dock", () => {
  it.scoped("tells in words how it is", () =>
    Effect.gen(function*() {
      const { status, trait } = yield* vacuumWith()
      Object.assign(status, { state: 23, dss: 164, dock_error_status: 38, dry_status: 1, rdt: 7200 })
      const dock = yield* (yield* trait("dock")).status
      assert.deepInclude(dock, { type: "shell_3_dock", isWashing: true, isEmptying: false, isDrying: true })
      assert.strictEqual(dock.parts?.cleanWater, "problem")
      assert.isFalse(dock.abilities.isPlumbed)
      status["dss"] = 166
      assert.isTrue((yield* (yield* trait("dock")).status).abilities.isPlumbed)
      assert.strictEqual(dock.error?.text, "Water empty")
      assert.deepStrictEqual(dock.dryingLeft, Duration.hours(2))
    }))

  it.scoped("is not believed about its parts when the device says so", () =>
    Effect.gen(function*() {
      const { status, trait } = yield* vacuumWith({
        app_get_init_status: [{ new_feature_info: 0, new_feature_info_str: "00000000", feature_info: [] }]
      })
      status["dss"] = 166
      const dock = yield* (yield* trait("dock")).status
      assert.isUndefined(dock.parts)
      assert.isFalse(dock.abilities.isPlumbed)
    }))

  it.scoped("does its jobs, by the names of their modes", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_dust_collection_mode: { mode: 4 },
        get_wash_towel_mode: [{ wash_mode: 77 }],
        app_get_dryer_setting: { status: 1, on: { dry_time: 10_800 } }
      })
      const emptying = yield* trait("emptying")
      const washing = yield* trait("washing")
      const drying = yield* trait("drying")
      assert.deepStrictEqual([yield* emptying.mode, yield* washing.mode, yield* drying.mode], [
        "max",
        "unknown_77",
        "3 hours"
      ])
      const before = calls().length
      yield* emptying.start
      yield* washing.setMode("deep")
      yield* drying.setMode("4 hours")
      yield* drying.stop
      assert.deepStrictEqual(calls().slice(before), [
        ["app_start_collect_dust", []],
        ["set_wash_towel_mode", { wash_mode: 2 }],
        ["app_set_dryer_setting", { status: 1, on: { dry_time: 14_400 } }],
        ["app_set_dryer_status", { status: 0 }]
      ])
      assert.strictEqual(yield* reasonOf(washing.setMode("boil")), "InvalidArgument")
    }))
})
