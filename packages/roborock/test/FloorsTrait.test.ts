import { DeviceMemory, FloorsTrait } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
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

  it.scoped("a room of another floor is not cleaned, and the failure says on which it is", () =>
    Effect.gen(function*() {
      const ground = { mapFlag: 0, name: "Ground floor", rooms: [{ id: 16, iot_name: "Kitchen" }] }
      const upstairs = { mapFlag: 1, name: "Upstairs", rooms: [{ id: 16, iot_name: "Bedroom" }] }
      const { calls, trait } = yield* vacuumWith({ ...floors, get_multi_maps_list: [{ map_info: [ground, upstairs] }] })
      const { rooms } = yield* trait("cleaning")
      const error = yield* Effect.flip(rooms(["bedroom", "Cellar"]))
      assert.deepInclude(error, { rooms: ["bedroom", "Cellar"], elsewhere: [{ room: "Bedroom", floor: "Upstairs" }] })
      assert.include(error.message, "\"Bedroom\" is on the floor \"Upstairs\".")
      assert.deepStrictEqual(calls().map(([method]) => method), ["get_multi_maps_list"])
    }))

  it.scoped("keep their rooms when the answer is no list of rooms", () =>
    Effect.gen(function*() {
      const memory = yield* DeviceMemory.make("d1")
      let answer: unknown = [[16, "1001"]]
      const { device, trait } = yield* vacuumWith({ get_room_mapping: () => answer }, {}, memory)
      const known = [{ id: 16, name: "Kitchen" }]
      answer = { 16: "1002" }
      assert.strictEqual(yield* reasonOf((yield* trait("rooms")).refresh), "BadAnswer")
      assert.deepStrictEqual((yield* device.state.get).rooms, known)
      assert.deepStrictEqual(yield* memory.rooms(0), known)
      answer = []
      assert.deepStrictEqual(yield* (yield* trait("rooms")).refresh, [])
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.scoped("have the rooms that they had when they were in use, where the device does not tell them", () =>
    Effect.gen(function*() {
      const memory = yield* DeviceMemory.make("d1")
      yield* memory.keepRooms([{ id: 17, name: "Attic" }], 1)
      const { trait } = yield* vacuumWith(floors, {}, memory)
      const { list } = yield* trait("floors")
      assert.deepStrictEqual((yield* list).map(({ rooms }) => rooms), [
        [{ id: 16, name: "Kitchen" }],
        [{ id: 17, name: "Attic" }]
      ])
      // Those of the floor in use were read when the device was opened.
      assert.deepStrictEqual(yield* memory.rooms(0), [{ id: 16, name: "Kitchen" }, { id: 17, name: "Hall" }])
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

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
      const { message } = yield* Effect.flip(use("Attic"))
      assert.strictEqual(message, "load_multi_map: the floor has to be one of: Ground floor (0), Floor 2 (1)")
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
    const [of2023] = FloorsTrait.decode({ map_info: [{ mapFlag: 0, add_time: 1_700_000_000 }] }) ?? []
    assert.strictEqual(of2023?.addedAt, 1_700_000_000_000)
  })
})
