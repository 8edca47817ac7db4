import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mapFile, smallHome } from "./mapBytes.ts"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

const line = { from: { x: 25_000.4, y: 25_000 }, to: { x: 26_000, y: 25_000.6 } }
const area = [{ x: 1, y: 2 }, { x: 3, y: 2 }, { x: 3, y: 4 }, { x: 1, y: 4 }] as const

describe("map editing", () => {
  it.scoped("merges, divides and names rooms by their names", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const edit = yield* trait("mapEdit")
      yield* edit.merge("kitchen", 17)
      yield* edit.split("Hall", line)
      const rooms = yield* edit.rename("Hall", "kitchen")
      assert.deepStrictEqual(rooms.map(({ id }) => id), [16, 17])
      assert.deepStrictEqual(calls(), [
        ["merge_segment", [16, 17]],
        ["split_segment", [17, 25_000, 25_000, 26_000, 25_001]],
        ["name_segment", [{ miRoomId: "1001", robotRoomId: 16 }, { miRoomId: "1001", robotRoomId: 17 }]]
      ])
    }))

  it.scoped("replaces all areas and walls at once", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const edit = yield* trait("mapEdit")
      yield* edit.setRestrictions({ noGoAreas: [area], noMopAreas: [area], virtualWalls: [line] })
      assert.deepStrictEqual(calls(), [["save_map", [
        [0, 1, 2, 3, 2, 3, 4, 1, 4],
        [1, 25_000, 25_000, 26_000, 25_001],
        [2, 1, 2, 3, 2, 3, 4, 1, 4]
      ]]])
    }))

  it.scoped("reads what is on the map", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_map_v1: smallHome() })
      const { noGoAreas, noMopAreas, virtualWalls } = yield* (yield* trait("mapEdit")).restrictions
      assert.deepStrictEqual([noGoAreas.length, noMopAreas.length, virtualWalls.length], [1, 1, 1])
      const { trait: unmapped } = yield* vacuumWith({ get_map_v1: mapFile() })
      assert.strictEqual(yield* reasonOf((yield* unmapped("mapEdit")).restrictions), "NoMap")
    }))

  it.scoped("what cannot be is not sent", () =>
    Effect.gen(function*() {
      const { calls, status, trait } = yield* vacuumWith()
      const edit = yield* trait("mapEdit")
      const tooMany = Array.from({ length: 18 }, () => area)
      const saved = edit.setRestrictions({ noGoAreas: tooMany, noMopAreas: [], virtualWalls: [] })
      assert.strictEqual(yield* reasonOf(saved), "InvalidArgument")
      const nowhere = { from: { x: 1, y: 2 }, to: { x: Number.NaN, y: Number.POSITIVE_INFINITY } }
      const unplaced = edit.setRestrictions({ noGoAreas: [], noMopAreas: [], virtualWalls: [nowhere] })
      assert.strictEqual(yield* reasonOf(unplaced), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(edit.split("Hall", nowhere)), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(edit.merge("Kitchen", "Kitchen")), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(edit.merge("Kitchen", "Attic")), "UnknownRoom")
      assert.strictEqual(yield* reasonOf(edit.rename("Hall", "Attic")), "InvalidArgument")
      status["state"] = 5
      assert.strictEqual(yield* reasonOf(edit.split("Hall", line)), "InvalidState")
      Object.assign(status, { state: 8, lab_status: 0 })
      assert.strictEqual(yield* reasonOf(edit.split("Hall", line)), "InvalidState")
      assert.deepStrictEqual(calls(), [])
    }))
})
