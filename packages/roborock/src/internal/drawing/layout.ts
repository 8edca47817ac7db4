import type { FloorMap, Grid, Point } from "../../FloorMap.ts"
import type { PlacedLabel } from "./labels.ts"
import { placeLabels } from "./labels.ts"
import type { Projection, Rotation } from "./projection.ts"
import { project, toPixel, toPoint } from "./projection.ts"
import { pinRadius, symbolRadius } from "./symbols.ts"

export type RoomNames = ReadonlyMap<number, string> | Readonly<Record<number, string>>

/** What all pictures of a map have in common. */
interface Wanted {
  readonly scale?: number | undefined
  readonly roomNames?: RoomNames | undefined
  readonly labels?: boolean | undefined
  readonly rotation?: Rotation | undefined
  readonly margin?: number | undefined
  readonly maxPixels?: number | undefined
}

interface Layout {
  /** `undefined`: there is no map yet, and a label says so. */
  readonly grid: Grid | undefined
  readonly projection: Projection
  readonly labels: ReadonlyArray<PlacedLabel>
}

const defaultMaxPixels = 16_000_000
const maxScale = 16
const maxMargin = 64

const isMap = (names: RoomNames | undefined): names is ReadonlyMap<number, string> => names instanceof Map

export const nameOf = (names: RoomNames | undefined, id: number): string => {
  const name = isMap(names) ? names.get(id) : names?.[id]
  return name === undefined || name.trim() === "" ? `Room ${id}` : name
}

/** A sheet of paper for a robot that has mapped nothing yet. */
const emptyGrid = (): Grid => {
  const [width, height] = [44, 22]
  const cells = () => new Uint8Array(width * height)
  return { cellSize: 50, left: 490, bottom: 500, width, height, kinds: cells(), rooms: cells(), carpet: undefined }
}

/** The value that was asked for, within its bounds; the default for anything that is not a number. */
const within = (wanted: number | undefined, otherwise: number, least: number, most: number): number =>
  wanted === undefined || Number.isNaN(wanted) ? otherwise : Math.min(Math.max(wanted, least), most)

/** Where everything goes: the part of the plane that is shown, and the names of the rooms clear of the symbols. */
export const layOut = (map: FloorMap, wanted: Wanted): Layout => {
  const grid = map.grid
  const projection = project(grid ?? emptyGrid(), {
    scale: within(wanted.scale, 4, 1, maxScale),
    margin: Math.round(within(wanted.margin, 8, 0, maxMargin)),
    rotation: wanted.rotation ?? 0,
    maxPixels: wanted.maxPixels ?? defaultMaxPixels
  })
  if (grid === undefined) {
    const at = toPoint(projection, { x: projection.width / 2, y: projection.height / 2 })
    const label = { text: "No map yet", at, room: Infinity }
    return { grid, projection, labels: placeLabels(projection, projection, [label], []) }
  }
  if (wanted.labels === false) return { grid, projection, labels: [] }
  const around = (place: Point | undefined, aside: number, above: number, below: number) => {
    if (place === undefined) return []
    const { x, y } = toPixel(projection, place)
    return [{ x0: x - aside, y0: y - above, x1: x + aside, y1: y + below }]
  }
  const radius = symbolRadius(projection)
  const pin = pinRadius(projection)
  const symbols = [
    ...around(map.charger, radius, radius, radius),
    ...around(map.robot, radius, radius, radius),
    ...around(map.gotoTarget, pin, pin * 3.2, 0)
  ]
  const labels = [...map.rooms].sort((a, b) => b.cells - a.cells || a.id - b.id).map((room) => ({
    text: nameOf(wanted.roomNames, room.id),
    at: room.centre,
    room: projection.rotation % 180 === 0 ? room.box.x1 - room.box.x0 : room.box.y1 - room.box.y0
  }))
  return { grid, projection, labels: placeLabels(projection, projection, labels, symbols) }
}
