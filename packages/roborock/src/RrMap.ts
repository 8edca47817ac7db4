/**
 * Reads the "rr" map files of V1 vacuums, as `MapResponse` delivers them.
 *
 * A file that is damaged still gives what could be read; nothing in it can make the parser throw, or hold more memory
 * than a small multiple of the file.
 *
 * @since 0.1.0
 */
import { sha1 } from "@noble/hashes/legacy.js"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { FloorMap } from "./FloorMap.ts"
import { roomAt } from "./FloorMap.ts"
import { gunzipBounded, isGzip } from "./internal/compression/gunzipBounded.ts"
import { fromSeconds } from "./internal/instant.ts"
import type { Block, BlockWalk } from "./internal/map/blocks.ts"
import { digestType, walkBlocks } from "./internal/map/blocks.ts"
import { readGrid } from "./internal/map/grid.ts"
import { middleOf } from "./internal/map/quads.ts"
import * as Records from "./internal/map/records.ts"
import { findRooms } from "./internal/map/rooms.ts"

/**
 * A map with what only "rr" files say.
 *
 * @since 0.1.0
 * @category models
 */
export interface RrMap extends FloorMap {
  /** `undefined` for a history map that came without a file header. */
  readonly header: Header | undefined
  /** Whether the SHA-1 at the end matches, computed on first use. A map where it does not is still worth drawing. */
  readonly digest: "ok" | "wrong" | "missing"
  /** Floor material by room: 3 wood, 4 tile; others are passed through, 0 is left out. */
  readonly floorMaterials: ReadonlyMap<number, number>
  readonly dockType: number | undefined
  /** Unix milliseconds. */
  readonly createdAt: number | undefined
  /** Every block of the file in order, including unknown ones. */
  readonly blocks: ReadonlyArray<BlockInfo>
  /** Blocks that could not be read, or not fully. */
  readonly issues: ReadonlyArray<Issue>
}

/**
 * The file header.
 *
 * @since 0.1.0
 * @category models
 */
export interface Header {
  readonly major: number
  readonly minor: number
  /** Counts up; it is not the number of the floor. */
  readonly mapIndex: number
  /** Counts up with each upload. */
  readonly sequence: number
}

/**
 * Type and sizes of a block.
 *
 * @since 0.1.0
 * @category models
 */
export interface BlockInfo {
  readonly type: number
  readonly headerBytes: number
  readonly dataBytes: number
}

/**
 * What is wrong with a block.
 *
 * - `CutShort`: it announces more than it holds; what it holds was read
 * - `TooManyRecords`: it holds more than any robot sends; the first ones were read
 * - `Malformed`: it makes no sense and was left out
 * - `Repeated`: its type occurred before; the first one counts
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  readonly blockType: number
  readonly problem: "CutShort" | "TooManyRecords" | "Malformed" | "Repeated"
}

/**
 * Why a file is not a complete map.
 *
 * - `NotAMap`: it does not begin like one
 * - `Truncated`: a block reaches past the end of the file
 * - `MalformedBlock`: a block header makes no sense
 * - `DecompressFailed`: it is gzip, and damaged
 * - `ContentTooLarge`: it is larger than the bound
 *
 * `partial` is the map from the blocks before the damage, where there were any.
 *
 * @since 0.1.0
 * @category errors
 */
export class MapError extends Data.TaggedError("MapError")<{
  readonly reason: "NotAMap" | "Truncated" | "MalformedBlock" | "DecompressFailed" | "ContentTooLarge"
  readonly offset: number
  readonly partial?: RrMap | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const read = this.partial === undefined ? "" : `; ${this.partial.blocks.length} blocks before it could be read`
    return `Map file, at byte ${this.offset}: ${this.reason}${read}`
  }
}

/**
 * Options of {@link parse}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The bound on the (inflated) file. @default 8 MiB */
  readonly maxBytes?: number | undefined
  /** Accept a file without header, as some devices send maps of past cleanings. @default false */
  readonly history?: boolean | undefined
}

const defaultMaxBytes = 8 * 1024 * 1024
const minHeaderBytes = 20
const digestBytes = 20

const hasMagic = (file: Uint8Array): boolean => file[0] === 0x72 && file[1] === 0x72

const readHeader = (file: Uint8Array): { readonly header: Header; readonly bytes: number } => {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  return {
    header: {
      major: view.getUint16(8, true),
      minor: view.getUint16(10, true),
      mapIndex: view.getUint32(12, true),
      sequence: view.getUint32(16, true)
    },
    bytes: view.getUint16(2, true)
  }
}

const checkDigest = (file: Uint8Array, block: Block | undefined): RrMap["digest"] => {
  if (block === undefined || block.data.byteLength < digestBytes) return "missing"
  const end = block.offset + block.header.byteLength
  const computed = sha1(file.subarray(0, end))
  return computed.every((byte, index) => byte === block.data.getUint8(index)) ? "ok" : "wrong"
}

const readMaterials = (block: Block | undefined): ReadonlyMap<number, number> => {
  const materials = new Map<number, number>()
  for (let room = 1; block !== undefined && room < Math.min(32, block.data.byteLength); room++) {
    const material = block.data.getUint8(room)
    if (material !== 0) materials.set(room, material)
  }
  return materials
}

