import { ConsumablesTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { capturedResult, fixture } from "./capturedResult.ts"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("consumables", () => {
  it("those that were ignored are overdue, and never below no percent", () => {
    const captured = capturedResult("v1-messages/get-consumeables.json")
    if (captured === undefined) return
    const list = ConsumablesTrait.decode(captured) ?? []
    assert.deepStrictEqual(list.map(({ part }) => part), [
      "mainBrush",
      "sideBrush",
      "filter",
      "filterElement",
      "sensors"
    ])
    const sensors = list.find(({ part }) => part === "sensors")
    assert.deepInclude(sensors, { used: 455_517, left: 108_000 - 455_517, leftPercent: 0 })
    assert.strictEqual(list.find(({ part }) => part === "mainBrush")?.leftPercent, 19)
  })

  it("those of the dock count how often they were used", () => {
    const captured = fixture("v1-results/consumable.json")
    if (captured === undefined) return
    const list = ConsumablesTrait.decode(captured) ?? []
    assert.deepInclude(list.find(({ part }) => part === "strainer"), { unit: "times", used: 65, left: 85 })
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
