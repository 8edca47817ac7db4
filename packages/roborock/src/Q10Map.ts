/**
 * Makes a map of what B01 vacuums of the Q10 family send: the cells (`Q10Packet`), the path of the run, and the walls and
 * forbidden areas, which come as data points.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { FloorMap, Grid, Line, Point, Pose, Quad } from "./FloorMap.ts"
import { cellAt, CellKind, roomAt } from "./FloorMap.ts"
import { normalisedDegrees } from "./internal/map/degrees.ts"
import { axisFrom, tidyMillimetres } from "./internal/map/plane.ts"
import { quadsOf } from "./internal/map/quads.ts"
import { findRooms } from "./internal/map/rooms.ts"
import { makeReader, readPoints } from "./internal/q10/reader.ts"
import type { DevicePoint, Path, Raster } from "./Q10Packet.ts"

/**
 * A map with what only the Q10 family says.
 *
 * @since 0.1.0
 * @category models
 */
export interface Q10Map extends FloorMap {
  readonly mapId: number
  readonly kind: Raster["kind"]
  /** By room id, as shown to the owner. */
  readonly roomNames: ReadonlyMap<number, string>
  /** `false` for a map that does not tell where the robot's plane lies on it: path and areas are left out. */
  readonly located: boolean
  /** The place in the device's units (tenths of a cell), for commands with zones. */
  readonly toDevice: (point: Point) => DevicePoint
}

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
}

const areaBytes = 38
const areaKinds: ReadonlyArray<Area["kind"]> = ["noGo", "noGo", "noMop", "doorSill"]
const fiftieths = 50
const tenths = 10

/** A step this many times the usual one shows that the first point is a placeholder. */
const strayFactor = 20

const fromBase64 = (text: string): Uint8Array =>
  Either.getOrElse(Encoding.decodeBase64(text.slice(0, 65_536)), () => new Uint8Array(0))

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
 * The name to show for one the device made up (`rr_living_room`: Living Room); others begin with a capital letter.
 *
 * @since 0.1.0
 * @category names
 */
export const shownName = (name: string): string =>
  name.replace(/^rr_/, "").replaceAll("_", " ").trim().replace(
    /(^|\s)(\p{Ll})/gu,
    (_, space: string, letter: string) => space + letter.toUpperCase()
  )

/** In mode 2 the low bits of a point say what it is: 4 is not to be drawn. */
const isHidden = (mode: number, { x, y }: DevicePoint): boolean => mode === 2 && ((x & 3) << 2) + (y & 3) === 4

const withoutStray = (points: ReadonlyArray<DevicePoint>): ReadonlyArray<DevicePoint> => {
  if (points.length < 4) return points
  const steps = points.slice(1).map(({ x, y }, index) =>
    Math.hypot(x - (points[index]?.x ?? 0), y - (points[index]?.y ?? 0))
  )
  const [first = 0] = steps
  const median = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return median > 0 && first > median * strayFactor ? points.slice(1) : points
}

/** Path units of a cell: 20 or 10. Version 1 says 20, but the choice that puts the path on floor knows better. */
const pathUnits = (
  grid: Grid,
  path: Path,
  points: ReadonlyArray<DevicePoint>,
  place: (point: DevicePoint, units: number) => Point
): number => {
  const onFloor = (units: number) =>
    points.filter((point) => grid.kinds[cellAt(grid, place(point, units)) ?? -1] === CellKind.floor).length
  const usual = path.version === 1 ? 20 : 10
  const other = 30 - usual
  return onFloor(other) > onFloor(usual) ? other : usual
}

/**
 * Whether a map tells where the plane of its robot lies on it.
 *
 * @since 0.1.0
 * @category guards
 */
export const isLocated = ({ origin }: Raster): boolean => origin.x !== 0 || origin.y !== 0

