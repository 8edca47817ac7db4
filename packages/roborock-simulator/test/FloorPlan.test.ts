import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { FloorPlan } from "../src/index.ts"

const room = (segment: number, x0: number, y0: number, x1: number, y1: number): FloorPlan.Room => ({
  segment,
  name: `Room ${segment}`,
  areas: [{ x0, y0, x1, y1 }]
})

const drawing: FloorPlan.Drawing = {
  rooms: [room(16, 1000, 1000, 4000, 4000)],
  doors: [],
  furniture: [],
  dock: { x: 1150, y: 2500, angle: 0 }
}

const reasonOf = (broken: Partial<FloorPlan.Drawing>): string | undefined => {
  const made = FloorPlan.make({ ...drawing, ...broken })
  return Either.isLeft(made) ? made.left.reason : undefined
}

describe("FloorPlan", () => {
  it("draws five named rooms with walls around all floor", () => {
    const plan = FloorPlan.flat()
    assert.deepStrictEqual(
      plan.rooms.map(({ name, segment }) => [segment, name]),
      [[16, "Living room"], [17, "Kitchen"], [18, "Bathroom"], [19, "Hallway"], [20, "Bedroom"]]
    )
    const area = plan.cells.reduce((sum, _, cell) => sum + (FloorPlan.segmentOf(plan, cell) === 0 ? 0 : 0.0025), 0)
    assert.isTrue(area > 55 && area < 70, `${area} m²`)
    plan.cells.forEach((_, cell) => {
      if (FloorPlan.segmentOf(plan, cell) === 0) return
      for (const step of [1, -1, plan.width, -plan.width]) assert.notStrictEqual(plan.cells[cell + step], 0)
    })
  })

  it("keeps the centre of a robot away from walls", () => {
    const plan = FloorPlan.flat()
    plan.passable.forEach((passable, cell) => {
      if (passable !== 1) return
      for (const step of [3, -3, 3 * plan.width, -3 * plan.width]) {
        assert.notStrictEqual(FloorPlan.segmentOf(plan, cell + step), 0)
      }
    })
  })

  it("parks in front of the dock, looking at it", () => {
    const plan = FloorPlan.flat()
    assert.deepStrictEqual(plan.parking, { x: 25_525, y: 25_525, angle: 180 })
    const cell = FloorPlan.cellAt(plan, plan.parking.x, plan.parking.y)
    assert.isDefined(cell)
    assert.deepStrictEqual(FloorPlan.centreOf(plan, cell ?? 0), { x: plan.parking.x, y: plan.parking.y })
  })

  it("says what is wrong with a drawing", () => {
    assert.isUndefined(reasonOf({}))
    assert.strictEqual(reasonOf({ rooms: [] }), "NoRooms")
    assert.strictEqual(reasonOf({ rooms: [room(31, 1000, 1000, 4000, 4000)] }), "BadSegment")
    assert.strictEqual(reasonOf({ rooms: [...drawing.rooms, ...drawing.rooms] }), "BadSegment")
    assert.strictEqual(reasonOf({ rooms: [room(16, 1000, 1010, 4000, 4000)] }), "BadCoordinate")
    assert.strictEqual(reasonOf({ rooms: [room(16, 0, 0, 4000, 4000)] }), "BadCoordinate")
    assert.strictEqual(reasonOf({ dock: { x: 1150, y: 2500, angle: 180 } }), "DockNotOnFloor")
    assert.strictEqual(
      reasonOf({ rooms: [...drawing.rooms, room(17, 5000, 1000, 8000, 4000)] }),
      "RoomNotReachable"
    )
  })
})
