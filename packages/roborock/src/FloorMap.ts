/**
 * A map of one floor, whatever device it came from: rooms on a grid of cells, and everything drawn over it, in
 * millimetres of the robot's plane (x to the right, **y up**).
 *
 * @since 0.1.0
 */

/**
 * A place, in millimetres.
 *
 * @since 0.1.0
 * @category models
 */
export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * A place and a direction in degrees: 0 = +x, counter-clockwise positive, above -180 up to 180. Old firmware sends no
 * direction.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pose extends Point {
  readonly angle: number | undefined
}

/**
 * A straight line between two points.
 *
 * @since 0.1.0
 * @category models
 */
export interface Line {
  readonly from: Point
  readonly to: Point
}

/**
 * An area given by its corners in order around it; it may be rotated.
 *
 * @since 0.1.0
 * @category models
 */
export type Quad = readonly [Point, Point, Point, Point]

/**
 * An axis-parallel box.
 *
 * @since 0.1.0
 * @category models
 */
export interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/**
 * Something the robot saw in its way. `code` is the device's number for what it is (see {@link obstacleName}).
 *
 * @since 0.1.0
 * @category models
 */
export interface Obstacle extends Point {
  readonly code: number
  /** Percent. */
  readonly confidence: number | undefined
  readonly photoId: string | undefined
}

/**
 * What a cell of the grid is. A `border` cell belongs to a room but is not floor.
 *
 * @since 0.1.0
 * @category models
 */
export const CellKind = { outside: 0, wall: 1, border: 2, floor: 3 } as const

/**
 * The cells of a map, row by row. **Row 0 is the lowest one** (smallest y): flip it to draw.
 *
 * @since 0.1.0
 * @category models
 */
export interface Grid {
  /** Side of a cell in millimetres. */
  readonly cellSize: number
  /** Column of the plane at which the grid begins: x = left * cellSize. */
  readonly left: number
  /** Row of the plane at which the grid begins: y = bottom * cellSize. */
  readonly bottom: number
  readonly width: number
  readonly height: number
  /** A {@link CellKind} per cell. */
  readonly kinds: Uint8Array
  /** The room of each cell, 0 where there is none. Walls may carry a room too. */
  readonly rooms: Uint8Array
  /** Cells of carpet are 1; `undefined` when the device does not report carpets. */
  readonly carpet: Uint8Array | undefined
}

/**
 * Places where the robot suspects something and asks its owner: an area better left alone, a door sill, a cliff.
 *
 * @since 0.1.0
 * @category models
 */
export interface Suspected {
  readonly areas: ReadonlyArray<Point>
  readonly sills: ReadonlyArray<Point>
  readonly cliffs: ReadonlyArray<Point>
}

/**
 * A room, called segment in commands.
 *
 * @since 0.1.0
 * @category models
 */
export interface Room {
  readonly id: number
  /** How many cells its floor has. */
  readonly cells: number
  /** Square metres of floor. */
  readonly area: number
  /** From the lower left corner of its outermost cells to the lower left corner of the opposite ones. */
  readonly box: Box
  /** A point on its floor, good for a label: near the middle of its largest connected part. */
  readonly centre: Point
}

/**
 * Where the robot drove, in order. It has gaps (the robot was carried, points were left out): see {@link runsOf}.
 *
 * @since 0.1.0
 * @category models
 */
export type Path = ReadonlyArray<Point>

/**
 * A map of one floor. Lists are empty where the device sends none; the rest is `undefined`.
 *
 * @since 0.1.0
 * @category models
 */
