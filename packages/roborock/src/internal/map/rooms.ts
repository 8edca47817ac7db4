import type { Grid, Room } from "../../FloorMap.ts"
import { centreOf } from "../../FloorMap.ts"
import type { FloorRuns } from "./floorRuns.ts"
import { findFloorRuns } from "./floorRuns.ts"

const firstOf = (parent: Int32Array, run: number): number => {
  let first = run
  for (let above = parent[first] ?? first; above !== first; above = parent[first] ?? first) {
    // Halving the way keeps it short for those that come later.
    parent[first] = parent[above] ?? above
    first = above
  }
  return first
}

/** For each run the first run of the connected part that it belongs to: runs of a room touch those of the row below. */
const joinRuns = ({ width }: Grid, { count, ends, rooms, starts }: FloorRuns): Int32Array => {
  const parent = new Int32Array(count)
  let below = 0
  for (let run = 0; run < count; run++) {
    parent[run] = run
    const start = (starts[run] ?? 0) - width
    const end = (ends[run] ?? 0) - width
    const room = rooms[run]
    // Those that end before this one begins, a row lower, touch no later one either.
    while ((ends[below] ?? 0) <= start) below++
    for (let other = below; other < run && (starts[other] ?? 0) < end; other++) {
      if (rooms[other] !== room) continue
      const a = firstOf(parent, other)
      const b = firstOf(parent, run)
      parent[Math.max(a, b)] = Math.min(a, b)
    }
  }
  for (let run = 0; run < count; run++) parent[run] = firstOf(parent, run)
  return parent
}

interface Tally {
  cells: number
  minColumn: number
  /** Behind the last one; rows go to the last. */
  maxColumn: number
  minRow: number
  maxRow: number
  /** The first run of the largest part, and its cells. */
  part: number
  partCells: number
  sumColumn: number
  sumRow: number
  nearest: number
  distance: number
}

const newTally = (row: number): Tally => ({
  cells: 0,
  minColumn: Infinity,
  maxColumn: 0,
  minRow: row,
  maxRow: row,
  part: -1,
  partCells: 0,
  sumColumn: 0,
  sumRow: 0,
  nearest: 0,
  distance: Infinity
})

/** The rooms of a grid by ascending id, in some passes over its runs of floor. */
export const findRooms = (grid: Grid, runs: FloorRuns = findFloorRuns(grid)): ReadonlyArray<Room> => {
  const { width } = grid
  const { count, ends, rooms, rows, starts } = runs
  const parts = joinRuns(grid, runs)
  const partCells = new Int32Array(count)
  // By room, which is a byte: a Map would cost more than all else that is done for a run.
  const tallies: Array<Tally | undefined> = []
  for (let run = 0; run < count; run++) {
    const start = starts[run] ?? 0
    const row = rows[run] ?? 0
    const tally = tallies[rooms[run] ?? 0] ??= newTally(row)
    const cells = (ends[run] ?? 0) - start
    const part = parts[run] ?? 0
    partCells[part] = (partCells[part] ?? 0) + cells
    tally.cells += cells
    tally.minColumn = Math.min(tally.minColumn, start - row * width)
    tally.maxColumn = Math.max(tally.maxColumn, start - row * width + cells)
    tally.maxRow = row
  }
  for (let run = 0; run < count; run++) {
    const start = starts[run] ?? 0
    const tally = tallies[rooms[run] ?? 0]
    if (tally === undefined) continue
    const part = parts[run] ?? 0
    const size = partCells[part] ?? 0
    if (size > tally.partCells) {
      tally.part = part
      tally.partCells = size
      tally.sumColumn = 0
      tally.sumRow = 0
    }
    if (tally.part !== part) continue
    const cells = (ends[run] ?? 0) - start
    const row = rows[run] ?? 0
    tally.sumColumn += (2 * (start - row * width) + cells - 1) * cells / 2
    tally.sumRow += row * cells
  }
  // The centroid of a part may lie outside it (a room around a corner): the nearest cell of the part then.
  for (let run = 0; run < count; run++) {
    const start = starts[run] ?? 0
    const tally = tallies[rooms[run] ?? 0]
    if (tally === undefined || tally.part !== parts[run]) continue
    const row = rows[run] ?? 0
    const column = tally.sumColumn / tally.partCells
    const nearest = Math.min(Math.max(row * width + Math.ceil(column - 0.5), start), (ends[run] ?? 0) - 1)
    const distance = (nearest - row * width - column) ** 2 + (row - tally.sumRow / tally.partCells) ** 2
    // Ties go to the lower cell, so that a label stays where it is.
    if (distance >= tally.distance) continue
    tally.distance = distance
    tally.nearest = nearest
  }
  return tallies.flatMap((tally, id) =>
    tally === undefined ? [] : [{
      id,
      cells: tally.cells,
      area: tally.cells * grid.cellSize ** 2 / 1e6,
      box: {
        x0: (grid.left + tally.minColumn) * grid.cellSize,
        y0: (grid.bottom + tally.minRow) * grid.cellSize,
        x1: (grid.left + tally.maxColumn - 1) * grid.cellSize,
        y1: (grid.bottom + tally.maxRow) * grid.cellSize
      },
      centre: centreOf(grid, tally.nearest)
    }]
  )
}
