/** Outlines of areas of cells, as SVG path data: closed lines around them, holes included. */
import { CellKind, type Grid } from "@effect-mqtt/roborock/FloorMap"

/** Areas that are not rooms have numbers beyond those of rooms, which are bytes. */
export const floorArea = 256
export const wallArea = 257
/** What is solid, such as a cupboard, inside its edge. */
export const solidArea = 258

interface Extent {
  left: number
  right: number
  bottom: number
  top: number
}

/** Whether there are walls on all sides of a wall. */
const isSolid = ({ height, kinds, width }: Grid, cell: number): boolean => {
  const column = cell % width
  const isInner = column > 0 && column < width - 1 && cell >= width && cell < width * (height - 1)
  return isInner &&
    [cell - width, cell, cell + width].every((middle) =>
      kinds.subarray(middle - 1, middle + 2).every((kind) => kind === CellKind.wall)
    )
}

/** The area of each cell, 0 where there is none. */
const areasOf = (grid: Grid): Uint16Array =>
  Uint16Array.from(grid.kinds, (kind, cell) => {
    switch (kind) {
      case CellKind.wall:
        return isSolid(grid, cell) ? solidArea : wallArea
      case CellKind.border:
      case CellKind.floor:
        return grid.rooms[cell] || floorArea
      default:
        return 0
    }
  })

const extentsOf = (areas: Uint16Array, width: number): ReadonlyMap<number, Extent> => {
  const extents = new Map<number, Extent>()
  areas.forEach((area, cell) => {
    if (area === 0) return
    const column = cell % width
    const row = Math.floor(cell / width)
    const extent = extents.get(area)
    if (extent === undefined) {
      extents.set(area, { left: column, right: column, bottom: row, top: row })
      return
    }
    extent.left = Math.min(extent.left, column)
    extent.right = Math.max(extent.right, column)
    extent.top = row
  })
  return extents
}

/** Directions of edges, counter-clockwise, so that the next one is a turn to the left. */
const east = 0
const north = 1
const west = 2
const south = 3
const stepX = [1, 0, -1, 0]
const stepY = [0, 1, 0, -1]

/** Walks around one area. Its cells lie to the left of every edge. */
const trace = (grid: Grid, areas: Uint16Array, area: number, extent: Extent): string => {
  const columns = extent.right - extent.left + 2
  const rows = extent.top - extent.bottom + 2
  const isInside = (column: number, row: number): boolean =>
    column >= extent.left && column <= extent.right && row >= extent.bottom && row <= extent.top
    && areas[row * grid.width + column] === area
  /** The edges that leave each corner, as bits. */
  const leaving = new Uint8Array(columns * rows)
  const add = (column: number, row: number, direction: number) => {
    const corner = (row - extent.bottom) * columns + column - extent.left
    leaving[corner] |= 1 << direction
  }
  for (let row = extent.bottom; row <= extent.top; row++) {
    for (let column = extent.left; column <= extent.right; column++) {
      if (!isInside(column, row)) continue
      if (!isInside(column, row - 1)) add(column, row, east)
      if (!isInside(column + 1, row)) add(column + 1, row, north)
      if (!isInside(column, row + 1)) add(column + 1, row + 1, west)
      if (!isInside(column - 1, row)) add(column, row + 1, south)
    }
  }
  const size = grid.cellSize
  const parts: Array<string> = []
  for (let start = 0; start < leaving.length; start++) {
    while (leaving[start] !== 0) {
      let corner = start
      let direction = east
      while ((leaving[start] & 1 << direction) === 0) direction++
      const x = (grid.left + extent.left + start % columns) * size
      const y = -(grid.bottom + extent.bottom + Math.floor(start / columns)) * size
      parts.push(`M${x} ${y}`)
      let length = 0
      do {
        leaving[corner] &= ~(1 << direction)
        corner += stepX[direction] + stepY[direction] * columns
        length++
        const ways = corner === start ? 0 : leaving[corner]
        // Where two corners of an area touch, turning left keeps its outline from crossing itself.
        const next = [direction + 1, direction, direction + 3].map((way) => way & 3).find((way) => ways & 1 << way)
        if (next === direction) continue
        const distance = length * size
        parts.push(
          direction === east
            ? `h${distance}`
            : direction === west
            ? `h-${distance}`
            : direction === north
            ? `v-${distance}`
            : `v${distance}`
        )
        length = 0
        if (next === undefined) break
        direction = next
      } while (corner !== start)
      parts.push("z")
    }
  }
  return parts.join("")
}

/** The outline of every area of a grid, in millimetres with y down: rooms by their numbers, floor and walls. */
export const outlines = (grid: Grid): ReadonlyMap<number, string> => {
  const areas = areasOf(grid)
  return new Map(
    Array.from(extentsOf(areas, grid.width), ([area, extent]) => [area, trace(grid, areas, area, extent)])
  )
}
