import { Q10Packet } from "@effect-mqtt/roborock"
import { Either } from "effect"

/** Writes packets of the Q10 family for tests, also wrong ones. */
export interface TestRaster {
  readonly kind?: number
  readonly version?: number
  readonly origin?: readonly [number, number]
  readonly dock?: readonly [number, number, number]
  readonly rooms?: ReadonlyArray<readonly [id: number, name: string]>
  readonly tail?: Buffer
}

export const i16s = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeInt16BE(value, index * 2))
  return bytes
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** An LZ4 block of literals alone. */
export const literals = (bytes: Uint8Array): Buffer => {
  const rest = bytes.length - 15
  const extended = rest < 0 ? [] : [...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255]
  return Buffer.concat([Buffer.from([Math.min(bytes.length, 15) << 4, ...extended]), bytes])
}

/** Cells from text, the top line first: `#` wall, `.` floor, space outside, a letter a room from 1 on. */
const cellOf = (char: string): number =>
  char === "#" ? 0xf9 : char === "." ? 0xf0 : char === " " ? 0xf3 : (char.charCodeAt(0) - 0x60) << 2

const roomRecord = ([id, name]: readonly [number, string]): Buffer => {
  const bytes = Buffer.alloc(47)
  bytes.writeUInt16BE(id)
  bytes[26] = Buffer.byteLength(name)
  bytes.write(name, 27)
  return bytes
}

export const rasterPacket = (lines: ReadonlyArray<string>, options: TestRaster = {}): Uint8Array => {
  const { dock = [0, 0, 0], kind = 1, origin = [0, 0], rooms = [], tail = Buffer.alloc(0), version = 1 } = options
  const content = Buffer.concat([
    ...lines.map((line) => Buffer.from(Array.from(line, cellOf))),
    Buffer.from([1, rooms.length]),
    ...rooms.map(roomRecord)
  ])
  const block = literals(content)
  return new Uint8Array(Buffer.concat([
    Buffer.from([kind, version]),
    u32(4711),
    Buffer.from([1]),
    i16s(lines[0]?.length ?? 0, lines.length, ...origin, 5, ...dock),
    u32(content.length),
    i16s(block.length),
    block,
    tail
  ]))
}

export const pathPacket = (
  points: ReadonlyArray<readonly [number, number]>,
  options: { readonly heading?: number; readonly version?: number; readonly mode?: number } = {}
): Uint8Array =>
  new Uint8Array(Buffer.concat([
    Buffer.from([2, options.version ?? 1, 0, 9, 0, options.mode ?? 0]),
    u32(points.length),
    i16s(options.heading ?? 0, 0, ...points.flat())
  ]))

/** Two rooms, origin in the middle of the fourth column from the left. */
export const smallQ10 = (): Uint8Array =>
  rasterPacket([
    "##########",
    "#aaaa#bbb#",
    "#aaaa#bbb#",
    "#aaaaabbb#",
    "##########"
  ], {
    origin: [35, 30],
    dock: [15, 25, 90],
    rooms: [[1, "rr_living_room"], [2, "Büro"]]
  })

/** The packet, which is a map. */
export const rasterOf = (bytes: Uint8Array): Q10Packet.Raster => {
  const packet = Either.getOrThrow(Q10Packet.decode(bytes))
  if (packet._tag !== "Raster") throw new Error("a path")
  return packet
}

/** The packet, which is a path. */
export const pathOf = (bytes: Uint8Array): Q10Packet.Path => {
  const packet = Either.getOrThrow(Q10Packet.decode(bytes))
  if (packet._tag !== "Path") throw new Error("a raster")
  return packet
}

export const xy = (point: Q10Packet.DevicePoint | undefined) => point === undefined ? null : [point.x, point.y]
