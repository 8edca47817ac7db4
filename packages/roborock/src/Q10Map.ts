/**
 * Makes a map from what B01 vacuums of the Q10 family send: the cells (`Q10Packet`), and what lies over them
 * (`Q10Overlays`).
 *
 * @since 0.1.0
 */
import type { FloorMap, Grid, Line, Point, Pose, Quad } from "./FloorMap.ts"
import { roomAt } from "./FloorMap.ts"
import { normalisedDegrees } from "./internal/map/degrees.ts"
import { axisFrom, tidyMillimetres } from "./internal/map/plane.ts"
import { quadsOf } from "./internal/map/quads.ts"
import { findRooms } from "./internal/map/rooms.ts"
import { isHidden, pathUnits, withoutStray } from "./internal/q10/path.ts"
import type { Area, Overlays } from "./Q10Overlays.ts"
import type { DevicePoint, Raster } from "./Q10Packet.ts"

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
  /** `false` for a map that does not say where the robot's plane lies on it: path and areas are left out. */
  readonly located: boolean
  /** The place in the device's units (tenths of a cell), for commands with zones. */
  readonly toDevice: (point: Point) => DevicePoint
}

const fiftieths = 50
const tenths = 10

/**
 * The name to show: `Living Room` for `rr_living_room`, as the device makes them up; others with a capital letter.
 *
 * @since 0.1.0
 * @category names
 */
export const shownName = (name: string): string =>
  name.replace(/^rr_/, "").replaceAll("_", " ").trim().replace(
    /(^|\s)(\p{Ll})/gu,
    (_, space: string, letter: string) => space + letter.toUpperCase()
  )

/**
 * Whether a map says where the plane of its robot lies on it.
 *
 * @since 0.1.0
 * @category guards
 */
export const isLocated = ({ origin }: Raster): boolean => origin.x !== 0 || origin.y !== 0

/**
 * Lays path and areas over the cells of a map. Only a live map should get them.
 *
 * Places are in millimetres of the device's own plane, shifted by less than a cell so that cells begin at whole ones;
 * `toDevice` converts back.
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
  const spots = (list: ReadonlyArray<DevicePoint> | undefined): ReadonlyArray<Point> =>
    (located ? list ?? [] : []).map((spot) => place(spot, tenths))
  return {
    mapId: raster.mapId,
    kind: raster.kind,
    located,
    suspected: {
      areas: spots(overlays.suspected?.areas),
      sills: spots(overlays.suspected?.sills),
      cliffs: spots(overlays.suspected?.cliffs)
    },
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
    carpets: (located ? overlays.carpets ?? [] : []).flatMap((corners) =>
      quadsOf(corners.map((corner) => place(corner, tenths)))
    ),
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
