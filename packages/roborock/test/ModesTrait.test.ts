import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

/** A robot that takes what it is told. */
const obedient = {
  set_clean_motor_mode: ([fields]: ReadonlyArray<Record<string, unknown>>, status: Record<string, unknown>) => {
    Object.assign(status, fields)
    return ["ok"]
  },
  set_custom_mode: ([code]: ReadonlyArray<number>, status: Record<string, unknown>) => {
    status["fan_power"] = code
    return ["ok"]
  }
}

describe("modes", () => {
  it.scoped("sets names in one message, and leaves the rest as it is", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith(obedient)
      const modes = yield* trait("modes")
      yield* modes.set({ fan: "turbo" })
      yield* modes.setMode("mop")
      assert.deepStrictEqual(calls(), [
        ["set_clean_motor_mode", [{ fan_power: 103, water_box_mode: 202, mop_mode: 300 }]],
        ["app_set_clean_sequence_type", { type: 0 }],
        ["set_clean_motor_mode", [{ fan_power: 105, water_box_mode: 235, mop_mode: 300 }]]
      ])
      assert.deepInclude(yield* modes.current, { fan: "off", water: "medium", mode: "mop" })
    }))

  it.scoped("has a robot vacuum first and mop then, until another mode is set", () =>
    Effect.gen(function*() {
      let endings = 0
      const { calls, trait } = yield* vacuumWith({
        ...obedient,
        app_set_clean_sequence_type: ({ type }: { readonly type: number }) =>
          type === 0 && ++endings > 1 ? "nothing to end" : ["ok"]
      })
      const modes = yield* trait("modes")
      assert.include((yield* modes.choices).modes, "vacuum_then_mop")
      yield* modes.setMode("vacuum_then_mop")
      yield* modes.setMode("vacuum")
      yield* modes.setMode("vac_and_mop")
      const levels = { fan_power: 102, water_box_mode: 235, mop_mode: 300 }
      assert.deepStrictEqual(calls(), [
        ["app_set_clean_sequence_type", { type: 1, ...levels, repeat: 1 }],
        ["app_set_clean_sequence_type", { type: 0 }],
        ["set_clean_motor_mode", [{ ...levels, water_box_mode: 200 }]],
        ["app_set_clean_sequence_type", { type: 0 }],
        ["set_clean_motor_mode", [levels]]
      ])
    }))

  it.scoped("a robot that refuses to end what it does not do changes its mode", () =>
    Effect.gen(function*() {
      for (const refusal of ["unknown_method", ["unknown_method"], "nothing to end", ["nothing to end"], [], 0]) {
        const { calls, trait } = yield* vacuumWith({ ...obedient, app_set_clean_sequence_type: refusal })
        const modes = yield* trait("modes")
        yield* modes.setMode("vac_and_mop")
        assert.strictEqual((yield* modes.current).mode, "vac_and_mop")
        assert.strictEqual(calls().length, 2)
        assert.isDefined(yield* reasonOf(modes.setMode("vacuum_then_mop")))
      }
    }))

  it.scoped("refuses what the device does not have, before anything is sent", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        ...obedient,
        app_get_init_status: [{ new_feature_info: 0, new_feature_info_str: "", feature_info: [] }]
      }, { model: "roborock.vacuum.t4" })
      const modes = yield* trait("modes")
      assert.deepStrictEqual(yield* modes.choices, {
        fan: ["quiet", "balanced", "turbo", "max", "gentle"],
        water: [],
        route: [],
        modes: []
      })
      assert.strictEqual(yield* reasonOf(modes.set({ water: "high" })), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(modes.set({})), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(modes.setMode("mop")), "InvalidArgument")
      yield* modes.set({ fan: "max" })
      assert.deepStrictEqual(calls(), [["set_custom_mode", [104]]])
    }))

  it.scoped("a device that says yes and does not change is a failure", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith()
      const modes = yield* trait("modes")
      assert.strictEqual(yield* reasonOf(modes.set({ fan: "turbo" })), "Refused")
    }))

  it.scoped("a robot of the first years has levels in percent, and nothing to do with water", () =>
    Effect.gen(function*() {
      const { calls, status, trait } = yield* vacuumWith(obedient, { model: "roborock.vacuum.s5" })
      for (
        const [code, fan] of [
          [60, ["quiet", "balanced", "turbo", "max"]],
          [77, ["silent", "standard", "medium", "turbo"]],
          [68, ["gentle", "silent", "standard", "medium", "turbo"]],
          [55, ["quiet", "balanced", "turbo", "max"]]
        ] as const
      ) {
        status["fan_power"] = code
        yield* (yield* trait("status")).refresh
        const modes = yield* trait("modes")
        assert.deepStrictEqual(yield* modes.choices, { fan, water: [], route: [], modes: [] })
      }
      const modes = yield* trait("modes")
      assert.deepInclude(yield* modes.current, { fan: "unknown_55", mode: undefined })
      assert.strictEqual(yield* reasonOf(modes.setMode("mop")), "InvalidArgument")
      yield* modes.set({ fan: "turbo" })
      assert.deepStrictEqual(calls(), [["set_custom_mode", [75]]])
      assert.deepInclude(yield* modes.current, { fan: "turbo" })
    }))

  it.scoped("names what the device was set to elsewhere and does not offer", () =>
    Effect.gen(function*() {
      const { status, trait } = yield* vacuumWith()
      Object.assign(status, { fan_power: 109, water_box_mode: 201, mop_mode: 305 })
      yield* (yield* trait("status")).refresh
      const modes = yield* trait("modes")
      assert.notInclude((yield* modes.choices).fan, "off_raise_main_brush")
      assert.deepInclude(yield* modes.current, { fan: "off_raise_main_brush", water: "low", route: "deep_plus_cn" })
    }))
})
