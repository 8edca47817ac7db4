import type { Grid, Room } from "../../FloorMap.ts"
import { CellKind, centreOf } from "../../FloorMap.ts"
import { skipZeros, wordOf, wordsOf } from "./words.ts"

/**
 * Floor cells of one room beside each other in a row, in the order of the grid: the first, and the one behind the last.
 */
interface Runs {
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
}

const grown = (old: Int32Array): Int32Array => {
  const larger = new Int32Array(old.length * 2)
  larger.set(old)
  return larger
}

const findRuns = ({ kinds, rooms, width }: Grid): Runs => {
  let starts: Int32Array = new Int32Array(2048)
  let ends: Int32Array = new Int32Array(2048)
  let count = 0
  /** Where the run under way begins, what it is made of, and where its row ends. */
  let begun = -1
  let room = 0
  let rowEnd = 0

  const kindViews = wordsOf(kinds)
  const kindWords = kindViews.words
  const roomWords = wordsOf(rooms).words
  const floorWord = wordOf(CellKind.floor)
  for (let index = 0, cell = 0; cell <= kinds.length; index++) {
    // Four cells at once where there is nothing to see: most of a map is outside or the middle of a room.
    if (begun < 0) {
      index = skipZeros(kindViews, index)
    } else {
      const inRow = rowEnd >> 2
      const same = wordOf(room)
      while (index < inRow && kindWords[index] === floorWord && roomWords[index] === same) index++
    }
    cell = index * 4
    // Behind the last word come the cells that fill none, and one place more, where every run has ended.
    const end = index < kindWords.length ? cell + 4 : kinds.length + 1
    for (; cell < end; cell++) {
      const isFloor = kinds[cell] === CellKind.floor
      if (begun >= 0) {
        if (isFloor && rooms[cell] === room && cell < rowEnd) continue
        if (count === starts.length) {
          starts = grown(starts)
          ends = grown(ends)
        }
        starts[count] = begun
        ends[count] = cell
        count++
        begun = -1
      }
      if (!isFloor || rooms[cell] === 0) continue
      begun = cell
      room = rooms[cell] ?? 0
      if (cell >= rowEnd) rowEnd = cell - cell % width + width
    }
  }
  return { count, starts, ends }
}

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
const joinRuns = ({ rooms, width }: Grid, { count, ends, starts }: Runs): Int32Array => {
  const parent = new Int32Array(count)
  let below = 0
  for (let run = 0; run < count; run++) {
    parent[run] = run
    const start = (starts[run] ?? 0) - width
    const end = (ends[run] ?? 0) - width
    const room = rooms[start + width]
    // Those that end before this one begins, a row lower, touch no later one either.
    while ((ends[below] ?? 0) <= start) below++
    for (let other = below; other < run && (starts[other] ?? 0) < end; other++) {
      if (rooms[starts[other] ?? 0] !== room) continue
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

/** The rooms of a grid by ascending id, in one pass over the cells and some over the runs of them. */
export const findRooms = (grid: Grid): ReadonlyArray<Room> => {
  const { rooms, width } = grid
  const runs = findRuns(grid)
  const { count, ends, starts } = runs
  const parts = joinRuns(grid, runs)
  const partCells = new Int32Array(count)
  // By room, which is a byte: a Map would cost more than all else that is done for a run.
  const tallies: Array<Tally | undefined> = Array.from({ length: 256 }, () => undefined)
  const rows = new Int32Array(count)
  for (let run = 0, row = 0; run < count; run++) {
    const start = starts[run] ?? 0
    while ((row + 1) * width <= start) row++
    rows[run] = row
    const room = rooms[start] ?? 0
    const tally = tallies[room] ??= newTally(row)
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
    const tally = tallies[rooms[start] ?? 0]
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
    const tally = tallies[rooms[start] ?? 0]
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
