import type { FloorPlan } from "../../FloorPlan.ts"
import { forCellsUnder } from "../../FloorPlan.ts"
import { findRoute } from "./route.ts"

const laneSpacingCells = 6

/** A straight stretch of a lane, by its two end cells. */
interface Lane {
  readonly first: number
  readonly last: number
}

/**
 * The drive that cleans an area from `start`, a cell in it: once along the walls, then in parallel lanes, then to
 * whatever is left. Neighbouring cells, without `start`. Every floor cell of the area that fits under a robot lies
 * under the drive.
 */
export const planCoverage = (
  plan: FloorPlan,
  has: (cell: number) => boolean,
  start: number,
  lanes: "horizontal" | "vertical"
): Array<number> => {
  const route: Array<number> = []
  const dirty = new Uint8Array(plan.cells.length)
  for (let cell = 0; cell < dirty.length; cell++) if (has(cell)) dirty[cell] = 1
  let here = start

  const isInside = (cell: number): boolean => plan.passable[cell] === 1 && has(cell)
  const dirtUnder = (cell: number): number => {
    let count = 0
    forCellsUnder(plan, cell, (under) => count += dirty[under] ?? 0)
    return count
  }
  const clean = (cell: number): void => forCellsUnder(plan, cell, (under) => dirty[under] = 0)
  const enter = (cell: number): void => {
    route.push(cell)
    clean(cell)
    here = cell
  }
  const drive = (isGoal: (cell: number) => boolean): boolean => {
    const leg = findRoute(plan, here, isGoal)
    leg?.forEach(enter)
    return leg !== undefined
  }

  clean(start)
  followWalls()
  followLanes()
  while (drive((cell) => isInside(cell) && dirtUnder(cell) > 0));
  return route

  function followWalls(): void {
    const around = [1, plan.width, -1, -plan.width]
    const isBoundary = (cell: number): boolean =>
      isInside(cell) && around.some((step) => plan.passable[cell + step] !== 1)
    const next = (): number | undefined =>
      [...around, ...around.map((step, index) => step + (around[(index + 1) % 4] ?? 0))]
        .map((step) => here + step)
        .find((cell) => isBoundary(cell) && isStep(plan, here, cell) && dirtUnder(cell) > 0)
    // A few cells in the corners stay under no disc; starting over for less than a swath would only wander.
    while (drive((cell) => isBoundary(cell) && dirtUnder(cell) >= laneSpacingCells)) {
      for (let cell = next(); cell !== undefined; cell = next()) enter(cell)
    }
  }

  function followLanes(): void {
    let open = lanesOf(plan, lanes, isInside, (cell) => dirtUnder(cell) > 0)
    while (open.length > 0) {
      const ends = new Set(open.flatMap((lane) => [lane.first, lane.last]))
      if (!drive((cell) => ends.has(cell))) return
      const chosen = open.find((lane) => lane.first === here || lane.last === here)
      if (chosen === undefined) return
      const step = lanes === "horizontal" ? 1 : plan.width
      const forwards = chosen.first === here
      for (const goal = forwards ? chosen.last : chosen.first; here !== goal;) enter(here + (forwards ? step : -step))
      open = open.filter((lane) => lane !== chosen)
    }
  }
}

const isStep = (plan: FloorPlan, from: number, to: number): boolean => {
  const sideways = to % plan.width - from % plan.width
  return plan.passable[from + sideways] === 1 && plan.passable[to - sideways] === 1
}

const lanesOf = (
  plan: FloorPlan,
  direction: "horizontal" | "vertical",
  isInside: (cell: number) => boolean,
  isWorthwhile: (cell: number) => boolean
): Array<Lane> => {
  const [lines, length] = direction === "horizontal" ? [plan.height, plan.width] : [plan.width, plan.height]
  const cellOf = (line: number, along: number): number =>
    direction === "horizontal" ? line * plan.width + along : along * plan.width + line
  const lanes: Array<Lane> = []
  let firstLine: number | undefined
  for (let line = 0; line < lines; line++) {
    for (let along = 0; along < length; along++) {
      if (!isInside(cellOf(line, along))) continue
      firstLine ??= line
      let first: number | undefined
      let last: number | undefined
      for (; along < length && isInside(cellOf(line, along)); along++) {
        if ((line - firstLine) % laneSpacingCells !== 0 || !isWorthwhile(cellOf(line, along))) continue
        first ??= cellOf(line, along)
        last = cellOf(line, along)
      }
      if (first !== undefined && last !== undefined) lanes.push({ first, last })
    }
  }
  return lanes
}
