import type { Grid, Point } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Pixel } from "./shapes.ts"

/** Quarter turns of the picture, clockwise. */
export type Rotation = 0 | 90 | 180 | 270

/** How millimetres become pixels: the drawn part of the plane, pixels per cell, and a rotation. */
export interface Projection {
  readonly width: number
  readonly height: number
  /** Pixels per cell. */
  readonly scale: number
  readonly rotation: Rotation
  readonly cellSize: number
  readonly left: number
  readonly bottom: number
  readonly columns: number
  readonly rows: number
}

/** The part of the grid that is not outside, and a margin; pictures stay below `maxPixels` by a smaller scale. */
export const project = (
  grid: Grid,
  options: { readonly scale: number; readonly margin: number; readonly rotation: Rotation; readonly maxPixels: number }
): Projection => {
  let minColumn = grid.width
  let maxColumn = -1
  let minRow = grid.height
  let maxRow = -1
  for (let row = 0; row < grid.height; row++) {
    for (let column = 0; column < grid.width; column++) {
      if (grid.kinds[row * grid.width + column] === CellKind.outside) continue
      if (column < minColumn) minColumn = column
      if (column > maxColumn) maxColumn = column
      if (row < minRow) minRow = row
      maxRow = row
    }
  }
  if (maxColumn < 0) {
    minColumn = minRow = 0
    maxColumn = grid.width - 1
    maxRow = grid.height - 1
  }
  const columns = maxColumn - minColumn + 1 + 2 * options.margin
  const rows = maxRow - minRow + 1 + 2 * options.margin
  let scale = Math.max(1, Math.floor(options.scale))
  while (scale > 1 && columns * rows * scale * scale > options.maxPixels) scale--
  const upright = options.rotation === 0 || options.rotation === 180
  return {
    width: (upright ? columns : rows) * scale,
    height: (upright ? rows : columns) * scale,
    scale,
    rotation: options.rotation,
    cellSize: grid.cellSize,
    left: grid.left + minColumn - options.margin,
    bottom: grid.bottom + minRow - options.margin,
    columns,
    rows
  }
}

export const toPixel = (projection: Projection, point: Point): Pixel => {
  const { bottom, cellSize, columns, left, rows, scale } = projection
  const x = (point.x / cellSize - left) * scale
  const y = (rows - (point.y / cellSize - bottom)) * scale
  switch (projection.rotation) {
    case 0:
      return { x, y }
    case 90:
      return { x: rows * scale - y, y: x }
    case 180:
      return { x: columns * scale - x, y: rows * scale - y }
    case 270:
      return { x: y, y: columns * scale - x }
  }
}

const unrotated = ({ columns, rotation, rows, scale }: Projection, { x, y }: Pixel): Pixel => {
  switch (rotation) {
    case 0:
      return { x, y }
    case 90:
      return { x: y, y: rows * scale - x }
    case 180:
      return { x: columns * scale - x, y: rows * scale - y }
    case 270:
      return { x: columns * scale - y, y: x }
  }
}

export const toPoint = (projection: Projection, pixel: Pixel): Point => {
  const { x, y } = unrotated(projection, pixel)
  return {
    x: (x / projection.scale + projection.left) * projection.cellSize,
    y: (projection.rows - y / projection.scale + projection.bottom) * projection.cellSize
  }
}

/** The direction of an angle (degrees, counter-clockwise from +x) in the picture, as a vector of length 1. */
export const toDirection = (projection: Projection, angle: number): Pixel => {
  const radians = (angle - projection.rotation) * Math.PI / 180
  return { x: Math.cos(radians), y: -Math.sin(radians) }
}

/** The grid cell under each pixel, -1 outside the grid. */
export const cellsUnderPixels = (projection: Projection, grid: Grid): Int32Array => {
  const { height, width } = projection
  const cells = new Int32Array(width * height)
  /** What a pixel's column or row says of its cell, which is the column or the row of the cell; -1 outside. */
  const part = (pixel: Pixel, isColumn: boolean): number => {
    const at = unrotated(projection, pixel)
    if (isColumn) {
      const column = Math.floor(at.x / projection.scale) + projection.left - grid.left
      return column >= 0 && column < grid.width ? column : -1
    }
    const row = projection.rows - 1 - Math.floor(at.y / projection.scale) + projection.bottom - grid.bottom
    return row >= 0 && row < grid.height ? row * grid.width : -1
  }
  const isUpright = projection.rotation % 180 === 0
  const across = Int32Array.from({ length: width }, (_, x) => part({ x: x + 0.5, y: x + 0.5 }, isUpright))
  for (let y = 0; y < height; y++) {
    const down = part({ x: y + 0.5, y: y + 0.5 }, !isUpright)
    if (down < 0) {
      cells.fill(-1, y * width, (y + 1) * width)
      continue
    }
    for (let x = 0; x < width; x++) {
      const other = across[x] ?? -1
      cells[y * width + x] = other < 0 ? -1 : down + other
    }
  }
  return cells
}
