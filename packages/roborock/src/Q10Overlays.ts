/**
 * What is drawn over the map of a B01 vacuum of the Q10 family: the path of its run, and what comes as data points.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { makeReader, readPoints } from "./internal/q10/reader.ts"
import { isRecord, parseJson } from "./internal/v1/json.ts"
import type { DevicePoint, Path } from "./Q10Packet.ts"

/**
 * An area the owner drew, in tenths of a cell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Area {
  readonly kind: "noGo" | "noMop" | "doorSill"
  readonly corners: ReadonlyArray<DevicePoint>
}

/**
 * A virtual wall, in tenths of a cell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wall {
  readonly from: DevicePoint
  readonly to: DevicePoint
}

/**
 * Places where the robot suspects something, in tenths of a cell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Suspected {
  /** From data point 98. */
  readonly areas?: ReadonlyArray<DevicePoint> | undefined
  /** From data point 100. */
  readonly sills?: ReadonlyArray<DevicePoint> | undefined
  /** From data point 103. */
  readonly cliffs?: ReadonlyArray<DevicePoint> | undefined
}

/**
 * What is drawn over the cells. Keep it while new cells of the same map come in.
 *
 * @since 0.1.0
 * @category models
 */
export interface Overlays {
  readonly path?: Path | undefined
  /** From data point 55, by {@link decodeAreas}. */
  readonly areas?: ReadonlyArray<Area> | undefined
  /** From data point 57, by {@link decodeWalls}. */
  readonly walls?: ReadonlyArray<Wall> | undefined
  /** Zones being cleaned, from data point 59, by {@link decodeAreas}. */
  readonly zones?: ReadonlyArray<Area> | undefined
  /** Corners of carpets that the owner drew, from data point 65, by {@link decodeCarpets}. */
  readonly carpets?: ReadonlyArray<ReadonlyArray<DevicePoint>> | undefined
  /** Read by {@link decodePoints}. */
  readonly suspected?: Suspected | undefined
}

const areaBytes = 38
const areaKinds: ReadonlyArray<Area["kind"]> = ["noGo", "noGo", "noMop", "doorSill"]
const maxEntries = 255

const fromBase64 = (text: string): Uint8Array =>
  Either.getOrElse(Encoding.decodeBase64(text.slice(0, 65_536)), () => new Uint8Array(0))

/** A list, or its JSON text. More entries than a device has are cut off. */
const listOf = (value: unknown): ReadonlyArray<unknown> => {
  const list = typeof value === "string" ? Either.getOrUndefined(parseJson(value)) : value
  return Array.isArray(list) ? list.slice(0, maxEntries) : []
}

/** As the other data points have them: 16 bits. */
const isCoordinate = (value: unknown): value is number => typeof value === "number" && Math.abs(value) <= 0x7fff

/**
 * Reads the areas of data point 55, or the zones of 59. What cannot be read is left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeAreas = (text: string): ReadonlyArray<Area> => {
  const bytes = fromBase64(text)
  const count = bytes[1] ?? 0
  const areas: Array<Area> = []
  for (let index = 0; index < count; index++) {
    const record = makeReader(bytes.subarray(2 + index * areaBytes, 2 + (index + 1) * areaBytes))
    const kind = areaKinds[record.u8() ?? -1]
    const corners = readPoints(record, record.u8() ?? 0)
    if (kind !== undefined && corners !== undefined && corners.length > 0) areas.push({ kind, corners })
  }
  return areas
}

/**
 * Reads the virtual walls of data point 57. What cannot be read is left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeWalls = (text: string): ReadonlyArray<Wall> => {
  const reader = makeReader(fromBase64(text))
  const count = reader.u8() ?? 0
  const walls: Array<Wall> = []
  for (let index = 0; index < count; index++) {
    const [from, to] = readPoints(reader, 2) ?? []
    if (from !== undefined && to !== undefined) walls.push({ from, to })
  }
  return walls
}

/**
 * Reads the suspected places of data point 98, 100 or 103, which are JSON. What cannot be read is left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodePoints = (value: unknown): ReadonlyArray<DevicePoint> =>
  listOf(value).flatMap((point) => {
    const [x, y] = listOf(point)
    return isCoordinate(x) && isCoordinate(y) ? [{ x, y }] : []
  })

/**
 * Reads the carpets of data point 65, which are JSON. What cannot be read is left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeCarpets = (value: unknown): ReadonlyArray<ReadonlyArray<DevicePoint>> =>
  listOf(value).flatMap((carpet) => {
    const corners = isRecord(carpet) ? decodePoints(carpet["vertexs"]) : []
    return corners.length > 0 ? [corners] : []
  })
