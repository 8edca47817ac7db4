import type { FloorPlan, Rectangle } from "../../FloorPlan.ts"
import { centreOf, segmentOf } from "../../FloorPlan.ts"

/** A room or a zone. */
export interface Area {
  readonly segment: number | undefined
  readonly has: (cell: number) => boolean
}

export const roomArea = (plan: FloorPlan, segment: number): Area => ({
  segment,
  has: (cell) => segmentOf(plan, cell) === segment
})

/** The floor within a rectangle. */
export const zoneArea = (plan: FloorPlan, { x0, x1, y0, y1 }: Rectangle): Area => ({
  segment: undefined,
  has: (cell) => {
    const { x, y } = centreOf(plan, cell)
    return segmentOf(plan, cell) > 0 && x >= x0 && x < x1 && y >= y0 && y < y1
  }
})

export const countCells = (plan: FloorPlan, { has }: Area): number =>
  plan.cells.reduce((count, _, cell) => has(cell) ? count + 1 : count, 0)
