/**
 * Reads the maps of B01 vacuums of the Q7 family, as opened by `Q7MapPayload`.
 *
 * A map that is damaged still gives what could be read; nothing in it can make the parser throw, or hold more memory
 * than a small multiple of the file. Places are in millimetres of the robot's plane, whose origin is where its first
 * run began.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { FloorMap, Grid, Line, Obstacle, Point, Pose } from "./FloorMap.ts"
import { roomAt } from "./FloorMap.ts"
import { gunzipBounded, isGzip } from "./internal/compression/gunzipBounded.ts"
import { isZlib, unzlibBounded } from "./internal/compression/unzlibBounded.ts"
import { fromSeconds } from "./internal/instant.ts"
import { normalisedDegrees } from "./internal/map/degrees.ts"
import { tidyMillimetres } from "./internal/map/plane.ts"
import { quadsOf } from "./internal/map/quads.ts"
import { findRooms } from "./internal/map/rooms.ts"
import type { Field } from "./internal/protobuf/fields.ts"
import { walkFields } from "./internal/protobuf/fields.ts"
import type { Head } from "./internal/q7/grid.ts"
import { readGrid, readHead } from "./internal/q7/grid.ts"
import type { Place } from "./internal/q7/messages.ts"
import * as Messages from "./internal/q7/messages.ts"
import { fillOutlines } from "./internal/q7/outlines.ts"

/**
 * A map with what only the Q7 family says.
 *
 * @since 0.1.0
 * @category models
 */
export interface Q7Map extends FloorMap {
  /** 0 is the live map; others are saved ones and those of past cleanings, and must not replace it. */
  readonly mapType: number
  /** The map's own number; `undefined` when it has no head. */
  readonly mapId: number | undefined
  /** When the cleaning began, in Unix milliseconds: the key of the map of a past cleaning. */
  readonly taskBegin: number | undefined
  /** When the robot sent the map, in Unix milliseconds. */
  readonly uploadedAt: number | undefined
  /** By room id, as the owner named them. */
  readonly roomNames: ReadonlyMap<number, string>
  /** Per point of `path`: the device's own code, whose meaning is not known. */
  readonly pathCodes: Uint8Array
  /** Parts that could not be read, or not fully. */
  readonly issues: ReadonlyArray<Issue>
}

/**
 * What is wrong with a part of a map.
 *
 * - `CutShort`: it ends early; what it holds was read
 * - `TooMany`: it holds more than any robot sends; the first ones were read
 * - `Malformed`: it makes no sense from some point on
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  readonly part: Messages.Part
  readonly problem: "CutShort" | "Malformed" | "TooMany"
}

/**
 * Why bytes are not a complete map.
 *
 * - `NotAMap`: they do not begin like one
 * - `Truncated`: a part reaches past the end
 * - `Malformed`: a part makes no sense
 * - `ContentTooLarge`: more than the bound
 *
 * `partial` is the map from the parts before the damage, where there were any.
 *
 * @since 0.1.0
 * @category errors
 */
export class Q7MapError extends Data.TaggedError("Q7MapError")<{
  readonly reason: "NotAMap" | "Truncated" | "Malformed" | "ContentTooLarge"
  readonly offset: number
  readonly partial?: Q7Map | undefined
}> {
  override get message(): string {
    const read = this.partial === undefined ? "" : "; the parts before it could be read"
    return `Map of a Q7 vacuum, at byte ${this.offset}: ${this.reason}${read}`
  }
}

/**
 * Options of {@link parse}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The bound on the map, and on its cells when they are compressed. @default 16 MiB */
  readonly maxBytes?: number | undefined
}

const defaultMaxBytes = 16 * 1024 * 1024

/** More shapes, rooms or obstacles than any home has. */
const maxRepeats = 256

/** The first point of a path is 0,0 until the robot moves; a step as long as this, in metres, shows that. */
const placeholderStep = 0.5

const repeatedParts: ReadonlyMap<number, Messages.Part> = new Map([
  [9, "walls"],
  [10, "areas"],
  [12, "rooms"],
  [14, "outlines"],
  [15, "obstacles"],
  [20, "carpets"]
])

