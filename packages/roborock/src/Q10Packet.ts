/**
 * The packets in which B01 vacuums of the Q10 family send their map and the path of a run: the payloads of protocol 301
 * frames of version `B01`, as they are (PROTOCOL 6.5).
 *
 * `Q10Map` makes a map of them.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { inflateLz4Block } from "./internal/compression/lz4Block.ts"
import { rasterBytes, readRaster } from "./internal/q10/raster.ts"
import type { Reader } from "./internal/q10/reader.ts"
import { makeReader, readPoints } from "./internal/q10/reader.ts"
import { readTail } from "./internal/q10/tail.ts"
import { shownText } from "./internal/shownText.ts"

/**
 * A place in units of the device; which unit depends on the field.
 *
 * @since 0.1.0
 * @category models
 */
export interface DevicePoint {
  readonly x: number
  readonly y: number
}

/**
 * A room as the device lists it.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeviceRoom {
  readonly id: number
  /** As the device has it: names it made up itself begin with `rr_`. */
  readonly name: string
  readonly material: number
}

/**
 * A map: the cells, and what lies on them. `cell` units are tenths of a cell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Raster {
  readonly _tag: "Raster"
  /** Only the live one shows where the robot is now. */
  readonly kind: "live" | "record" | "saved"
  readonly version: number
  readonly mapId: number
  readonly width: number
  readonly height: number
  /** Side of a cell in millimetres. */
  readonly cellSize: number
  /** Where the origin of the device's plane lies on the grid, in tenths of a cell from the top left. Zero: not reported. */
  readonly origin: DevicePoint
  /** In tenths of a cell from the top left of the grid; `undefined` when the device does not know. */
  readonly dock: DevicePoint | undefined
  /** Degrees. */
  readonly dockHeading: number
  /** A `FloorMap.CellKind` per cell, row 0 lowest. */
  readonly kinds: Uint8Array
  /** The room of each cell, row 0 lowest; 0 for none. */
  readonly rooms: Uint8Array
  readonly roomList: ReadonlyArray<DeviceRoom>
  /** Polygons the owner erased, in tenths of a cell from the origin of the plane. */
  readonly erased: ReadonlyArray<ReadonlyArray<DevicePoint>>
  /** Cells of carpet are 1, row 0 lowest. */
  readonly carpet: Uint8Array | undefined
  /** In fiftieths of a cell from the origin of the plane. */
  readonly obstacles: ReadonlyArray<DevicePoint>
  /** Whether what follows the cells could not be read to its end. */
  readonly cutShort: boolean
}

/**
 * The whole path of the run so far.
 *
 * @since 0.1.0
 * @category models
 */
export interface Path {
  readonly _tag: "Path"
  readonly version: number
  /** Counts runs. */
  readonly sequence: number
  /** Mode 2 hides the kind of a point in the low bits of its numbers. */
  readonly mode: number
  /** Where the robot looks, in degrees: 0 = +x, 90 = +y. */
  readonly heading: number
  /** In units of the plane, the last one is the robot. */
  readonly points: ReadonlyArray<DevicePoint>
  /** Whether there are fewer points than the packet announces. */
  readonly cutShort: boolean
}

/**
 * A packet of a device.
 *
 * @since 0.1.0
 * @category models
 */
export type Packet = Raster | Path

/**
 * Why a packet could not be read.
 *
 * - `NotAMap`: a packet of another kind
 * - `Truncated`: shorter than its header, or than its compressed part says
 * - `Malformed`: sizes that cannot be
 * - `DecompressFailed`: its compressed part is damaged
 * - `ContentTooLarge`: it would inflate to more than the bound
 *
 * @since 0.1.0
 * @category errors
 */
export class Q10PacketError extends Data.TaggedError("Q10PacketError")<{
  readonly reason: "NotAMap" | "Truncated" | "Malformed" | "DecompressFailed" | "ContentTooLarge"
}> {
  override get message(): string {
    return `Map packet of a Q10 vacuum: ${this.reason}`
  }
}

/**
 * Options of {@link decode}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The bound on what a packet inflates to. @default 8 MiB */
  readonly maxBytes?: number | undefined
}

const defaultMaxBytes = 8 * 1024 * 1024
const maxSide = 4096
const rasterHeaderBytes = 29
const pathHeaderBytes = 14
const roomBytes = 47
const nameOffset = 27
const maxNameBytes = 19

const kinds: ReadonlyMap<number, Raster["kind"]> = new Map([[1, "live"], [3, "record"], [4, "saved"]])

const fail = (reason: Q10PacketError["reason"]) => Either.left(new Q10PacketError({ reason }))

/** `announced` is zero where the device does not say. */
const inflated = (
  block: Uint8Array,
  announced: number,
  maxBytes: number
): Either.Either<Uint8Array, Q10PacketError> => {
  if (announced > maxBytes) return fail("ContentTooLarge")
  const bytes = inflateLz4Block(block, announced === 0 ? maxBytes : announced)
  return bytes === undefined || bytes.length < announced ? fail("DecompressFailed") : Either.right(bytes)
}