/**
 * Lays path and areas over the cells of a map. Only a live map should get them.
 *
 * Places are in millimetres of a plane that is the device's own, moved by less than a cell so that cells begin at whole
 * ones; `toDevice` leads back.
 *
 * @example
 * ```ts
 * import { MapImage, Q10Map, Q10Packet } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * const picture = (payload: Uint8Array) =>
 *   Effect.map(Q10Packet.decode(payload), (packet) => {
 *     if (packet._tag === "Path") return undefined
 *     const map = Q10Map.make(packet)
 *     return MapImage.png(map, { roomNames: map.roomNames })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (raster: Raster, overlays: Overlays = {}): Q10Map => {
  const { cellSize, height, origin, width } = raster
  const located = isLocated(raster)
  const horizontal = axisFrom(-origin.x / tenths * cellSize, cellSize)
  const vertical = axisFrom((origin.y / tenths - height) * cellSize, cellSize)
  const place = ({ x, y }: DevicePoint, units: number): Point => ({
    x: tidyMillimetres(x / units * cellSize + horizontal.shift),
    y: tidyMillimetres(y / units * cellSize + vertical.shift)
  })
  const toDevice = ({ x, y }: Point): DevicePoint => ({
    x: Math.round((x - horizontal.shift) / cellSize * tenths),
    y: Math.round((y - vertical.shift) / cellSize * tenths)
  })
  const grid: Grid | undefined = width === 0 || height === 0
    ? undefined
    : {
      cellSize,
      left: horizontal.start,
      bottom: vertical.start,
      width,
      height,
      kinds: raster.kinds,
      rooms: raster.rooms,
      carpet: raster.carpet
    }
  const dock = raster.dock
  const charger: Pose | undefined = dock === undefined
    ? undefined
    : {
      x: tidyMillimetres((horizontal.start + dock.x / tenths) * cellSize),
      y: tidyMillimetres((vertical.start + height - dock.y / tenths) * cellSize),
      angle: normalisedDegrees(raster.dockHeading)
    }

  const path = located ? overlays.path : undefined
  const points = path === undefined ? [] : withoutStray(path.points)
  const units = path === undefined || grid === undefined ? 20 : pathUnits(grid, path, points, place)
  const last = points.at(-1)
  const angle = path === undefined ? undefined : normalisedDegrees(path.heading)
  // A path without points is sent in the dock, with the direction alone.
  const robotAt = last === undefined ? charger : place(last, units)
  const robot = path === undefined || robotAt === undefined ? undefined : { x: robotAt.x, y: robotAt.y, angle }
  const areas = (list: ReadonlyArray<Area> | undefined, kind?: Area["kind"]): ReadonlyArray<Quad> =>
    (located ? list ?? [] : []).filter((area) => kind === undefined || area.kind === kind).flatMap(({ corners }) =>
      quadsOf(corners.map((corner) => place(corner, tenths)))
    )
  const walls: ReadonlyArray<Line> = (located ? overlays.walls ?? [] : []).map(({ from, to }) => ({
    from: place(from, tenths),
    to: place(to, tenths)
  }))
  return {
    mapId: raster.mapId,
    kind: raster.kind,
    located,
    toDevice,
    roomNames: new Map(
      raster.roomList.map(({ id, name }) => [id, shownName(name)] as const).filter(([, name]) => name !== "")
    ),
    grid,
    rooms: grid === undefined ? [] : findRooms(grid),
    charger,
    robot,
    robotRoom: grid === undefined || robot === undefined ? undefined : roomAt(grid, robot),
    path: points.filter((point) => path !== undefined && !isHidden(path.mode, point)).map((point) =>
      place(point, units)
    ),
    pathKinds: undefined,
    gotoTarget: undefined,
    gotoPath: [],
    predictedPath: [],
    zones: areas(overlays.zones).map(([a, b, c, d]) => ({
      x0: Math.min(a.x, b.x, c.x, d.x),
      y0: Math.min(a.y, b.y, c.y, d.y),
      x1: Math.max(a.x, b.x, c.x, d.x),
      y1: Math.max(a.y, b.y, c.y, d.y)
    })),
    activeRooms: [],
    noGoAreas: areas(overlays.areas, "noGo"),
    noMopAreas: areas(overlays.areas, "noMop"),
    noCarpetAreas: [],
    noVacuumAreas: [],
    virtualWalls: walls,
    doorSills: areas(overlays.areas, "doorSill"),
    cliffs: [],
    carpets: [],
    furniture: [],
    obstacles: located
      ? raster.obstacles.map((point) => ({
        ...place(point, fiftieths),
        code: 18,
        confidence: undefined,
        photoId: undefined
      }))
      : [],
    ignoredObstacles: []
  }
}
