import { FloorsTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

const maps = [{
  max_multi_map: 4,
  multi_map_count: 2,
  map_info: [
    { mapFlag: 0, add_time: 100, name: "Ground floor", rooms: [{ id: 16, iot_name: "Kitchen" }, { id: "x" }] },
    { mapFlag: 1, add_time: 200, name: "" },
    "nonsense"
  ]
}]

const floors = {
  get_multi_maps_list: maps,
  load_multi_map: ([flag]: ReadonlyArray<number>, status: Record<string, unknown>) => {
    status["map_status"] = (flag ?? 0) << 2 | 3
    return ["ok"]
  }
}

describe("floors", () => {
  it.scoped("are listed with their rooms, and the one in use", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith(floors)
      const { current, list } = yield* trait("floors")
      assert.deepStrictEqual((yield* list).map(({ mapFlag, name }) => [mapFlag, name]), [
        [0, "Ground floor"],
        [1, "Floor 2"]
      ])
      assert.deepStrictEqual((yield* current)?.rooms, [{ id: 16, name: "Kitchen" }])
    }))

  it.scoped("change by name, and the state follows", () =>
    Effect.gen(function*() {
      const { calls, device, trait } = yield* vacuumWith(floors)
      yield* (yield* trait("floors")).use("floor 2")
      assert.deepInclude(calls(), ["load_multi_map", [1]])
      assert.strictEqual((yield* device.state.get).mapFlag, 1)
    }))

  it.scoped("do not change to one that is not there, nor while the robot works", () =>
    Effect.gen(function*() {
      const { calls, status, trait } = yield* vacuumWith(floors)
      const { use } = yield* trait("floors")
      assert.strictEqual(yield* reasonOf(use("Attic")), "InvalidArgument")
      Object.assign(status, { state: 10, in_cleaning: 3 })
      assert.strictEqual(yield* reasonOf(use(1)), "InvalidState")
      assert.notInclude(calls().map(([method]) => method), "load_multi_map")
    }))

  it.scoped("a device that never gets there is busy", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_multi_maps_list: maps })
      const waiting = yield* Effect.fork(reasonOf((yield* trait("floors")).use(1)))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(waiting), "Busy")
    }))

  it("numbers floors without a name, and knows the copies of their maps", () => {
    const backups = [{ mapFlag: 4, add_time: 1 }, {}, "x"]
    assert.deepStrictEqual(FloorsTrait.decode({ map_info: [{ mapFlag: 0, name: "", bak_maps: backups }] }), [
      { mapFlag: 0, name: "Floor 1", addedAt: undefined, rooms: [], backups: [4] }
    ])
  })
})
