import { type FloorMap, GoToTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"

/** Three cells in a row: outside, wall, floor. */
const grid: FloorMap.Grid = {
  cellSize: 50,
  left: 500,
  bottom: 500,
  width: 3,
  height: 1,
  kinds: Uint8Array.of(0, 1, 3),
  rooms: new Uint8Array(3),
  carpet: undefined
}

describe("nearestFloor", () => {
  it("keeps a point on the floor, and moves one beside it there", () => {
    assert.deepStrictEqual(GoToTrait.nearestFloor(grid, { x: 25_110, y: 25_010 }), { x: 25_110, y: 25_010 })
    assert.deepStrictEqual(GoToTrait.nearestFloor(grid, { x: 25_010, y: 25_010 }), { x: 25_125, y: 25_025 })
  })

  it("finds none farther away than 300 mm", () => {
    assert.isUndefined(GoToTrait.nearestFloor(grid, { x: 24_700, y: 25_010 }))
    assert.isUndefined(GoToTrait.nearestFloor(grid, { x: 25_125, y: 26_000 }))
  })
})
