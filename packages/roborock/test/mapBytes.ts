import { createHash } from "node:crypto"

/** A block of an "rr" file, to write test maps of any shape, also wrong ones. */
export interface TestBlock {
  readonly type: number
  /** What follows the first 8 bytes of the block header. */
  readonly extra?: Buffer
  readonly data: Buffer
}

export const u16s = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}

export const i32s = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeInt32LE(value, index * 4))
  return bytes
}

export const blockBytes = ({ data, extra = Buffer.alloc(0), type }: TestBlock): Buffer =>
  Buffer.concat([u16s(type, 8 + extra.length), i32s(data.length), extra, data])

export const counted = (type: number, count: number, data: Buffer): TestBlock => ({ type, extra: i32s(count), data })

export const pathBlock = (type: number, ...points: ReadonlyArray<readonly [number, number]>): TestBlock => ({
  type,
  extra: i32s(points.length, 4, 0),
  data: u16s(...points.flat())
})

export const poseBlock = (type: number, ...values: ReadonlyArray<number>): TestBlock => ({
  type,
  data: i32s(...values)
})

/**
 * An image from text, the top line drawn topmost. `#` wall, `.` floor of no room, space outside, a letter is floor of
 * the room 16 + its place in the alphabet.
 */
export const imageBlock = (left: number, bottom: number, lines: ReadonlyArray<string>): TestBlock => {
  const width = Math.max(0, ...lines.map((line) => line.length))
  const cellOf = (char: string): number =>
    char === " " ? 0 : char === "#" ? 1 : char === "." ? 7 : (char.charCodeAt(0) - 0x61 + 16) << 3 | 7
  const rows = lines.map((line) => Buffer.from(Array.from(line.padEnd(width), cellOf)))
  return { type: 2, extra: i32s(0, bottom, left, lines.length, width), data: Buffer.concat(rows.reverse()) }
}

export const fileHeader = (dataLength: number): Buffer =>
  Buffer.concat([Buffer.from("rr"), u16s(20), i32s(dataLength), u16s(1, 1), i32s(3, 77)])

/** A whole file with its digest. */
export const mapFile = (...blocks: ReadonlyArray<TestBlock>): Uint8Array => {
  const body = Buffer.concat(blocks.map(blockBytes))
  const before = Buffer.concat([fileHeader(body.length + 8), body, u16s(1024, 8), i32s(20)])
  return new Uint8Array(Buffer.concat([before, createHash("sha1").update(before).digest()]))
}

/** Two rooms around a corner and a dock, with everything a drawing has. */
export const smallHome = (): Uint8Array =>
  mapFile(
    imageBlock(400, 400, [
      "####################",
      "#aaaaaaaa#bbbbbbbbb#",
      "#aaaaaaaa#bbbbbbbbb#",
      "#aaaaaaaa#bbbbbbbbb#",
      "#aaaaaaaa..bbbbbbbb#",
      "#aaaaaaaa#bbbbbbbbb#",
      "#aaaaaaaa###########",
      "#aaaaaaaaaaaaaaaaaa#",
      "#aaaaaaaaaaaaaaaaaa#",
      "####################"
    ]),
    poseBlock(1, 20125, 20075, 90),
    poseBlock(8, 20725, 20325, -45),
    pathBlock(3, [20125, 20075], [20125, 20225], [20725, 20325]),
    { type: 18, data: Buffer.from([0, 1, 1]) },
    counted(6, 1, u16s(20500, 20200, 20900, 20450)),
    { type: 7, data: u16s(20825, 20375) },
    counted(9, 1, u16s(20100, 20300, 20200, 20300, 20200, 20400, 20100, 20400)),
    counted(10, 1, u16s(20250, 20100, 20250, 20200)),
    counted(11, 1, Buffer.from([17])),
    counted(12, 1, u16s(20600, 20200, 20700, 20200, 20700, 20300, 20600, 20300)),
    counted(15, 1, Buffer.concat([u16s(20300, 20350, 48, 9300, 0, 0), Buffer.from("PHOTO0000000001A")]))
  )
