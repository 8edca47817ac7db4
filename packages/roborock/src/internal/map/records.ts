import type { Box, Line, Obstacle, Path, Point, Pose, Quad } from "../../FloorMap.ts"
import type { Block } from "./blocks.ts"
import { normalisedDegrees } from "./degrees.ts"

/** Told when a block holds less than it announces; what is there is read all the same. */
export type Report = (block: Block, problem: "CutShort" | "TooManyRecords") => void

/** More records than any robot sends, few enough to hold. */
const maxRecords = 200_000

const u16 = (view: DataView, offset: number): number => view.getUint16(offset, true)

const pointAt = (view: DataView, offset: number): Point => ({ x: u16(view, offset), y: u16(view, offset + 2) })

const bounded = (block: Block, announced: number, there: number, report: Report): number => {
  if (announced > there) report(block, "CutShort")
  const count = Math.min(announced, there)
  if (count > maxRecords) report(block, "TooManyRecords")
  return Math.min(count, maxRecords)
}

/**
 * Records of a counted block. Firmware appends fields, so the size of a record is what the data divides into; where that
 * is impossible, the known size.
 */
const readRecords = <A>(
  block: Block | undefined,
  knownBytes: number,
  report: Report,
  read: (view: DataView, offset: number, recordBytes: number) => A
): ReadonlyArray<A> => {
  if (block === undefined) return []
  const announced = block.header.byteLength >= 12 ? block.header.getUint32(8, true) : Infinity
  const size = block.data.byteLength / announced
  const recordBytes = Number.isInteger(size) && size >= knownBytes ? size : knownBytes
  const there = Math.floor(block.data.byteLength / recordBytes)
  const count = bounded(block, announced === Infinity ? there : announced, there, report)
  return Array.from({ length: count }, (_, index) => read(block.data, index * recordBytes, recordBytes))
}

export const readQuads = (block: Block | undefined, report: Report): ReadonlyArray<Quad> =>
  readRecords(block, 16, report, (view, at) => [
    pointAt(view, at),
    pointAt(view, at + 4),
    pointAt(view, at + 8),
    pointAt(view, at + 12)
  ])

export const readBoxes = (block: Block | undefined, report: Report): ReadonlyArray<Box> =>
  readRecords(block, 8, report, (view, at) => {
    const a = pointAt(view, at)
    const b = pointAt(view, at + 4)
    return { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) }
  })

export const readLines = (block: Block | undefined, report: Report): ReadonlyArray<Line> =>
  readRecords(block, 8, report, (view, at) => ({ from: pointAt(view, at), to: pointAt(view, at + 4) }))

export const readIds = (block: Block | undefined, report: Report): ReadonlyArray<number> =>
  readRecords(block, 1, report, (view, at) => view.getUint8(at))

const photoIdAt = (view: DataView, offset: number): string | undefined => {
  let text = ""
  for (let index = 0; index < 16; index++) {
    const code = view.getUint8(offset + index)
    if (code < 0x20 || code > 0x7e) break
    text += String.fromCharCode(code)
  }
  return text === "" ? undefined : text
}

export const readObstacles = (block: Block | undefined, report: Report): ReadonlyArray<Obstacle> =>
  readRecords(block, block?.type === 13 || block?.type === 14 ? 5 : 6, report, (view, at, recordBytes) => ({
    x: u16(view, at),
    y: u16(view, at + 2),
    code: recordBytes === 5 ? view.getUint8(at + 4) : u16(view, at + 4),
    confidence: recordBytes >= 8 ? u16(view, at + 6) / 100 : undefined,
    photoId: recordBytes >= 28 ? photoIdAt(view, at + 12) : undefined
  }))

export const readPath = (block: Block | undefined, report: Report): Path => {
  if (block === undefined) return []
  const there = Math.floor(block.data.byteLength / 4)
  const announced = block.header.byteLength >= 12 ? block.header.getUint32(8, true) : there
  const end = bounded(block, announced, there, report) * 4
  const path: Array<Point> = []
  for (let at = 0; at < end; at += 4) path.push(pointAt(block.data, at))
  return path
}

export const readTarget = (block: Block | undefined, report: Report): Point | undefined => {
  if (block === undefined) return undefined
  if (block.data.byteLength < 4) return void report(block, "CutShort")
  return pointAt(block.data, 0)
}

export const readPose = (block: Block | undefined, report: Report): Pose | undefined => {
  if (block === undefined) return undefined
  const { data } = block
  if (data.byteLength < 8) return void report(block, "CutShort")
  return {
    x: data.getInt32(0, true),
    y: data.getInt32(4, true),
    angle: data.byteLength >= 12 ? normalisedDegrees(data.getInt32(8, true)) : undefined
  }
}