const interpret = (file: Uint8Array, header: Header | undefined, walk: BlockWalk): RrMap => {
  const issues: Array<Issue> = walk.repeated.slice(0, 64).map((blockType) => ({ blockType, problem: "Repeated" }))
  const report: Records.Report = (block, problem) => void issues.push({ blockType: block.type, problem })
  const block = (type: number): Block | undefined => walk.blocks.get(type)
  const quads = (type: number) => Records.readQuads(block(type), report)

  const image = block(2)
  const read = image === undefined ? "empty" : readGrid(image, block(17))
  if (read === "bad") issues.push({ blockType: 2, problem: "Malformed" })
  const grid = typeof read === "string" ? undefined : read.grid
  if (typeof read !== "string" && read.cutShort) issues.push({ blockType: 2, problem: "CutShort" })
  if (grid !== undefined && block(17) !== undefined && grid.carpet === undefined) {
    issues.push({ blockType: 17, problem: "CutShort" })
  }

  const path = Records.readPath(block(3), report)
  const kinds = block(18)
  if (kinds !== undefined && kinds.data.byteLength < path.length) report(kinds, "CutShort")
  const robot = Records.readPose(block(8), report)
  const date = block(33)
  const dock = block(26)
  let digest: RrMap["digest"] | undefined
  return {
    header,
    // Hashing takes longer than all the rest, and few want to know.
    get digest() {
      return digest ??= checkDigest(file, block(digestType))
    },
    grid,
    rooms: typeof read === "string" ? [] : findRooms(read.grid, read.floorRuns),
    charger: Records.readPose(block(1), report),
    robot,
    robotRoom: grid === undefined || robot === undefined ? undefined : roomAt(grid, robot),
    path,
    pathKinds: kinds === undefined
      ? undefined
      : Uint8Array.from(path, (_, index) => index < kinds.data.byteLength ? kinds.data.getUint8(index) : 0),
    gotoTarget: Records.readTarget(block(7), report),
    gotoPath: Records.readPath(block(4), report),
    predictedPath: Records.readPath(block(5), report),
    zones: Records.readBoxes(block(6), report),
    activeRooms: Records.readIds(block(11), report),
    noGoAreas: quads(9),
    noMopAreas: quads(12),
    noCarpetAreas: quads(19),
    noVacuumAreas: quads(23),
    virtualWalls: Records.readLines(block(10), report),
    doorSills: quads(28),
    cliffs: quads(30),
    carpets: quads(22),
    furniture: quads(25),
    obstacles: [...Records.readObstacles(block(13), report), ...Records.readObstacles(block(15), report)],
    ignoredObstacles: [...Records.readObstacles(block(14), report), ...Records.readObstacles(block(16), report)],
    suspected: { areas: [], sills: quads(31).map(middleOf), cliffs: [] },
    floorMaterials: readMaterials(block(24)),
    dockType: dock !== undefined && dock.data.byteLength >= 4 ? dock.data.getUint32(0, true) : undefined,
    createdAt: fromSeconds(date !== undefined && date.data.byteLength >= 4 ? date.data.getUint32(0, true) : undefined),
    blocks: Array.from(walk.blocks.values(), ({ data, header: { byteLength }, type }) => ({
      type,
      headerBytes: byteLength,
      dataBytes: data.byteLength
    })),
    issues
  }
}

const inflated = (bytes: Uint8Array, maxBytes: number): Either.Either<Uint8Array, MapError> => {
  if (!isGzip(bytes)) {
    return bytes.length > maxBytes
      ? Either.left(new MapError({ reason: "ContentTooLarge", offset: maxBytes }))
      : Either.right(bytes)
  }
  try {
    const file = gunzipBounded(bytes, maxBytes)
    return file === undefined
      ? Either.left(new MapError({ reason: "ContentTooLarge", offset: 0 }))
      : Either.right(file)
  } catch (cause) {
    return Either.left(new MapError({ reason: "DecompressFailed", offset: 0, cause }))
  }
}

/**
 * Reads a map file, inflated or still gzip.
 *
 * Fails with {@link MapError}; the error keeps the part before the damage. Damage inside a block does not fail: it is
 * listed in `issues`.
 *
 * @example
 * ```ts
 * import { RrMap } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * const roomSizes = (file: Uint8Array) =>
 *   Effect.map(RrMap.parse(file), (map) => map.rooms.map((room) => `${room.id}: ${room.area} m²`))
 * ```
 *
 * @since 0.1.0
 * @category decoding
 */
export const parse = (bytes: Uint8Array, options?: Options): Either.Either<RrMap, MapError> =>
  Either.flatMap(inflated(bytes, options?.maxBytes ?? defaultMaxBytes), (file) => {
    const magic = hasMagic(file)
    if (!magic && options?.history !== true) return Either.left(new MapError({ reason: "NotAMap", offset: 0 }))
    if (magic && file.length < minHeaderBytes) {
      return Either.left(new MapError({ reason: "Truncated", offset: file.length }))
    }
    const { header, bytes: headerBytes } = magic ? readHeader(file) : { header: undefined, bytes: 0 }
    if (magic && headerBytes < minHeaderBytes) return Either.left(new MapError({ reason: "MalformedBlock", offset: 0 }))
    if (headerBytes > file.length) return Either.left(new MapError({ reason: "Truncated", offset: file.length }))
    const walk = walkBlocks(file, headerBytes)
    if (!magic && walk.blocks.size === 0) return Either.left(new MapError({ reason: "NotAMap", offset: 0 }))
    const map = interpret(file, header, walk)
    return walk.stopped === undefined
      ? Either.right(map)
      : Either.left(new MapError({ ...walk.stopped, partial: walk.blocks.size === 0 ? undefined : map }))
  })
