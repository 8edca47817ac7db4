import { CellKind } from "../../FloorMap.ts"
import type { Outline } from "./messages.ts"

/** What rooms that lie side by side need, and some overlap. */
const maxFillsPerCell = 4

interface Plan {
  readonly width: number
  readonly height: number
  readonly kinds: Uint8Array
  readonly rooms: Uint8Array
}

/** Where the outline crosses the middle of each row it reaches. */
const crossingsByRow = (
  { cells }: Outline,
  height: number,
  spend: (work: number) => boolean
): ReadonlyMap<number, Array<number>> | undefined => {
  const rows = new Map<number, Array<number>>()
  const count = cells.length / 2
  for (let index = 0; index < count; index++) {
    const next = (index + 1) % count
    const [ax = 0, ay = 0] = [cells[index * 2], cells[index * 2 + 1]]
    const [bx = 0, by = 0] = [cells[next * 2], cells[next * 2 + 1]]
    const end = Math.min(Math.max(ay, by), height)
    const start = Math.min(ay, by)
    if (!spend(Math.max(1, end - start))) return undefined
    for (let row = start; row < end; row++) {
      const x = ax + (bx - ax) * (row - ay) / (by - ay)
      const list = rows.get(row)
      if (list === undefined) rows.set(row, [x])
      else list.push(x)
    }
  }
  return rows
}

/**
 * Gives the cells inside each outline, and those on it, to its room; the first room keeps a cell that two claim. `false`
 * when the outlines would cost far more than the rooms of a home do: the rest is left out.
 */
export const fillOutlines = (plan: Plan, outlines: ReadonlyArray<Outline>): boolean => {
  const { height, kinds, rooms, width } = plan
  let budget = kinds.length * maxFillsPerCell + 10_000
  const spend = (work: number): boolean => (budget -= work) >= 0
  for (const outline of outlines) {
    const { cells, room } = outline
    if (room < 1 || room > 255) continue
    const take = (column: number, row: number) => {
      const cell = row * width + column
      if (column >= width || row >= height || rooms[cell] !== 0 || kinds[cell] === CellKind.outside) return
      rooms[cell] = room
    }
    const rows = crossingsByRow(outline, height, spend)
    if (rows === undefined) return false
    for (const [row, crossings] of rows) {
      crossings.sort((a, b) => a - b)
      for (let index = 0; index + 1 < crossings.length; index += 2) {
        const end = Math.min(crossings[index + 1] ?? 0, width - 1)
        const start = Math.ceil(crossings[index] ?? 0)
        if (!spend(Math.max(1, end - start))) return false
        for (let column = start; column <= end; column++) take(column, row)
      }
    }
    for (let index = 0; index < cells.length; index += 2) take(cells[index] ?? 0, cells[index + 1] ?? 0)
  }
  return true
}
