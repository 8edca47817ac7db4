import type { FloorPlan } from "../../FloorPlan.ts"
import { cellSize, forCellsUnder } from "../../FloorPlan.ts"
import type { CleanKind } from "../../RobotState.ts"
import { type Area, countCells } from "./area.ts"
import { planCoverage } from "./coverage.ts"
import type { Drive, Vehicle } from "./vehicle.ts"

const cellAreaMm2 = cellSize * cellSize

/** A cleaning from its order to its record; in each pass over the areas, each of them is cleaned `repeat` times. */
export const makeJob = (
  plan: FloorPlan,
  kind: CleanKind,
  areas: ReadonlyArray<Area>,
  repeat: number,
  beginSeconds: number,
  passes = 1
) => {
  // An area stands there once for each repetition.
  const waiting = Array.from(
    { length: passes },
    (_, pass) =>
      areas.flatMap((area) => Array.from({ length: repeat }, (_, repetition) => ({ area, repetition, pass })))
  ).flat()
  const expectedCells = passes * repeat * areas.reduce((sum, area) => sum + countCells(plan, area), 0)
  let current: { readonly area: Area; readonly cleaned: Uint8Array } | undefined
  let cleanedCells = 0
  let seconds = 0

  return {
    kind,
    segments: areas.flatMap(({ segment }) => segment === undefined ? [] : [segment]),
    beginSeconds,
    /** The room being cleaned. */
    segment: () => current?.area.segment,
    seconds: () => Math.round(seconds),
    areaMm2: () => cleanedCells * cellAreaMm2,
    /** Below 100 until it is over. */
    progress: () => Math.min(99, Math.floor(100 * cleanedCells / Math.max(1, expectedCells))),
    isExhausted: () => waiting.length === 0,
    spend: (more: number): void => {
      seconds += more
    },
    /** The drive that does the next area: of whole floors the nearest one. `undefined` when none can be reached. */
    next: (vehicle: Vehicle): Drive | undefined => {
      const wanted = kind === "All" ? waiting.filter(({ pass }) => pass === waiting[0]?.pass) : waiting.slice(0, 1)
      const way = vehicle.wayTo((cell) => wanted.some(({ area }) => area.has(cell)))
      if (way === undefined) {
        waiting.length = 0
        return undefined
      }
      const entry = way[way.length - 1] ?? vehicle.here()
      const [next] = waiting.splice(waiting.findIndex(({ area }) => area.has(entry)), 1)
      if (next === undefined) return undefined
      current = { area: next.area, cleaned: new Uint8Array(plan.cells.length) }
      const coverage = planCoverage(plan, next.area.has, entry, next.repetition % 2 === 0 ? "horizontal" : "vertical")
      return { cells: [...way, ...coverage], cleanFrom: Math.max(0, way.length - 1), next: 0 }
    },
    /** Cleans what lies under a body on that cell. */
    cleanAt: (cell: number): void => {
      const room = current
      if (room === undefined) return
      forCellsUnder(plan, cell, (under) => {
        if (room.cleaned[under] === 1 || !room.area.has(under)) return
        room.cleaned[under] = 1
        cleanedCells++
      })
    }
  }
}

export type Job = ReturnType<typeof makeJob>
