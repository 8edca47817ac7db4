import type { Grid } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import { makeCellTable, readCells } from "../map/cellTable.ts"
import { axisFrom } from "../map/plane.ts"
import { findRuns } from "../map/runs.ts"

/** Far beyond any home. */
const maxSide = 4096
const maxMetres = 10_000

const floor = 127
const wall = 128

export interface Head {
  readonly cellSize: number
  readonly width: number
  readonly announcedHeight: number
  readonly left: number
  readonly bottom: number
  /** What is added to places, in millimetres. */
  readonly shiftX: number
  readonly shiftY: number
}

/** Damage may make a float of a number, also a negative one. */
const isSide = (cells: number): boolean => Number.isInteger(cells) && cells >= 0 && cells <= maxSide

/** The geometry of the grid; `undefined` when it cannot be. */
export const readHead = (values: ReadonlyMap<number, number>): Head | undefined => {
  const [width = 0, announcedHeight = 0] = [values.get(2), values.get(3)]
  const [minX = 0, minY = 0, resolution = 0] = [values.get(4), values.get(5), values.get(8)]
  // Single precision: 0.05 m is not quite 50 mm.
  const cellSize = Math.round(resolution * 1_000_000) / 1000
  if (!isSide(width) || !isSide(announcedHeight) || cellSize < 1 || cellSize > 1000) return undefined
  if (Math.abs(minX) > maxMetres || Math.abs(minY) > maxMetres) return undefined
  const x = axisFrom(minX * 1000, cellSize)
  const y = axisFrom(minY * 1000, cellSize)
  return { cellSize, width, announcedHeight, left: x.start, bottom: y.start, shiftX: x.shift, shiftY: y.shift }
}

/** Saved maps have the room right in the cell. */
const cellTable = makeCellTable((byte) => {
  if (byte === 0) return [CellKind.outside, 0]
  return byte === wall ? [CellKind.wall, 0] : [CellKind.floor, byte < floor ? byte : 0]
})

/**
 * The cells of a map; when they are too few, the rows that are there: row 0 is the lowest, so the origin stays right.
 */
export const readGrid = (head: Head, bytes: Uint8Array): { readonly grid: Grid; readonly cutShort: boolean } => {
  const { announcedHeight, bottom, cellSize, left, width } = head
  const height = width === 0 ? 0 : Math.min(announcedHeight, Math.floor(bytes.length / width))
  const cells = bytes.subarray(0, width * height)
  return {
    grid: {
      cellSize,
      left,
      bottom,
      width,
      height,
      ...readCells(cells, findRuns(cells), cellTable),
      carpet: undefined
    },
    cutShort: height < announcedHeight
  }
}
