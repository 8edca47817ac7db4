import type { Grid } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Block } from "./blocks.ts"

/** Side of a cell of every "rr" map. */
const cellSize = 50

/** The plane has 1024 x 1024 cells; anything far beyond is damage. */
const maxSide = 4096
const maxOrigin = 1_000_000

/** Plain floor of the old encoding. Robots never use room 31, whose floor would be the same byte. */
const plainFloor = 0xff

const kindOf = (byte: number): number => {
  if (byte === 0) return CellKind.outside
  if (byte === plainFloor) return CellKind.floor
  const low = byte & 7
  if (low === 1) return CellKind.wall
  if (low === 7) return CellKind.floor
  return byte >> 3 === 0 ? CellKind.floor : CellKind.border
}

/**
 * The grid of an image block. `"empty"` before the first mapping run, `"bad"` when its geometry cannot be. When the data
 * is too short, the rows that are there make the grid: row 0 is the lowest, so its origin stays right.
 */
export const readGrid = (
  image: Block,
  carpetBlock: Block | undefined
): { readonly grid: Grid; readonly cutShort: boolean } | "empty" | "bad" => {
  const { data, header } = image
  if (header.byteLength < 24) return "bad"
  const at = header.byteLength - 16
  const bottom = header.getInt32(at, true)
  const left = header.getInt32(at + 4, true)
  const announcedHeight = header.getInt32(at + 8, true)
  const width = header.getInt32(at + 12, true)
  if (width < 0 || width > maxSide || announcedHeight < 0 || announcedHeight > maxSide) return "bad"
  if (Math.abs(bottom) > maxOrigin || Math.abs(left) > maxOrigin) return "bad"
  if (width === 0 || announcedHeight === 0) return "empty"
  const height = Math.min(announcedHeight, Math.floor(data.byteLength / width))
  const cells = width * height
  const kinds = new Uint8Array(cells)
  const rooms = new Uint8Array(cells)
  for (let index = 0; index < cells; index++) {
    const byte = data.getUint8(index)
    kinds[index] = kindOf(byte)
    rooms[index] = byte === plainFloor ? 0 : byte >> 3
  }
  let carpet: Uint8Array | undefined
  if (carpetBlock !== undefined && carpetBlock.data.byteLength >= cells) {
    carpet = new Uint8Array(cells)
    for (let index = 0; index < cells; index++) carpet[index] = carpetBlock.data.getUint8(index) & 1
  }
  return { grid: { cellSize, left, bottom, width, height, kinds, rooms, carpet }, cutShort: height < announcedHeight }
}
