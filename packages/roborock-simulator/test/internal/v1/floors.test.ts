import { RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FloorPlan, Simulator } from "../../../src/index.ts"
import { withSession } from "../../support/session.ts"

const options: Simulator.Options = { speed: 60, otherFloors: [FloorPlan.upstairs()] }

describe("floors of a V1 robot", () => {
  it.effect("are listed and changed while it rests, and each has its rooms and its map", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Living room")
        const floors = yield* vacuum.trait("floors")
        assert.deepStrictEqual((yield* floors.list).map(({ name, rooms }) => [name, rooms.length]), [
          ["Home", 5],
          ["Upstairs", 3]
        ])
        yield* floors.use("upstairs")
        assert.deepInclude(yield* vacuum.state.get, { mapFlag: 1 })
        assert.deepStrictEqual((yield* vacuum.state.get).rooms.map(({ name }) => name), [
          "Landing",
          "Study",
          "Guest room"
        ])
        assert.deepInclude(yield* robot.state, {
          floor: 1,
          activity: "Charging",
          position: FloorPlan.upstairs().parking
        })
        const { map } = yield* (yield* vacuum.trait("map")).fetch
        assert.strictEqual(map.grid?.width, FloorPlan.upstairs().width)
        yield* (yield* vacuum.trait("cleaning")).rooms(["Study"])
        yield* Effect.sleep("20 seconds")
        assert.strictEqual((yield* robot.state).records[0]?.floor, 1)
        yield* floors.use(0)
        const history = yield* vacuum.trait("history")
        const [latest] = yield* history.latest(1)
        assert.strictEqual((yield* history.map(latest?.id ?? 0)).grid?.width, FloorPlan.upstairs().width)
      })
    ), 30_000)

  it.effect("are not changed while it works, and no cleaning begins while one is loaded", () =>
    withSession(
      options,
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const refused = { error: { code: -10_007, message: "invalid status" } }
        yield* robot.setSpeed(1)
        yield* robot.call("app_start", [])
        assert.deepStrictEqual(yield* robot.call("load_multi_map", [1]), refused)
        yield* robot.call("app_pause", [])
        assert.deepStrictEqual(yield* robot.call("load_multi_map", [1]), refused)
        yield* robot.call("app_stop", [])
        assert.deepStrictEqual(yield* robot.call("load_multi_map", [1]), { result: ["ok"] })
        assert.deepStrictEqual(yield* robot.call("app_start", []), refused)
        yield* Effect.sleep("3 seconds")
        assert.deepStrictEqual(yield* robot.call("app_start", []), { result: ["ok"] })
        assert.deepInclude(yield* robot.call("load_multi_map", [7]), {
          error: { code: -10_001, message: "invalid params" }
        })
        yield* robot.call("name_multi_map", [{ map_flag: 1, name: "Attic" }])
        assert.include(JSON.stringify(yield* robot.call("get_multi_maps_list", [])), "\"name\":\"Attic\"")
      })
    ))
})
