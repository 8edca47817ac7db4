import { FloorMap } from "@effect-mqtt/roborock"

/** Writes maps of the Q7 family for tests, also wrong ones. */
export const varint = (value: number): Buffer => {
  const bytes: Array<number> = []
  let rest = value >>> 0
  while (rest > 0x7f) {
    bytes.push(rest & 0x7f | 0x80)
    rest >>>= 7
  }
  return Buffer.from([...bytes, rest])
}

export const integer = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)])

export const float = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([varint(field << 3 | 5), bytes])
}

export const message = (field: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(field << 3 | 2), varint(body.length), body])
}

export const place = (field: number, x: number, y: number): Buffer => message(field, float(1, x), float(2, y))

export const head = (width: number, height: number, minX: number, minY: number): Buffer =>
  message(
    3,
    integer(1, 77),
    integer(2, width),
    integer(3, height),
    float(4, minX),
    float(5, minY),
    float(6, minX + width * 0.05),
    float(7, minY + height * 0.05),
    float(8, 0.05)
  )

/** Cells from text, the top line topmost: `#` wall, `.` floor, space outside. */
export const cells = (...lines: ReadonlyArray<string>): Buffer =>
  Buffer.concat(
    [...lines].reverse().map((line) =>
      Buffer.from(Array.from(line, (char) => char === "#" ? 128 : char === " " ? 0 : 127))
    )
  )

/** The chain of cells around a box. */
export const boxOutline = (room: number, x0: number, y0: number, x1: number, y1: number): Buffer => {
  const corners: Array<readonly [number, number]> = []
  for (let x = x0; x < x1; x++) corners.push([x, y0])
  for (let y = y0; y < y1; y++) corners.push([x1, y])
  for (let x = x1; x > x0; x--) corners.push([x, y1])
  for (let y = y1; y > y0; y--) corners.push([x0, y])
  return message(
    14,
    integer(1, room),
    ...corners.map(([x, y]) => message(2, integer(1, x), integer(2, y), integer(3, -1)))
  )
}

const plan = [
  "############",
  "#....#.....#",
  "#....#.....#",
  "#..........#",
  "#....#.....#",
  "############"
]

/** Two rooms side by side with a wall between that has a door, and everything a drawing has. */
export const smallQ7 = ([x, y]: readonly [x: number, y: number] = [0.2, 0.1]): Uint8Array =>
  new Uint8Array(Buffer.concat([
    integer(1, 0),
    message(2, integer(1, 1_700_000_000), integer(2, 1_700_000_100)),
    head(12, 6, -0.3, -0.1),
    message(4, message(1, cells(...plan))),
    message(
      6,
      integer(1, 1),
      ...[[0, 0], [0.9, 0.1], [0.2, 0.1]].map(([east = 0, north = 0]) =>
        message(2, integer(1, 6), float(2, east), float(3, north))
      )
    ),
    message(7, float(1, -0.2), float(2, 0), float(3, Math.PI / 2)),
    message(8, integer(1, 3), integer(2, 6), float(3, x), float(4, y), float(5, -Math.PI / 4)),
    message(9, integer(2, 1), place(4, -0.2, 0.05), place(4, -0.1, 0.05)),
    message(10, integer(2, 1), place(4, 0.1, 0), place(4, 0.2, 0), place(4, 0.2, 0.1), place(4, 0.1, 0.1)),
    message(12, integer(1, 10), message(2, Buffer.from("Küche"))),
    message(12, integer(1, 11), message(2, Buffer.from("Hall"))),
    boxOutline(10, 1, 1, 4, 4),
    boxOutline(11, 6, 1, 10, 4),
    message(15, integer(1, 1), integer(2, 2), float(5, 0), float(6, 0.1))
  ]))

/** The device's own byte for each kind of cell of a live map. */
export const cellBytes = (grid: FloorMap.Grid): Uint8Array =>
  grid.kinds.map((kind) => kind === FloorMap.CellKind.wall ? 128 : kind === FloorMap.CellKind.floor ? 127 : 0)
