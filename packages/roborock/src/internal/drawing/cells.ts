import type { Grid, Room } from "../../FloorMap.ts"
import { CellKind } from "../../FloorMap.ts"
import type { Canvas, Colour } from "./canvas.ts"
import { blend, mixColours } from "./canvas.ts"
import { floorColour, inkColour, paperColour, roomColours, solidColour, wallColour } from "./palette.ts"
import { colourRooms } from "./roomColours.ts"

/** How much of the paper shows through rooms that are not cleaned while others are. */
const restingShare = 0.5

/** Fill colour of every room. */
export const roomFills = (
  grid: Grid,
  rooms: ReadonlyArray<Room>,
  active: ReadonlyArray<number>
): ReadonlyMap<number, Colour> => {
  const anyActive = rooms.some((room) => active.includes(room.id))
  return new Map(
    Array.from(colourRooms(grid, rooms), ([id, number]) => {
      const colour = roomColours[number % roomColours.length] ?? floorColour
      return [id, anyActive && !active.includes(id) ? mixColours(colour, paperColour, restingShare) : colour]
    })
  )
}

/** Paints the pixels over cells that have a colour; 0 is none. A colour is a word as the canvas holds it. */
const paint = (canvas: Canvas, cells: Int32Array, colours: Uint32Array): void => {
  const pixels = new Uint32Array(canvas.data.buffer, canvas.data.byteOffset, cells.length)
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index] ?? -1
    if (cell < 0) continue
    const colour = colours[cell] ?? 0
    if (colour !== 0) pixels[index] = colour
  }
}

/** The word of an opaque colour, whichever way round this machine has its bytes. */
const wordOf = (colour: Colour): number =>
  new Uint32Array(Uint8Array.of(colour >> 16, colour >> 8, colour, 255).buffer)[0] ?? 0

/** Floor, rooms and carpets. Border cells are drawn with the walls. */
export const drawFloor = (
  canvas: Canvas,
  grid: Grid,
  cells: Int32Array,
  fills: ReadonlyMap<number, Colour>
): void => {
  const words = Uint32Array.from({ length: 256 }, (_, room) => wordOf(fills.get(room) ?? floorColour))
  paint(
    canvas,
    cells,
    Uint32Array.from(grid.kinds, (kind, cell) => kind === CellKind.floor ? words[grid.rooms[cell] ?? 0] ?? 0 : 0)
  )
  const { carpet } = grid
  if (carpet === undefined) return
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index] ?? -1
    if (cell < 0 || carpet[cell] !== 1 || grid.kinds[cell] !== CellKind.floor) continue
    const x = index % canvas.width
    const y = Math.floor(index / canvas.width)
    // A weave of dots, finer than a cell, that leaves the colour of the room recognisable.
    if ((x + y) % 4 === 0 && (x - y) % 4 === 0) blend(canvas, index, inkColour, 0.28)
  }
}

/** Whether a wall cell has walls all around: the inside of furniture, not its edge. */
export const isInside = ({ height, kinds, width }: Grid, cell: number): boolean => {
  const column = cell % width
  const row = Math.floor(cell / width)
  if (column === 0 || column === width - 1 || row === 0 || row === height - 1) return false
  for (const above of [cell - width, cell, cell + width]) {
    for (let other = above - 1; other <= above + 1; other++) if (kinds[other] !== CellKind.wall) return false
  }
  return true
}

/**
 * Walls; what is solid is paler inside its edge, so that it does not weigh on the picture. And border cells, which
 * belong to a room without being floor, as a shade of its colour.
 */
export const drawWalls = (
  canvas: Canvas,
  grid: Grid,
  cells: Int32Array,
  fills: ReadonlyMap<number, Colour>
): void => {
  const { kinds } = grid
  const [solid, wall] = [wordOf(solidColour), wordOf(wallColour)]
  paint(
    canvas,
    cells,
    Uint32Array.from(kinds, (kind, cell) => kind !== CellKind.wall ? 0 : isInside(grid, cell) ? solid : wall)
  )
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index] ?? -1
    if (cell < 0 || kinds[cell] !== CellKind.border) continue
    blend(canvas, index, mixColours(fills.get(grid.rooms[cell] ?? 0) ?? floorColour, wallColour, 0.3), 0.4)
  }
}