/** The fields of the map: the last message of each, and all of those that repeat. */
interface Parts {
  readonly last: Map<number, Uint8Array>
  readonly repeats: Map<number, Array<Uint8Array>>
  mapType: number | undefined
  fields: number
}

const collect = (parts: Parts, report: Messages.Report) => ({ bytes, kind, number, value }: Field): void => {
  parts.fields++
  if (number === 1 && kind === "integer") parts.mapType = value
  if (kind !== "bytes" || number > 32) return
  parts.last.set(number, bytes)
  const part = repeatedParts.get(number)
  if (part === undefined) return
  const list = parts.repeats.get(number)
  if (list === undefined) parts.repeats.set(number, [bytes])
  else if (list.length < maxRepeats) list.push(bytes)
  else report(part, "TooMany")
}

/** The bytes of the cells, which some devices compress once more. */
const gridBytes = (message: Uint8Array, maxBytes: number, report: Messages.Report): Uint8Array => {
  let cells: Uint8Array = new Uint8Array(0)
  const stop = walkFields(message, (field) => {
    if (field.number === 1 && field.kind === "bytes") cells = field.bytes
  })
  if (stop !== undefined) report("grid", "CutShort")
  try {
    const inflated = isGzip(cells)
      ? gunzipBounded(cells, maxBytes)
      : isZlib(cells)
      ? unzlibBounded(cells, maxBytes)
      : cells
    return inflated ?? (report("grid", "TooMany"), new Uint8Array(0))
  } catch {
    report("grid", "Malformed")
    return new Uint8Array(0)
  }
}

const linesOf = (points: ReadonlyArray<Point>): ReadonlyArray<Line> =>
  points.slice(1).flatMap((to, index) => {
    const from = points[index]
    return from === undefined ? [] : [{ from, to }]
  })

const readPlan = (
  parts: Parts,
  head: Head | undefined,
  maxBytes: number,
  report: Messages.Report
): Grid | undefined => {
  const message = parts.last.get(4)
  if (head === undefined || message === undefined || head.width === 0 || head.announcedHeight === 0) return undefined
  const { cutShort, grid } = readGrid(head, gridBytes(message, maxBytes, report))
  if (cutShort) report("grid", "CutShort")
  if (grid.height === 0) return undefined
  const outlines = (parts.repeats.get(14) ?? []).map((bytes) => Messages.readOutline(bytes, report))
  if (!fillOutlines(grid, outlines)) report("outlines", "Malformed")
  return grid
}

