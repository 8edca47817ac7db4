/**
 * Driving to a point.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { cellAt, CellKind, centreOf, type Grid, type Point } from "./FloorMap.ts"
import { invalidArgument } from "./internal/device/argument.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError, NoMap } from "./RoborockError.ts"
import type { MapError } from "./RrMap.ts"

/**
 * Points of the map in use, in its millimetres.
 *
 * @since 0.1.0
 * @category models
 */
export interface GoToTrait {
  /**
   * Drives to a point. One that is not on floor is moved to the nearest floor within 300 mm, and refused
   * (`InvalidArgument`) when there is none.
   */
  readonly goTo: (point: Point) => Effect.Effect<void, CommandError | MapError | NoMap>
  readonly stop: Effect.Effect<void, CommandError>
}

const method = "app_goto_target"
const reach = 300

/**
 * The nearest point within 300 mm that is floor.
 *
 * @since 0.1.0
 * @category geometry
 */
export const nearestFloor = (grid: Grid, point: Point): Point | undefined => {
  const isFloor = (cell: number | undefined) => cell !== undefined && grid.kinds[cell] === CellKind.floor
  if (isFloor(cellAt(grid, point))) return point
  let best: Point | undefined
  let bestDistance = reach
  for (let x = point.x - reach; x <= point.x + reach; x += grid.cellSize) {
    for (let y = point.y - reach; y <= point.y + reach; y += grid.cellSize) {
      const cell = cellAt(grid, { x, y })
      if (cell === undefined || !isFloor(cell)) continue
      const centre = centreOf(grid, cell)
      const distance = Math.hypot(centre.x - point.x, centre.y - point.y)
      if (distance > bestDistance) continue
      best = centre
      bestDistance = distance
    }
  }
  return best
}

/** @internal */
export const make = (vacuum: Vacuum): GoToTrait => ({
  goTo: (point) =>
    Effect.gen(function*() {
      if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
        return yield* invalidArgument(method, "x and y have to be numbers")
      }
      const { grid } = yield* vacuum.fetchMap
      const target = grid === undefined ? undefined : nearestFloor(grid, point)
      if (target === undefined) return yield* invalidArgument(method, "the map shows no floor")
      yield* vacuum.command(method, [Math.round(target.x), Math.round(target.y)])
    }),
  stop: vacuum.command("stop_goto_target")
})
