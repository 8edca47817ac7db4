/** The floor plan of a map as the page draws it. */
import type { FloorMap, Line, Point, Quad } from "@effect-mqtt/roborock/FloorMap"
import { CellKind } from "@effect-mqtt/roborock/FloorMap"
import { roomColours } from "@effect-mqtt/roborock/MapImage"
import type { MapSnapshot } from "@effect-mqtt/roborock/MapTrait"
import type { Plan } from "./messages.ts"
import { floorArea, outlines, solidArea, wallArea } from "./outline.ts"

/** Millimetres around the home. */
const margin = 400

const sheet: Plan["box"] = { x: 24_000, y: -27_000, width: 3000, height: 2000 }

const corner = ({ x, y }: Point): string => `${Math.round(x)} ${Math.round(-y)}`

const quads = (areas: ReadonlyArray<Quad>): string => areas.map((area) => `M${area.map(corner).join("L")}z`).join("")

const lines = (walls: ReadonlyArray<Line>): string =>
  walls.map(({ from, to }) => `M${corner(from)}L${corner(to)}`).join("")

const boxOf = ({ grid }: FloorMap): Plan["box"] => {
  if (grid === undefined) return sheet
  let [left, right, bottom, top] = [grid.width, -1, grid.height, -1]
  grid.kinds.forEach((kind, cell) => {
    if (kind === CellKind.outside) return
    const column = cell % grid.width
    const row = Math.floor(cell / grid.width)
    left = Math.min(left, column)
    right = Math.max(right, column)
    bottom = Math.min(bottom, row)
    top = Math.max(top, row)
  })
  if (right < 0) return sheet
  const size = grid.cellSize
  return {
    x: (grid.left + left) * size - margin,
    y: -(grid.bottom + top + 1) * size - margin,
    width: (right - left + 1) * size + 2 * margin,
    height: (top - bottom + 1) * size + 2 * margin
  }
}

export const planOf = ({ map, rooms }: MapSnapshot, revision: number): Plan => {
  const { grid } = map
  const areas = grid === undefined ? new Map<number, string>() : outlines(grid)
  const colours = roomColours(map)
  const names = new Map(rooms.map(({ id, name }) => [id, name]))
  return {
    revision,
    box: boxOf(map),
    rooms: map.rooms.map(({ area, box, centre, id }) => ({
      id,
      name: names.get(id) ?? `Room ${id}`,
      colour: colours.get(id) ?? 0,
      area: Math.round(area * 10) / 10,
      outline: areas.get(id) ?? "",
      label: { x: Math.round(centre.x), y: -Math.round(centre.y) },
      width: box.x1 - box.x0
    })),
    floor: areas.get(floorArea) ?? "",
    walls: areas.get(wallArea) ?? "",
    solid: areas.get(solidArea) ?? "",
    carpets: quads(map.carpets),
    noGo: quads(map.noGoAreas),
    noMop: quads(map.noMopAreas),
    noVacuum: quads(map.noVacuumAreas),
    barriers: lines(map.virtualWalls)
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

const rest = ({ map, rooms }: MapSnapshot): string =>
  JSON.stringify([
    rooms,
    map.rooms.map(({ id }) => id),
    map.carpets,
    map.noGoAreas,
    map.noMopAreas,
    map.noVacuumAreas,
    map.virtualWalls,
    map.grid?.left,
    map.grid?.bottom,
    map.grid?.width,
    map.grid?.cellSize
  ])

/** Whether the plans of two maps look the same, without drawing them. */
export const isSamePlan = (before: MapSnapshot, after: MapSnapshot): boolean => {
  const [old, now] = [before.map.grid, after.map.grid]
  return rest(before) === rest(after)
    && (old === now || old !== undefined && now !== undefined && sameBytes(old.kinds, now.kinds)
        && sameBytes(old.rooms, now.rooms))
}
