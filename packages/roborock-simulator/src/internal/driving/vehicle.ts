import type { FloorPlan } from "../../FloorPlan.ts"
import { cellAt, centreOf } from "../../FloorPlan.ts"
import { findRoute } from "./route.ts"
import { makeTrail } from "./trail.ts"

const millimetresPerSecond = 200

/** Cells to drive over, in order; those from `cleanFrom` on are cleaned. */
export interface Drive {
  readonly cells: ReadonlyArray<number>
  readonly cleanFrom: number
  next: number
}

/** A drive that cleans nothing. */
export const justDrive = (cells: ReadonlyArray<number>): Drive => ({ cells, cleanFrom: Infinity, next: 0 })

/** A body on a floor: where it stands, how it got there, and how it gets on. It begins in the dock. */
export const makeVehicle = (plan: FloorPlan, maxPathPoints: number) => {
  const trail = makeTrail(maxPathPoints)
  const parkingCell = cellAt(plan, plan.parking.x, plan.parking.y) ?? 0
  let { angle, x, y } = plan.parking

  const here = (): number => cellAt(plan, x, y) ?? parkingCell
  const wayTo = (isGoal: (cell: number) => boolean): ReadonlyArray<number> | undefined =>
    findRoute(plan, here(), isGoal)

  return {
    here,
    wayTo,
    wayHome: (): Drive => justDrive(wayTo((cell) => cell === parkingCell) ?? []),
    /** A drive that was broken off, from where the body stands now. */
    goOn: (rest: Drive): Drive => {
      const goal = rest.cells[rest.next] ?? here()
      const way = wayTo((cell) => cell === goal) ?? []
      const cells = [...way, ...rest.cells.slice(rest.next + 1)]
      return { cells, cleanFrom: Math.max(way.length - 1, rest.cleanFrom - rest.next + way.length - 1), next: 0 }
    },
    /** Drives towards a cell for at most `seconds`; says how long it took, and whether it is there. */
    roll: (cell: number, seconds: number): { readonly used: number; readonly arrived: boolean } => {
      const target = centreOf(plan, cell)
      const distance = Math.hypot(target.x - x, target.y - y)
      const needed = distance / millimetresPerSecond
      if (distance > 0) angle = Math.round(Math.atan2(target.y - y, target.x - x) * 180 / Math.PI)
      if (needed > seconds) {
        x += (target.x - x) * seconds / needed
        y += (target.y - y) * seconds / needed
        return { used: seconds, arrived: false }
      }
      ;({ x, y } = target)
      trail.add(x, y)
      return { used: needed, arrived: true }
    },
    park: (): void => {
      ;({ angle, x, y } = plan.parking)
    },
    isParked: () => x === plan.parking.x && y === plan.parking.y,
    /** Begins a new path. */
    forget: (): void => {
      trail.clear()
      trail.add(x, y)
    },
    position: () => ({ x: Math.round(x), y: Math.round(y), angle }),
    path: () => trail.points.slice()
  }
}

export type Vehicle = ReturnType<typeof makeVehicle>
