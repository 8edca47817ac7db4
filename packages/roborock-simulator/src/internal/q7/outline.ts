import type { FloorPlan } from "../../FloorPlan.ts"
import { segmentOf } from "../../FloorPlan.ts"

/** The eight neighbours of a cell in counter-clockwise order, from the right. */
const around: ReadonlyArray<readonly [dx: number, dy: number]> = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1]
]

/** The chain of cells along the outer edge of a room's floor, as columns and rows of the grid; empty for no floor. */
export const outlineOf = (plan: FloorPlan, segment: number): ReadonlyArray<readonly [column: number, row: number]> => {
  const { height, width } = plan
  const has = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < width && row < height && segmentOf(plan, row * width + column) === segment
  const first = plan.cells.findIndex((_, cell) => segmentOf(plan, cell) === segment)
  if (first < 0) return []
  const start = [first % width, Math.floor(first / width)] as const
  const chain: Array<readonly [number, number]> = []
  // The first cell has nothing below it, so the walk comes to it from there.
  let [column, row] = start
  let facing = 0
  for (let step = 0; step < 4 * plan.cells.length; step++) {
    chain.push([column, row])
    // Looks from the outer side on: a quarter turn back from where it came.
    const turn = around.findIndex((_, offset) => {
      const [dx, dy] = around[(facing + 6 + offset) % 8] ?? [0, 0]
      return has(column + dx, row + dy)
    })
    if (turn < 0) break
    facing = (facing + 6 + turn) % 8
    const [dx, dy] = around[facing] ?? [0, 0]
    column += dx
    row += dy
    if (column === start[0] && row === start[1]) break
  }
  return chain
}