export interface FloorMap {
  /** `undefined` before the first mapping run. */
  readonly grid: Grid | undefined
  /** By ascending id. */
  readonly rooms: ReadonlyArray<Room>
  readonly charger: Pose | undefined
  readonly robot: Pose | undefined
  /** The room the robot stands in. */
  readonly robotRoom: number | undefined
  /** Where the robot drove in this run. */
  readonly path: Path
  /** Per point of `path`: bit 0 mopping, bits 1 and 3 on the way to or from the dock, bit 2 vacuum only. */
  readonly pathKinds: Uint8Array | undefined
  readonly gotoTarget: Point | undefined
  readonly gotoPath: Path
  readonly predictedPath: Path
  /** Zones being cleaned. */
  readonly zones: ReadonlyArray<Box>
  /** Rooms being cleaned. */
  readonly activeRooms: ReadonlyArray<number>
  readonly noGoAreas: ReadonlyArray<Quad>
  readonly noMopAreas: ReadonlyArray<Quad>
  readonly noCarpetAreas: ReadonlyArray<Quad>
  readonly noVacuumAreas: ReadonlyArray<Quad>
  readonly virtualWalls: ReadonlyArray<Line>
  readonly doorSills: ReadonlyArray<Quad>
  readonly cliffs: ReadonlyArray<Quad>
  readonly carpets: ReadonlyArray<Quad>
  readonly furniture: ReadonlyArray<Quad>
  readonly obstacles: ReadonlyArray<Obstacle>
  readonly ignoredObstacles: ReadonlyArray<Obstacle>
  readonly suspected: Suspected
}

/**
 * The index of the cell a point lies in; `undefined` outside the grid.
 *
 * @since 0.1.0
 * @category geometry
 */
export const cellAt = (grid: Grid, point: Point): number | undefined => {
  const column = Math.floor(point.x / grid.cellSize) - grid.left
  const row = Math.floor(point.y / grid.cellSize) - grid.bottom
  return column >= 0 && column < grid.width && row >= 0 && row < grid.height ? row * grid.width + column : undefined
}

/**
 * The middle of a cell.
 *
 * @since 0.1.0
 * @category geometry
 */
export const centreOf = (grid: Grid, cell: number): Point => ({
  x: (grid.left + cell % grid.width + 0.5) * grid.cellSize,
  y: (grid.bottom + Math.floor(cell / grid.width) + 0.5) * grid.cellSize
})

/**
 * The room a point lies in: `undefined` outside all rooms.
 *
 * @since 0.1.0
 * @category geometry
 */
export const roomAt = (grid: Grid, point: Point): number | undefined => {
  const cell = cellAt(grid, point)
  const room = cell === undefined ? 0 : grid.rooms[cell] ?? 0
  return room === 0 ? undefined : room
}

/** A longer jump between two points of a path is a gap, not a line. */
const defaultMaxStep = 500

/**
 * Splits a path into the runs to draw as lines, at jumps of more than `maxStep` millimetres. With `keep`, only points for
 * whose index it returns true belong to a run.
 *
 * @since 0.1.0
 * @category geometry
 */
export const runsOf = (
  path: Path,
  keep?: (index: number) => boolean,
  maxStep: number = defaultMaxStep
): ReadonlyArray<Path> => {
  const runs: Array<Array<Point>> = []
  let last: Point | undefined
  path.forEach((point, index) => {
    if (keep !== undefined && !keep(index)) {
      last = undefined
      return
    }
    const near = last !== undefined && Math.hypot(point.x - last.x, point.y - last.y) <= maxStep
    if (near) runs.at(-1)?.push(point)
    else runs.push([point])
    last = point
  })
  return runs
}

const obstacleNames: ReadonlyMap<number, string> = new Map([
  [0, "cable"],
  [1, "pet waste"],
  [2, "shoes"],
  [3, "pedestal"],
  [4, "pedestal"],
  [5, "power strip"],
  [9, "bathroom scale"],
  [10, "clothes or fabric"],
  [18, "unspecified obstacle"],
  [25, "dustpan"],
  [26, "furniture with crossbar"],
  [27, "furniture with crossbar"],
  [34, "clothes or fabric"],
  [42, "unspecified obstacle"],
  [48, "cable"],
  [49, "cat"],
  [50, "dog"],
  [51, "fabric or paper ball"]
])

/**
 * What an obstacle code means; `obstacle N` for codes that are not known.
 *
 * @since 0.1.0
 * @category names
 */
export const obstacleName = (code: number): string => obstacleNames.get(code) ?? `obstacle ${code}`
