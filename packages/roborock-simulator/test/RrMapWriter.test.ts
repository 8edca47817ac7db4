import { RrMap } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { FloorPlan, Robot, RrMapWriter } from "../src/index.ts"

const plan = FloorPlan.flat()
const upload = { index: 1, sequence: 7 }

const mapOf = (state: Robot.RobotState) => RrMap.parse(RrMapWriter.encode(plan, state, upload))

describe("RrMapWriter", () => {
  it.effect("writes what a reader of rr maps gets back: rooms, dock, robot", () =>
    Effect.gen(function*() {
      const { state } = Robot.make(plan, { nowMillis: 0 })
      const map = yield* mapOf(state)
      assert.strictEqual(map.digest, "ok")
      assert.deepStrictEqual(map.issues, [])
      assert.deepStrictEqual(map.header, { major: 1, minor: 0, mapIndex: 1, sequence: 7 })
      assert.deepInclude(map.grid, { left: plan.left, bottom: plan.top, width: plan.width, height: plan.height })
      assert.deepStrictEqual(map.rooms.map(({ id }) => id), [16, 17, 18, 19, 20])
      for (const room of map.rooms) {
        const cells = plan.cells.filter((_, cell) => FloorPlan.segmentOf(plan, cell) === room.id).length
        assert.strictEqual(room.cells, cells)
      }
      assert.deepStrictEqual(map.charger, plan.dock)
      assert.deepStrictEqual(map.robot, plan.parking)
      assert.strictEqual(map.robotRoom, 16)
      assert.deepStrictEqual(map.activeRooms, [])
    }))

  it.effect("shows a cleaning under way: the path up to the robot, and the asked rooms", () =>
    Effect.gen(function*() {
      const robot = Robot.make(plan, { nowMillis: 0 })
      robot.command({ _tag: "CleanSegments", segments: [17, 18], repeat: 1 }, 0)
      robot.advance(3 * 60_000)
      const { position } = robot.state
      const map = yield* mapOf(robot.state)
      assert.deepStrictEqual(map.activeRooms, [17, 18])
      assert.deepStrictEqual(map.robot, position)
      assert.isAbove(map.path.length, 50)
      assert.deepStrictEqual(map.path[0], { x: plan.parking.x, y: plan.parking.y })
      assert.deepStrictEqual(map.path.at(-1), { x: position.x, y: position.y })
    }))

  it("has a digest over all of it", () => {
    const bytes = RrMapWriter.encode(plan, Robot.make(plan, { nowMillis: 0 }).state, upload)
    bytes[5000] = (bytes[5000] ?? 0) ^ 8
    assert.strictEqual(Either.getOrThrow(RrMap.parse(bytes)).digest, "wrong")
  })
})