/** Some packets leave the height out: then the cells end where a list of rooms begins that ends with the content. */
const missingHeight = (content: Uint8Array, width: number): number => {
  for (let height = 1; width > 0 && width * height + 2 <= content.length; height++) {
    const at = width * height
    if (content[at] === 1 && at + 2 + (content[at + 1] ?? 0) * roomBytes === content.length) return height
  }
  return 0
}

/** Rooms behind the cells: as many as are whole. */
const readRooms = (reader: Reader): { readonly list: ReadonlyArray<DeviceRoom>; readonly whole: boolean } => {
  const list: Array<DeviceRoom> = []
  if (reader.left === 0) return { list, whole: true }
  reader.u8()
  const count = reader.u8() ?? 0
  for (let index = 0; index < count; index++) {
    const record = reader.take(roomBytes)
    if (record === undefined) return { list, whole: false }
    const nameBytes = Math.min(record[nameOffset - 1] ?? 0, maxNameBytes)
    list.push({
      id: (record[0] ?? 0) << 8 | (record[1] ?? 0),
      name: shownText(new TextDecoder().decode(record.subarray(nameOffset, nameOffset + nameBytes))),
      material: record[10] ?? 0
    })
    if (reader.take((record[46] ?? 0) * 4) === undefined) return { list, whole: false }
  }
  return { list, whole: true }
}

const decodeRaster = (payload: Uint8Array, maxBytes: number): Either.Either<Raster, Q10PacketError> => {
  if (payload.length < rasterHeaderBytes) return fail("Truncated")
  const kind = kinds.get(payload[0] ?? 0)
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const version = view.getUint8(1)
  const width = view.getUint16(7)
  const announcedHeight = view.getUint16(9)
  const resolution = view.getUint16(15)
  const inflatedBytes = view.getUint32(23)
  const compressedBytes = view.getUint16(27)
  if (kind === undefined) return fail("NotAMap")
  if (version > 3 || width > maxSide || announcedHeight > maxSide || resolution > 100) return fail("Malformed")
  const stored = compressedBytes === 0
  const blockBytes = stored ? inflatedBytes : compressedBytes
  const block = payload.subarray(rasterHeaderBytes, rasterHeaderBytes + blockBytes)
  if (block.length < blockBytes) return fail("Truncated")
  const opened = stored ? Either.right(block) : inflated(block, inflatedBytes, maxBytes)
  return Either.flatMap(opened, (content): Either.Either<Raster, Q10PacketError> => {
    const height = announcedHeight === 0 ? missingHeight(content, width) : announcedHeight
    const cellBytes = rasterBytes(version, width, height)
    if (content.length < cellBytes) return fail("Malformed")
    const rooms = readRooms(makeReader(content, cellBytes))
    const tail = readTail(makeReader(payload, rasterHeaderBytes + block.length), width, height)
    const dock = { x: view.getInt16(17), y: view.getInt16(19) }
    const unknownDock = dock.x === 0 && dock.y === 0 || dock.x === -1 || dock.y === -1
    return Either.right({
      _tag: "Raster",
      kind,
      version,
      mapId: view.getUint32(2),
      width,
      height,
      cellSize: (resolution === 0 ? 5 : resolution) * 10,
      origin: { x: view.getInt16(11), y: view.getInt16(13) },
      dock: unknownDock ? undefined : dock,
      dockHeading: view.getInt16(21),
      ...readRaster(version, content, width, height),
      roomList: rooms.list,
      erased: tail.erased,
      carpet: tail.carpet,
      obstacles: tail.obstacles,
      cutShort: !rooms.whole || !tail.whole
    })
  })
}

const decodePath = (payload: Uint8Array, maxBytes: number): Either.Either<Path, Q10PacketError> => {
  if (payload.length < pathHeaderBytes) return fail("Truncated")
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const count = view.getUint32(6)
  const compressedBytes = view.getUint16(12)
  const body = payload.subarray(pathHeaderBytes)
  // The bytes that are there count, not the announced number, which some firmware leaves at zero.
  const pathOf = (bytes: Uint8Array): Path => {
    const points = readPoints(makeReader(bytes), Math.floor(bytes.length / 4)) ?? []
    return {
      _tag: "Path",
      version: view.getUint8(1),
      sequence: view.getUint8(3),
      mode: view.getUint8(5),
      heading: view.getInt16(10),
      points,
      cutShort: points.length < count
    }
  }
  if (compressedBytes === 0) return body.length > maxBytes ? fail("ContentTooLarge") : Either.right(pathOf(body))
  if (body.length < compressedBytes) return fail("Truncated")
  return Either.map(inflated(body.subarray(0, compressedBytes), count * 4, maxBytes), pathOf)
}

/**
 * Reads a packet. What follows the cells of a map may be damaged without losing them, and the end of a path may be
 * missing: see `cutShort`.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (payload: Uint8Array, options?: Options): Either.Either<Packet, Q10PacketError> => {
  const maxBytes = options?.maxBytes ?? defaultMaxBytes
  if (payload[0] === 2) return decodePath(payload, maxBytes)
  return kinds.has(payload[0] ?? 0) ? decodeRaster(payload, maxBytes) : fail("NotAMap")
}
