import type { Drawing, FloorPlanError, Rectangle } from "../../FloorPlan.ts"
import { cellMillimetres, planeCells } from "./raster.ts"

interface Fault {
  readonly reason: FloorPlanError["reason"]
  readonly subject: string
}

const isOnGrid = (value: number): boolean =>
  Number.isInteger(value / cellMillimetres) && value >= 0 && value <= planeCells * cellMillimetres

const isDrawable = ({ x0, x1, y0, y1 }: Rectangle): boolean =>
  isOnGrid(x0) && isOnGrid(y0) && isOnGrid(x1) && isOnGrid(y1) && x0 < x1 && y0 < y1

/** What is wrong with a drawing before anything is drawn. */
export const faultOf = ({ doors, furniture, rooms }: Drawing): Fault | undefined => {
  if (rooms.length === 0) return { reason: "NoRooms", subject: "floor plan" }
  const segments = new Set<number>()
  for (const { areas, name, segment } of rooms) {
    if (!Number.isInteger(segment) || segment < 1 || segment > 30 || segments.has(segment)) {
      return { reason: "BadSegment", subject: name }
    }
    segments.add(segment)
    if (areas.length === 0 || !areas.every(isDrawable)) return { reason: "BadCoordinate", subject: name }
  }
  for (const { area, segment } of doors) {
    if (!segments.has(segment)) return { reason: "BadSegment", subject: "door" }
    if (!isDrawable(area)) return { reason: "BadCoordinate", subject: "door" }
  }
  return furniture.every(isDrawable) ? undefined : { reason: "BadCoordinate", subject: "furniture" }
}
