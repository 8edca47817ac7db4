import { ConsumablesTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("consumables", () => {
  it("those that were ignored are overdue, and never below no percent", () => {
    const list = ConsumablesTrait.decode({ main_brush_work_time: 879_348, sensor_dirty_time: 455_517 }) ?? []
    assert.deepStrictEqual(list.map(({ leftPercent, part }) => [part, leftPercent]), [["mainBrush", 19], [
      "sensors",
      0
    ]])
    assert.deepInclude(list[1], { used: 455_517, left: 108_000 - 455_517 })
  })

  it("those of the dock count how often they were used", () => {
    const [strainer] = ConsumablesTrait.decode({ strainer_work_times: 65 }) ?? []
    assert.deepInclude(strainer, { part: "strainer", unit: "times", used: 65, left: 85 })
  })

  it.scoped("are reset by the names of the device", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const consumables = yield* trait("consumables")
      yield* consumables.reset("cleaningBrush")
      yield* consumables.reset("filter")
      assert.deepStrictEqual(calls(), [
        ["reset_consumable", ["cleaning_brush_work_times"]],
        ["reset_consumable", ["filter_work_time"]]
      ])
    }))

  it.scoped("an answer without them is a failure", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_consumable: [7] })
      assert.strictEqual(yield* reasonOf((yield* trait("consumables")).list), "BadAnswer")
    }))
})
