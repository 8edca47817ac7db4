import type { FloorPlan } from "../../FloorPlan.ts"
import { cellSize } from "../../FloorPlan.ts"
import type { RobotState } from "../../Robot.ts"
import { outlineOf } from "./outline.ts"
import { bytes, float, integer, message, nested, text } from "./protobuf.ts"

/** The live map; every other number is a saved one. */
export const liveMap = 0
export const savedMap = 1

/** What is not in the plan and the state. Times are Unix seconds. */
export interface Upload {
  readonly mapType: number
  readonly mapId: number
  readonly taskBegin: number
  readonly now: number
}

const firstRoomId = 10
const outerBorder = -1

/** Rooms count from 10 in the order of the plan. */
export const roomIdOf = (plan: FloorPlan, segment: number): number =>
  firstRoomId + plan.rooms.findIndex((room) => room.segment === segment)

export const segmentOfRoom = (plan: FloorPlan, roomId: unknown): number =>
  typeof roomId === "number" ? plan.rooms[roomId - firstRoomId]?.segment ?? 0 : 0

const radians = (degrees: number): number => degrees * Math.PI / 180

/** Floor, wall and outside in the codes of the family, the lowest row first. */
const cellsOf = ({ cells }: FloorPlan): Uint8Array => cells.map((cell) => cell === 0 ? 0 : cell < 8 ? 128 : 127)

/** The map as the robot has it before it is compressed and sealed: metres around the parking place. */
export const encodeMap = (plan: FloorPlan, state: RobotState, upload: Upload): Uint8Array => {
  const x = (millimetres: number): number => (millimetres - plan.parking.x) / 1000
  const y = (millimetres: number): number => (millimetres - plan.parking.y) / 1000
  const edges = {
    minX: x(plan.left * cellSize),
    maxX: x((plan.left + plan.width) * cellSize),
    minY: y(plan.top * cellSize),
    maxY: y((plan.top + plan.height) * cellSize)
  }
  const { dock } = plan
  const { position } = state
  const points = [...state.path, position]
  return message(
    integer(1, upload.mapType),
    nested(2, integer(1, upload.taskBegin), integer(2, upload.now), integer(3, 1)),
    nested(
      3,
      integer(1, upload.mapId),
      integer(2, plan.width),
      integer(3, plan.height),
      float(4, edges.minX),
      float(5, edges.minY),
      float(6, edges.maxX),
      float(7, edges.maxY),
      float(8, cellSize / 1000)
    ),
    nested(4, bytes(1, cellsOf(plan))),
    nested(
      6,
      integer(1, points.length),
      // Robots begin with a place that means nothing.
      nested(2, integer(1, 0), float(2, 0), float(3, 0)),
      ...points.map((point) => nested(2, integer(1, 0), float(2, x(point.x)), float(3, y(point.y))))
    ),
    nested(7, float(1, x(dock.x)), float(2, y(dock.y)), float(3, radians(dock.angle))),
    nested(
      8,
      integer(1, points.length),
      integer(2, upload.now),
      float(3, x(position.x)),
      float(4, y(position.y)),
      float(5, radians(position.angle))
    ),
    ...plan.rooms.flatMap(({ name, segment }) => {
      const id = roomIdOf(plan, segment)
      const outline = outlineOf(plan, segment)
      const [column, row] = outline[0] ?? [0, 0]
      const label = nested(
        8,
        float(1, x((plan.left + column) * cellSize) + 0.5),
        float(2, y((plan.top + row) * cellSize) + 0.5)
      )
      return [
        nested(12, integer(1, id), text(2, name), integer(3, 0), label),
        nested(
          14,
          integer(1, id),
          ...outline.map(([cellX, cellY]) => nested(2, integer(1, cellX), integer(2, cellY), integer(3, outerBorder)))
        )
      ]
    })
  )
}
