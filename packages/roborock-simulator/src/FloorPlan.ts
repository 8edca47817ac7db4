/**
 * The home a simulated robot lives in: rooms, walls, doors, furniture and a dock on a grid of 50 mm cells.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { findRoute } from "./internal/driving/route.ts"
import { faultOf } from "./internal/plan/check.ts"
import { flatDrawing, upstairsDrawing } from "./internal/plan/homes.ts"
import { cellMillimetres, forDisc, passableCells, planeCells, raiseWalls, wallCells } from "./internal/plan/raster.ts"

/**
 * Side of one grid cell in millimetres, the resolution of every "rr" map.
 *
 * @since 0.1.0
 * @category constants
 */
export const cellSize = cellMillimetres

/**
 * Radius of the robot in cells: its centre keeps this distance from walls, and it cleans this far around itself.
 *
 * @since 0.1.0
 * @category constants
 */
export const robotRadiusCells = 3.5

/**
 * An axis-parallel rectangle in millimetres of the robot plane (x to the right, y up); the upper bounds are exclusive.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rectangle {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/**
 * A position in millimetres and a direction in degrees (0 = +x, counter-clockwise positive, -180..180).
 *
 * @since 0.1.0
 * @category models
 */
export interface Pose {
  readonly x: number
  readonly y: number
  readonly angle: number
}

/**
 * A room as drawn: the floor of all its rectangles carries the segment number.
 *
 * @since 0.1.0
 * @category models
 */
export interface Room {
  /** Segment number of the map, 1..30; robots number the rooms they find from 16 upwards. */
  readonly segment: number
  readonly name: string
  readonly areas: ReadonlyArray<Rectangle>
}

/**
 * What a floor plan is made from. All coordinates are multiples of {@link cellSize} and lie within 0..51200.
 *
 * @since 0.1.0
 * @category models
 */
export interface Drawing {
  /**
   * The name of the floor.
   * @default "Home"
   */
  readonly name?: string | undefined
  readonly rooms: ReadonlyArray<Room>
  /** Openings in the walls; their floor belongs to the named segment. */
  readonly doors: ReadonlyArray<{ readonly segment: number; readonly area: Rectangle }>
  /** Things a robot drives around. */
  readonly furniture: ReadonlyArray<Rectangle>
  /** The charger; the angle points out of it, towards the robot. */
  readonly dock: Pose
}

/**
 * A finished floor plan.
 *
 * `cells` has `width * height` bytes, row 0 at the smallest y, each the byte an "rr" map shows for the cell: 0 outside,
 * 1 wall, `segment * 8 + 7` floor. `passable` has a 1 for each cell the centre of a robot may stand on. Neither is
 * changed after `make`; do not write into them.
 *
 * @since 0.1.0
 * @category models
 */
export interface FloorPlan {
  readonly name: string
  /** Column of the plane in which the grid begins: cell (column, row) covers x from `(left + column) * 50` mm on. */
  readonly left: number
  /** Row of the plane in which the grid begins (the name is that of the map format; it is the lowest row). */
  readonly top: number
  readonly width: number
  readonly height: number
  readonly cells: Uint8Array
  readonly passable: Uint8Array
  readonly rooms: ReadonlyArray<Room>
  readonly dock: Pose
  /** Where a docked robot stands: on a cell centre in front of the dock, looking at it. */
  readonly parking: Pose
}

/**
 * A drawing that cannot be made into a floor plan.
 *
 * @since 0.1.0
 * @category errors
 */
export class FloorPlanError extends Data.TaggedError("FloorPlanError")<{
  readonly reason: "NoRooms" | "BadSegment" | "BadCoordinate" | "DockNotOnFloor" | "RoomNotReachable"
  /** The room or place at fault. */
  readonly subject: string
}> {
  override get message(): string {
    switch (this.reason) {
      case "NoRooms":
        return "A floor plan needs at least one room"
      case "BadSegment":
        return `${this.subject}: segments are distinct numbers from 1 to 30`
      case "BadCoordinate":
        return `${this.subject}: coordinates are multiples of 50 mm from 0 to 51200, lower bound first`
      case "DockNotOnFloor":
        return "A robot does not fit in front of the dock"
      case "RoomNotReachable":
        return `${this.subject} cannot be reached from the dock`
    }
  }
}

const parkingDistance = 150

