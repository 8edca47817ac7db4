import { CellKind } from "../../FloorMap.ts"

const outside = 0xf3
const plainFloor = 0xf0

/** Kind and room of a cell of format versions 1 and 3: the room in the high 6 bits, the kind in the low 2. */
const plainCell = (byte: number): readonly [kind: number, room: number] => {
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
}

/** Format version 2: the room in the high 5 bits, the kind in the low 3. */
const widerCell = (byte: number): readonly [kind: number, room: number] => {
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
}

/** How many bytes the cells take. */
export const rasterBytes = (version: number, width: number, height: number): number =>
  version === 0 ? Math.ceil(width * height / 4) : width * height

/** Kinds and rooms, row 0 lowest: devices send the top row first. */
export const readRaster = (version: number, bytes: Uint8Array, width: number, height: number) => {
  const kinds = new Uint8Array(width * height)
  const rooms = new Uint8Array(width * height)
  const read = version === 2 ? widerCell : plainCell
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = row * width + column
      const to = (height - 1 - row) * width + column
      if (version === 0) {
        const bits = (bytes[from >> 2] ?? 0xff) >> (6 - from % 4 * 2) & 3
        kinds[to] = bits === 0 ? CellKind.floor : bits === 1 ? CellKind.wall : CellKind.outside
      } else {
        const [kind, room] = read(bytes[from] ?? 0)
        kinds[to] = kind
        rooms[to] = room
      }
    }
  }
  return { kinds, rooms }
}

/** A mask of one byte a cell turned upside down like the cells. */
export const readMask = (bytes: Uint8Array, width: number, height: number): Uint8Array => {
  const mask = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      mask[(height - 1 - row) * width + column] = bytes[row * width + column] === 0 ? 0 : 1
    }
  }
  return mask
}
