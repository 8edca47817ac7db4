import { cellMillimetres, planeCells } from "./raster.ts"

interface Area {
  readonly x0: number
  readonly x1: number
  readonly y0: number
  readonly y1: number
}

/** The part of a drawing that can be wrong by itself. */
interface Drawn {
  readonly rooms: ReadonlyArray<{
    readonly segment: number
    readonly name: string
    readonly areas: ReadonlyArray<Area>
  }>
  readonly doors: ReadonlyArray<{ readonly segment: number; readonly area: Area }>
  readonly furniture: ReadonlyArray<Area>
}

interface Fault {
  readonly reason: "NoRooms" | "BadSegment" | "BadCoordinate"
  readonly subject: string
}

const isOnGrid = (value: number): boolean =>
  Number.isInteger(value / cellMillimetres) && value >= 0 && value <= planeCells * cellMillimetres

const isDrawable = ({ x0, x1, y0, y1 }: Area): boolean =>
  isOnGrid(x0) && isOnGrid(y0) && isOnGrid(x1) && isOnGrid(y1) && x0 < x1 && y0 < y1

/** What is wrong with a drawing before anything is drawn. */
export const faultOf = ({ doors, furniture, rooms }: Drawn): Fault | undefined => {
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