/**
 * Draws the grid: floors, then walls of 100 mm around all floor, and checks that a robot can live in it (every room is
 * reachable from the dock).
 *
 * @example
 * ```ts
 * import { FloorPlan } from "@effect-mqtt/roborock-simulator"
 *
 * export const studio = FloorPlan.make({
 *   rooms: [{ segment: 16, name: "Studio", areas: [{ x0: 25000, y0: 25000, x1: 29000, y1: 28000 }] }],
 *   doors: [],
 *   furniture: [{ x0: 27000, y0: 26000, x1: 28000, y1: 26500 }],
 *   dock: { x: 25150, y: 26000, angle: 0 }
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (drawing: Drawing): Either.Either<FloorPlan, FloorPlanError> => {
  const refuse = (reason: FloorPlanError["reason"], subject: string) =>
    Either.left(new FloorPlanError({ reason, subject }))
  const fault = faultOf(drawing)
  if (fault !== undefined) return refuse(fault.reason, fault.subject)

  const floors = [
    ...drawing.rooms.flatMap((room) => room.areas.map((area) => ({ segment: room.segment, area }))),
    ...drawing.doors
  ]
  const left = Math.min(...floors.map(({ area }) => area.x0)) / cellSize - wallCells
  const top = Math.min(...floors.map(({ area }) => area.y0)) / cellSize - wallCells
  const width = Math.max(...floors.map(({ area }) => area.x1)) / cellSize + wallCells - left
  const height = Math.max(...floors.map(({ area }) => area.y1)) / cellSize + wallCells - top
  if (left < 0 || top < 0 || left + width > planeCells || top + height > planeCells) {
    return refuse("BadCoordinate", "outer walls")
  }

  const cells = new Uint8Array(width * height)
  const fill = (area: Rectangle, value: number): void => {
    for (let row = Math.max(0, area.y0 / cellSize - top); row < Math.min(height, area.y1 / cellSize - top); row++) {
      const start = row * width
      cells.fill(
        value,
        start + Math.min(width, Math.max(0, area.x0 / cellSize - left)),
        start + Math.min(width, Math.max(0, area.x1 / cellSize - left))
      )
    }
  }
  for (const { area, segment } of floors) fill(area, segment * 8 + 7)
  raiseWalls(cells, width, height)
  for (const piece of drawing.furniture) fill(piece, 1)

  const direction = drawing.dock.angle * Math.PI / 180
  const snap = (value: number): number => Math.floor(value / cellSize) * cellSize + cellSize / 2
  const parking: Pose = {
    x: snap(drawing.dock.x + Math.cos(direction) * parkingDistance),
    y: snap(drawing.dock.y + Math.sin(direction) * parkingDistance),
    angle: drawing.dock.angle > 0 ? drawing.dock.angle - 180 : drawing.dock.angle + 180
  }
  const plan: FloorPlan = {
    name: drawing.name ?? "Home",
    left,
    top,
    width,
    height,
    cells,
    passable: passableCells(cells, width, height, robotRadiusCells),
    rooms: drawing.rooms,
    dock: drawing.dock,
    parking
  }
  const start = cellAt(plan, parking.x, parking.y)
  if (start === undefined || plan.passable[start] !== 1) return refuse("DockNotOnFloor", "dock")
  for (const room of drawing.rooms) {
    if (findRoute(plan, start, (cell) => segmentOf(plan, cell) === room.segment) === undefined) {
      return refuse("RoomNotReachable", room.name)
    }
  }
  return Either.right(plan)
}

/**
 * Calls `visit` for each floor cell under a robot whose centre is on the given cell.
 *
 * @since 0.1.0
 * @category queries
 */
export const forCellsUnder = (plan: FloorPlan, cell: number, visit: (cell: number) => void): void =>
  forDisc(robotRadiusCells, cell % plan.width, Math.floor(cell / plan.width), (column, row) => {
    if (column < 0 || row < 0 || column >= plan.width || row >= plan.height) return
    const under = row * plan.width + column
    if (segmentOf(plan, under) !== 0) visit(under)
  })

/**
 * The index of the cell under a position in millimetres, or `undefined` outside of the grid.
 *
 * @since 0.1.0
 * @category queries
 */
export const cellAt = (plan: FloorPlan, x: number, y: number): number | undefined => {
  const column = Math.floor(x / cellSize) - plan.left
  const row = Math.floor(y / cellSize) - plan.top
  return column >= 0 && row >= 0 && column < plan.width && row < plan.height ? row * plan.width + column : undefined
}

/**
 * The centre of a cell in millimetres.
 *
 * @since 0.1.0
 * @category queries
 */
export const centreOf = (plan: FloorPlan, cell: number): { readonly x: number; readonly y: number } => ({
  x: (plan.left + cell % plan.width) * cellSize + cellSize / 2,
  y: (plan.top + Math.floor(cell / plan.width)) * cellSize + cellSize / 2
})

/**
 * The segment whose floor a cell is, or 0 for walls, furniture and the outside.
 *
 * @since 0.1.0
 * @category queries
 */
export const segmentOf = (plan: FloorPlan, cell: number): number => {
  const value = plan.cells[cell] ?? 0
  return (value & 7) === 7 ? value >> 3 : 0
}

/**
 * A flat of about 65 m² with five rooms: Living room 16, Kitchen 17, Bathroom 18, Hallway 19 and
 * Bedroom 20. The dock stands in the living room; kitchen, living room and hallway form a loop.
 *
 * @since 0.1.0
 * @category constructors
 */
export const flat = (): FloorPlan => Either.getOrThrow(make(flatDrawing))

/**
 * A second floor for it, called "Upstairs", of about 30 m² with a dock of its own: Landing 16, Study 17 and Guest room 18.
 *
 * @since 0.1.0
 * @category constructors
 */
export const upstairs = (): FloorPlan => Either.getOrThrow(make(upstairsDrawing))
