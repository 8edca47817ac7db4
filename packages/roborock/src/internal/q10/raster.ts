import { CellKind } from "../../FloorMap.ts"
import { makeCellTable, readCells } from "../map/cellTable.ts"
import { findRuns } from "../map/runs.ts"

const outside = 0xf3
const plainFloor = 0xf0

/** Format versions 1 and 3: the room in the high 6 bits, the kind in the low 2. */
const plainCells = makeCellTable((byte) => {
  if (byte === 0 || byte === outside) return [CellKind.outside, 0]
  if (byte === plainFloor) return [CellKind.floor, 0]
  if (byte > plainFloor) return [CellKind.wall, 0]
  const room = byte >> 2
  switch (byte & 3) {
    case 1:
      return [CellKind.wall, room]
    case 3:
      return room === 0 ? [CellKind.outside, 0] : [CellKind.border, room]
    default:
      return room === 0 ? [CellKind.outside, 0] : [CellKind.floor, room]
  }
})

/** Format version 2: the room in the high 5 bits, the kind in the low 3. */
const widerCells = makeCellTable((byte) => {
  const room = byte >> 3
  switch (byte & 7) {
    case 1:
      return [CellKind.wall, 0]
    case 2:
    case 7:
      return [CellKind.floor, room > 26 ? 0 : room]
    default:
      return [CellKind.outside, 0]
  }
})

/** Format version 0, whose cells are two bits. */
const bareCells = makeCellTable((bits) => [
  bits === 0 ? CellKind.floor : bits === 1 ? CellKind.wall : CellKind.outside,
  0
])

/** How many bytes the cells take. */
export const rasterBytes = (version: number, width: number, height: number): number =>
  version === 0 ? Math.ceil(width * height / 4) : width * height

/** A byte for each cell of format version 0: four share one, the first in its high bits. */
const unpacked = (bytes: Uint8Array, cells: number): Uint8Array => {
  const image = new Uint8Array(cells)
  for (let cell = 0; cell < cells; cell++) image[cell] = (bytes[cell >> 2] ?? 0xff) >> (6 - cell % 4 * 2) & 3
  return image
}

/** An image with its rows turned around: devices send the top row first. */
const upended = (image: Uint8Array, width: number, height: number): Uint8Array => {
  const turned = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    turned.set(image.subarray(row * width, (row + 1) * width), (height - 1 - row) * width)
  }
  return turned
}

/** Kinds and rooms, row 0 lowest. */
export const readRaster = (version: number, bytes: Uint8Array, width: number, height: number) => {
  const image = upended(version === 0 ? unpacked(bytes, width * height) : bytes, width, height)
  return readCells(image, findRuns(image), version === 0 ? bareCells : version === 2 ? widerCells : plainCells)
}

/** A mask of one byte a cell, row 0 lowest like the cells. */
export const readMask = (bytes: Uint8Array, width: number, height: number): Uint8Array => {
  const mask = upended(bytes, width, height)
  for (let cell = 0; cell < mask.length; cell++) if (mask[cell] !== 0) mask[cell] = 1
  return mask
}
