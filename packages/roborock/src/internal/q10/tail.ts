import { inflateLz4Block } from "../compression/lz4Block.ts"
import { readMask } from "./raster.ts"
import type { RawPoint, Reader } from "./reader.ts"
import { makeReader, readPoints } from "./reader.ts"

/** What lies on the cells of a map, in units of the device. */
export interface Tail {
  readonly erased: ReadonlyArray<ReadonlyArray<RawPoint>>
  readonly carpet: Uint8Array | undefined
  readonly obstacles: ReadonlyArray<RawPoint>
  /** Whether all of it could be read. */
  readonly whole: boolean
}

/** What follows the compressed cells. Reading stops at the first thing that does not fit; `whole` tells. */
export const readTail = (reader: Reader, width: number, height: number): Tail => {
  const tail: { -readonly [Part in keyof Tail]: Tail[Part] } = {
    erased: [],
    carpet: undefined,
    obstacles: [],
    whole: reader.left === 0
  }
  const polygons = reader.u8()
  if (polygons === undefined) return tail
  const corners = polygons === 0 ? 0 : reader.u8() ?? 0
  const erased: Array<ReadonlyArray<RawPoint>> = []
  for (let index = 0; index < polygons; index++) {
    const polygon = readPoints(reader, corners)
    if (polygon === undefined) return tail
    erased.push(polygon)
  }
  tail.erased = erased
  // A lone zero may or may not be followed by the number of corners of no polygon.
  if (polygons === 0 && makeReader(reader.bytes, reader.at + 1).u32() === width * height) reader.u8()
  const maskBytes = reader.u32()
  const compressed = reader.u16()
  if (maskBytes === undefined || compressed === undefined) {
    tail.whole = reader.left === 0
    return tail
  }
  if (maskBytes !== 0 || compressed !== 0) {
    const block = reader.take(compressed === 0 ? maskBytes : compressed)
    if (maskBytes !== width * height || block === undefined) return tail
    const mask = compressed === 0 ? block : inflateLz4Block(block, maskBytes)
    if (mask?.length !== maskBytes) return tail
    tail.carpet = readMask(mask, width, height)
  }
  const points = readPoints(reader, reader.u8() ?? 0)
  if (points === undefined) return tail
  tail.obstacles = points
  tail.whole = true
  return tail
}
