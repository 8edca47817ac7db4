import { RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FloorPlan, Simulator } from "../../../src/index.ts"
import { withSession } from "../../support/session.ts"

const options: Simulator.Options = { speed: 60, otherFloors: [FloorPlan.upstairs()] }

const area = [{ x: 25_000, y: 25_000 }, { x: 26_000, y: 25_000 }, { x: 26_000, y: 26_000 }, {
  x: 25_000,
  y: 26_000
}] as const
const wall = { from: { x: 30_000, y: 25_000 }, to: { x: 31_000, y: 25_500 } }

const vacuum = Effect.flatMap(RoborockSession.RoborockSession, ({ device }) => device("Living room"))

describe("edits of a map", () => {
  it.effect("areas and walls are on the map of their floor, and replace those before", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const device = yield* vacuum
        const edit = yield* device.trait("mapEdit")
        const nothing = { noGoAreas: [], noMopAreas: [], virtualWalls: [] }
        assert.deepStrictEqual(yield* edit.restrictions, nothing)
        yield* edit.setRestrictions({ noGoAreas: [area], noMopAreas: [area, area], virtualWalls: [wall] })
        assert.deepStrictEqual(yield* edit.restrictions, {
          noGoAreas: [area],
          noMopAreas: [area, area],
          virtualWalls: [wall]
        })
        const floors = yield* device.trait("floors")
        yield* floors.use("Upstairs")
        assert.deepStrictEqual(yield* edit.restrictions, nothing)
        yield* floors.use("Home")
        yield* edit.setRestrictions({ ...nothing, virtualWalls: [wall] })
        assert.deepStrictEqual(yield* edit.restrictions, { ...nothing, virtualWalls: [wall] })
      })
    ), 30_000)

  it.effect("rooms take names of the home, in the room mapping and in the list of floors", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const device = yield* vacuum
        const rooms = yield* (yield* device.trait("mapEdit")).rename("Kitchen", "Study")
        assert.deepStrictEqual(rooms.map(({ name }) => name), [
          "Living room",
          "Study",
          "Bathroom",
          "Hallway",
          "Bedroom"
        ])
        const [floor] = yield* (yield* device.trait("floors")).list
        assert.include(floor?.rooms.map(({ name }) => name) ?? [], "Study")
        yield* (yield* device.trait("cleaning")).rooms(["Study"])
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.deepStrictEqual((yield* robot?.state ?? Effect.die("none")).task?.segments, [17])
      })
    ), 30_000)

  it.effect("what makes no sense is refused as a whole, and everything while the robot works", () =>
    withSession(
      { speed: 1 },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        if (robot === undefined) return assert.fail("no robot")
        const wrong: ReadonlyArray<readonly [method: string, params: ReadonlyArray<unknown>]> = [
          ["save_map", [[1, 1, 1, 2, 2], [0, 1, 1, 2, 2]]],
          ["save_map", [[3, 1, 1, 2, 2]]],
          ["save_map", [[1, 1, 1, 2, 70_000]]],
          ["save_map", ["1"]],
          ["save_map", Array.from({ length: 18 }, () => [0, 1, 1, 2, 1, 2, 2, 1, 2])],
          ["name_segment", []],
          ["name_segment", [{ miRoomId: "1", robotRoomId: 17 }]],
          ["name_segment", [{ miRoomId: "1" }]]
        ]
        for (const [method, params] of wrong) {
          assert.deepInclude(
            yield* robot.call(method, params),
            { error: { code: -10_001, message: "invalid params" } },
            JSON.stringify([method, params])
          )
        }
        assert.deepStrictEqual(yield* robot.call("save_map", [[1, 1, 1, 2, 2]]), { result: ["ok"] })
        yield* robot.call("app_start", [])
        assert.deepInclude(yield* robot.call("save_map", []), { error: { code: -10_007, message: "invalid status" } })
      })
    ))
})
