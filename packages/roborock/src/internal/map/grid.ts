import type { Grid } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Block } from "./blocks.ts"
import { skipZeros, wordsOf } from "./words.ts"

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

/** What each byte stands for, since looking it up is faster than finding it out for every cell. */
const kindsOfBytes = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte))
const roomsOfBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte === plainFloor ? 0 : byte >> 3)

const bytesOf = ({ data }: Block, length: number): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, length)

/** A picture is made of long rows of one byte: four of them that are like the four before are not looked at again. */
const translate = (image: Uint8Array, kinds: Uint8Array, rooms: Uint8Array): void => {
  const views = wordsOf(image)
  const imageWords = views.words
  const kindWords = wordsOf(kinds).words
  const roomWords = wordsOf(rooms).words
  const cell = (index: number) => {
    const byte = image[index] ?? 0
    kinds[index] = kindsOfBytes[byte] ?? 0
    rooms[index] = roomsOfBytes[byte] ?? 0
  }
  // Outside is 0 in both, and so are new cells.
  let index = skipZeros(views, 0)
  while (index < imageWords.length) {
    for (let at = index * 4; at < index * 4 + 4; at++) cell(at)
    const word = imageWords[index] ?? 0
    const kindWord = kindWords[index] ?? 0
    const roomWord = roomWords[index] ?? 0
    index++
    for (; index < imageWords.length && imageWords[index] === word; index++) {
      kindWords[index] = kindWord
      roomWords[index] = roomWord
    }
    if (imageWords[index] === 0) index = skipZeros(views, index)
  }
  for (let index = imageWords.length * 4; index < image.length; index++) cell(index)
}

/**
 * The grid of an image block. `"empty"` before the first mapping run, `"bad"` when its geometry cannot be. When the data
 * is too short, the rows that are there make the grid: row 0 is the lowest, so its origin stays right.
 */
export const readGrid = (
  block: Block,
  carpetBlock: Block | undefined
): { readonly grid: Grid; readonly cutShort: boolean } | "empty" | "bad" => {
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
  const cells = width * height
  const kinds = new Uint8Array(cells)
  const rooms = new Uint8Array(cells)
  translate(bytesOf(block, cells), kinds, rooms)
  let carpet: Uint8Array | undefined
  if (carpetBlock !== undefined && carpetBlock.data.byteLength >= cells) {
    carpet = bytesOf(carpetBlock, cells).slice()
    for (let index = 0; index < cells; index++) if (carpet[index] !== 0) carpet[index] = (carpet[index] ?? 0) & 1
  }
  return { grid: { cellSize, left, bottom, width, height, kinds, rooms, carpet }, cutShort: height < announcedHeight }
}
