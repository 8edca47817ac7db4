import type { Grid, Room } from "../../FloorMap.ts"
import { CellKind, centreOf } from "../../FloorMap.ts"

interface Tally {
  cells: number
  minColumn: number
  maxColumn: number
  minRow: number
  maxRow: number
  /** The largest connected part so far. */
  partCells: number
  partFirst: number
  partSumColumn: number
  partSumRow: number
}

const newTally = (): Tally => ({
  cells: 0,
  minColumn: Infinity,
  maxColumn: -Infinity,
  minRow: Infinity,
  maxRow: -Infinity,
  partCells: 0,
  partFirst: 0,
  partSumColumn: 0,
  partSumRow: 0
})

/** Cells of one connected part, each visited once over all calls. `stack` is shared so that it is allocated once. */
const flood = (grid: Grid, start: number, visited: Uint8Array, stack: Int32Array, visit: (cell: number) => void) => {
  const { kinds, rooms, width } = grid
  const room = rooms[start]
  let depth = 0
  const enter = (cell: number) => {
    if (visited[cell] === 0 && rooms[cell] === room && kinds[cell] === CellKind.floor) {
      visited[cell] = 1
      stack[depth++] = cell
    }
  }
  enter(start)
  while (depth > 0) {
    const cell = stack[--depth] ?? 0
    visit(cell)
    const column = cell % width
    if (column > 0) enter(cell - 1)
    if (column < width - 1) enter(cell + 1)
    if (cell >= width) enter(cell - width)
    if (cell + width < kinds.length) enter(cell + width)
  }
}

/** The centroid of a part may lie outside it (a room around a corner): the nearest cell of the part then. */
const nearestInPart = (grid: Grid, tally: Tally, visited: Uint8Array, stack: Int32Array): number => {
  const column = tally.partSumColumn / tally.partCells
  const row = tally.partSumRow / tally.partCells
  let best = tally.partFirst
  let bestDistance = Infinity
  flood(grid, tally.partFirst, visited, stack, (cell) => {
    const distance = (cell % grid.width - column) ** 2 + (Math.floor(cell / grid.width) - row) ** 2
    // Cells are visited in no useful order: ties go to the lower index, so that a label stays where it is.
    if (distance < bestDistance || distance === bestDistance && cell < best) {
      bestDistance = distance
      best = cell
    }
  })
  return best
}

/** The rooms of a grid by ascending id. Three passes over the cells, whatever they hold. */
export const findRooms = (grid: Grid): ReadonlyArray<Room> => {
  const { kinds, rooms, width } = grid
  const tallies = new Map<number, Tally>()
  const visited = new Uint8Array(kinds.length)
  const stack = new Int32Array(kinds.length)
  for (let start = 0; start < kinds.length; start++) {
    const room = rooms[start] ?? 0
    if (room === 0 || kinds[start] !== CellKind.floor || visited[start] === 1) continue
    const tally = tallies.get(room) ?? newTally()
    tallies.set(room, tally)
    let partCells = 0
    let sumColumn = 0
    let sumRow = 0
    flood(grid, start, visited, stack, (cell) => {
      const column = cell % width
      const row = Math.floor(cell / width)
      partCells++
      sumColumn += column
      sumRow += row
      tally.minColumn = Math.min(tally.minColumn, column)
      tally.maxColumn = Math.max(tally.maxColumn, column)
      tally.minRow = Math.min(tally.minRow, row)
      tally.maxRow = Math.max(tally.maxRow, row)
    })
    tally.cells += partCells
    if (partCells > tally.partCells) {
      tally.partCells = partCells
      tally.partFirst = start
      tally.partSumColumn = sumColumn
      tally.partSumRow = sumRow
    }
  }
  visited.fill(0)
  return [...tallies].sort(([a], [b]) => a - b).map(([id, tally]) => ({
    id,
    cells: tally.cells,
    area: tally.cells * grid.cellSize ** 2 / 1e6,
    box: {
      x0: (grid.left + tally.minColumn) * grid.cellSize,
      y0: (grid.bottom + tally.minRow) * grid.cellSize,
      x1: (grid.left + tally.maxColumn) * grid.cellSize,
      y1: (grid.bottom + tally.maxRow) * grid.cellSize
    },
    centre: centreOf(grid, nearestInPart(grid, tally, visited, stack))
  }))
}
