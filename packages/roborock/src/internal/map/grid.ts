import type { Grid } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Block } from "./blocks.ts"
import { makeCellTable, readCells } from "./cellTable.ts"
import type { FloorRuns } from "./floorRuns.ts"
import { readFloorRuns } from "./floorRuns.ts"
import { findRuns, wordOf, wordsOf } from "./runs.ts"

/** Side of a cell of every "rr" map. */
const cellSize = 50

/** The plane has 1024 x 1024 cells; anything far beyond is damage. */
const maxSide = 4096
const maxOrigin = 1_000_000

/** Plain floor of the old encoding. Robots never use room 31, whose floor would be the same byte. */
const plainFloor = 0xff

const cellTable = makeCellTable((byte) => {
  if (byte === plainFloor) return [CellKind.floor, 0]
  const [kind, room] = [byte & 7, byte >> 3]
  if (byte === 0) return [CellKind.outside, 0]
  if (kind === 1) return [CellKind.wall, room]
  return [kind === 7 || room === 0 ? CellKind.floor : CellKind.border, room]
})

const bytesOf = ({ data }: Block, length: number): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, length)

/** The lowest bit is carpet; others tell of areas that were taken out of the map. */
const readCarpet = (flags: Uint8Array): Uint8Array => {
  const carpet = flags.slice()
  const words = wordsOf(carpet)
  for (let index = 0; index < words.length; index++) words[index] = (words[index] ?? 0) & wordOf(1)
  for (let cell = words.length * 4; cell < carpet.length; cell++) carpet[cell] = (carpet[cell] ?? 0) & 1
  return carpet
}

/**
 * The grid of an image block. `"empty"` before the first mapping run, `"bad"` when its geometry cannot be. When the data
 * is too short, the rows that are there make the grid: row 0 is the lowest, so its origin stays right.
 */
export const readGrid = (
  block: Block,
  carpetBlock: Block | undefined
): { readonly grid: Grid; readonly floorRuns: FloorRuns; readonly cutShort: boolean } | "empty" | "bad" => {
  const { data, header } = block
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
  const image = bytesOf(block, width * height)
  const runs = findRuns(image)
  const carpet = carpetBlock !== undefined && carpetBlock.data.byteLength >= image.length
    ? readCarpet(bytesOf(carpetBlock, image.length))
    : undefined
  return {
    grid: { cellSize, left, bottom, width, height, ...readCells(image, runs, cellTable), carpet },
    floorRuns: readFloorRuns(image, width, runs, cellTable.floors),
    cutShort: height < announcedHeight
  }
}