const interpret = (parts: Parts, maxBytes: number, issues: Array<Issue>, report: Messages.Report): Q7Map => {
  const numbersOf = (field: number, part: Messages.Part) => {
    const bytes = parts.last.get(field)
    return bytes === undefined ? undefined : Messages.readNumbers(bytes, part, report)
  }
  const headNumbers = numbersOf(3, "head")
  const head = headNumbers === undefined ? undefined : readHead(headNumbers)
  if (headNumbers !== undefined && head === undefined) report("head", "Malformed")
  const grid = readPlan(parts, head, maxBytes, report)
  const place = ({ x, y }: Place): Point => ({
    x: tidyMillimetres(x * 1000 + (head?.shiftX ?? 0)),
    y: tidyMillimetres(y * 1000 + (head?.shiftY ?? 0))
  })
  const pose = (values: ReadonlyMap<number, number> | undefined, first: number): Pose | undefined => {
    const [x, y, phi] = [values?.get(first), values?.get(first + 1), values?.get(first + 2)]
    if (x === undefined || y === undefined) return undefined
    const angle = phi === undefined ? undefined : normalisedDegrees(tidyMillimetres(phi * 180 / Math.PI))
    return { ...place({ x, y }), angle }
  }
  const shapes = (field: number, part: Messages.Part) =>
    (parts.repeats.get(field) ?? []).map((bytes) => Messages.readShape(bytes, part, report).points.map(place))

  const pathBytes = parts.last.get(6)
  const { codes, places } = pathBytes === undefined
    ? { codes: new Uint8Array(0), places: [] }
    : Messages.readPath(pathBytes, report)
  const [first, second] = places
  const placeholder = first !== undefined && second !== undefined && first.x === 0 && first.y === 0 &&
      Math.hypot(second.x, second.y) > placeholderStep
    ? 1
    : 0
  const robot = pose(numbersOf(8, "robot"), 3)
  const ext = numbersOf(2, "ext")
  const obstacle = (bytes: Uint8Array): ReadonlyArray<Obstacle> => {
    const values = Messages.readNumbers(bytes, "obstacles", report)
    const [code = 0, x, y] = [values.get(2), values.get(5), values.get(6)]
    if (x === undefined || y === undefined) return []
    return [{ ...place({ x, y }), code, confidence: undefined, photoId: undefined }]
  }
  return {
    mapType: parts.mapType ?? 0,
    mapId: headNumbers?.get(1),
    taskBegin: fromSeconds(ext?.get(1)),
    uploadedAt: fromSeconds(ext?.get(2)),
    roomNames: new Map(
      (parts.repeats.get(12) ?? []).map((bytes) => Messages.readRoomName(bytes, report))
        .filter(({ name }) => name !== "").map(({ id, name }) => [id, name])
    ),
    grid,
    rooms: grid === undefined ? [] : findRooms(grid),
    charger: pose(numbersOf(7, "dock"), 1),
    robot,
    robotRoom: grid === undefined || robot === undefined ? undefined : roomAt(grid, robot),
    path: places.slice(placeholder).map(place),
    pathCodes: codes.subarray(placeholder),
    pathKinds: undefined,
    gotoTarget: undefined,
    gotoPath: [],
    predictedPath: [],
    zones: [],
    activeRooms: [],
    noGoAreas: shapes(10, "areas").flatMap(quadsOf),
    noMopAreas: [],
    noCarpetAreas: [],
    noVacuumAreas: [],
    virtualWalls: shapes(9, "walls").flatMap(linesOf),
    doorSills: [],
    cliffs: [],
    carpets: shapes(20, "carpets").flatMap(quadsOf),
    furniture: [],
    obstacles: (parts.repeats.get(15) ?? []).flatMap(obstacle),
    ignoredObstacles: [],
    suspected: { areas: [], sills: [], cliffs: [] },
    issues
  }
}

/**
 * Reads a map.
 *
 * Fails with {@link Q7MapError}; the error keeps the part before the damage. Damage inside a part does not fail: it is
 * listed in `issues`. Restricted areas come as `noGoAreas`, whatever they forbid: the codes that would say are not known.
 *
 * @example
 * ```ts
 * import { MapImage, Q7Map, Q7MapPayload } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * const picture = (payload: Uint8Array, origin: Q7MapPayload.Origin) =>
 *   Q7MapPayload.decode(payload, origin).pipe(
 *     Effect.flatMap((content) => Q7Map.parse(content)),
 *     Effect.map((map) => MapImage.png(map, { roomNames: map.roomNames }))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category decoding
 */
export const parse = (bytes: Uint8Array, options?: Options): Either.Either<Q7Map, Q7MapError> => {
  const maxBytes = options?.maxBytes ?? defaultMaxBytes
  if (bytes.length > maxBytes) return Either.left(new Q7MapError({ reason: "ContentTooLarge", offset: maxBytes }))
  // Every map begins with its type, an integer in field 1.
  if (bytes[0] !== 0x08) return Either.left(new Q7MapError({ reason: "NotAMap", offset: 0 }))
  const issues: Array<Issue> = []
  const seen = new Set<string>()
  const report: Messages.Report = (part, problem) => {
    const key = part + problem
    if (seen.has(key)) return
    seen.add(key)
    issues.push({ part, problem })
  }
  const parts: Parts = { last: new Map(), repeats: new Map(), mapType: undefined, fields: 0 }
  const stop = walkFields(bytes, collect(parts, report))
  if (stop === undefined) return Either.right(interpret(parts, maxBytes, issues, report))
  return Either.left(
    new Q7MapError({ ...stop, partial: parts.fields > 1 ? interpret(parts, maxBytes, issues, report) : undefined })
  )
}
