import { SchedulesTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("schedules", () => {
  it("are read in the old form and the new one; nonsense is left out", () => {
    const schedules = SchedulesTrait.decode([
      ["1700000000000", "on", ["30 9 * * 1,3", ["start_clean", ""]]],
      ["1700000000001", "off", ["0 8 1 5 *", ["start_clean", { segments: "16,17", repeat: 2 }]]],
      "nonsense",
      ["1700000000002", "on"]
    ])
    assert.deepStrictEqual(
      schedules?.map(({ cron, enabled, id, repeat, segments }) => ({ cron, enabled, id, repeat, segments })),
      [
        { id: "1700000000000", enabled: true, cron: "30 9 * * 1,3", segments: [], repeat: undefined },
        { id: "1700000000001", enabled: false, cron: "0 8 1 5 *", segments: [16, 17], repeat: 2 }
      ]
    )
    assert.isUndefined(SchedulesTrait.decode("unknown_method"))
    assert.deepStrictEqual(SchedulesTrait.decode([]), [])
  })

  it.scoped("a list of one is a list", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_timer: [["1", "on", ["0 9 * * *", ["start_clean", ""]]]] })
      assert.lengthOf(yield* (yield* trait("schedules")).list, 1)
    }))

  it.scoped("are made with the levels that are set, switched and removed", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const schedules = yield* trait("schedules")
      const id = yield* schedules.add({ at: { hour: 9, minute: 30 }, weekdays: [1, 5], segments: [16], repeat: 2 })
      yield* schedules.setEnabled(id, false)
      yield* schedules.remove(id)
      const args = {
        fan_power: 102,
        water_box_mode: 202,
        mop_mode: 300,
        segments: "16",
        repeat: 2,
        clean_order_mode: 0,
        map_index: -1,
        seq_type: 0
      }
      assert.deepStrictEqual(calls(), [
        ["set_timer", [[id, ["30 9 * * 1,5", ["start_clean", args]]]]],
        ["upd_timer", [id, "off"]],
        ["del_timer", [id]]
      ])
    }))

  it.scoped("that make no sense are not sent", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const { add } = yield* trait("schedules")
      const at = { hour: 9, minute: 0 }
      const refused = [
        add({ at: { hour: 25, minute: 0 } }),
        add({ at, weekdays: [7] }),
        add({ at, segments: [-1] }),
        add({ at, repeat: 9 })
      ]
      for (const attempt of refused) assert.strictEqual(yield* reasonOf(attempt), "InvalidArgument")
      assert.deepStrictEqual(calls(), [])
    }))
})
