import type { Box, FloorMap, Line, Path, Quad } from "../../FloorMap.ts"
import { runsOf } from "../../FloorMap.ts"
import type { Canvas, Colour, Mask } from "./canvas.ts"
import { addLine, fillPolygon, layOver } from "./canvas.ts"
import { inkColour, noGoColour, noMopColour, noVacuumColour, pathColour, plannedColour, zoneColour } from "./palette.ts"
import type { Projection } from "./projection.ts"
import { toPixel } from "./projection.ts"
import type { Pixel } from "./shapes.ts"

/** Far more than any home has; a map that claims more is damaged. */
const maxShapes = 100

/** Pixels that all areas together may cost. */
const maxAreaPixels = 50_000_000

/** The latest points of a longer path are drawn. */
const maxPathPoints = 30_000

/** Dashes of the planned way; a way that leaves the home for far away has its beginning drawn. */
const maxDashes = 5000

const cornersOf = ({ x0, x1, y0, y1 }: Box): Quad => [
  { x: x0, y: y0 },
  { x: x1, y: y0 },
  { x: x1, y: y1 },
  { x: x0, y: y1 }
]

/** An area and how it is washed with colour. */
interface Wash {
  readonly area: Quad
  readonly colour: Colour
  readonly alpha: number
  readonly edgeAlpha: number
}

const firmEdge = 0.9
const faintEdge = 0.3

/** Carpets, zones and forbidden areas, from the bottom to the top. */
export const washesOf = (map: FloorMap): ReadonlyArray<Wash> => {
  const washed = (areas: ReadonlyArray<Quad>, colour: Colour, alpha: number, edgeAlpha = firmEdge) =>
    areas.slice(0, maxShapes).map((area) => ({ area, colour, alpha, edgeAlpha }))
  return [
    ...washed(map.carpets, inkColour, 0.08, faintEdge),
    ...washed(map.zones.map(cornersOf), zoneColour, 0.16),
    ...washed(map.noMopAreas, noMopColour, 0.2),
    ...washed(map.noVacuumAreas, noVacuumColour, 0.2),
    ...washed(map.noGoAreas, noGoColour, 0.24)
  ]
}

export const washEdgeRadius = (projection: Projection): number => Math.max(0.5, projection.scale * 0.2)

export const virtualWallsOf = (map: FloorMap): ReadonlyArray<Line> => map.virtualWalls.slice(0, maxShapes)

/** Carpets, zones and forbidden areas: a wash of colour with an edge. Virtual walls: a line one cell wide. */
export const drawAreas = (canvas: Canvas, mask: Mask, projection: Projection, map: FloorMap): void => {
  let left = maxAreaPixels
  for (const { alpha, area, colour, edgeAlpha } of washesOf(map)) {
    const corners = area.map((corner) => toPixel(projection, corner))
    left -= fillPolygon(canvas, corners, colour, alpha, left)
    corners.forEach((corner, index) => {
      const next = corners[(index + 1) % corners.length] ?? corner
      addLine(mask, corner.x, corner.y, next.x, next.y, washEdgeRadius(projection))
    })
    layOver(canvas, mask, colour, edgeAlpha)
  }
  for (const wall of virtualWallsOf(map)) {
    const [from, to] = [toPixel(projection, wall.from), toPixel(projection, wall.to)]
    addLine(mask, from.x, from.y, to.x, to.y, projection.scale / 2)
  }
  layOver(canvas, mask, noGoColour, 1)
}

/** Leaves out points that do not move the pen, and all but the latest points of an endless path. */
export const thinned = (projection: Projection, run: Path): ReadonlyArray<Pixel> => {
  const result: Array<Pixel> = []
  run.forEach((point, index) => {
    const pixel = toPixel(projection, point)
    const last = result.at(-1)
    const moved = last === undefined || Math.hypot(pixel.x - last.x, pixel.y - last.y) >= 0.75
    if (moved || index === run.length - 1) result.push(pixel)
  })
  return result
}

const addPath = (mask: Mask, projection: Projection, run: Path, radius: number): void => {
  const pixels = thinned(projection, run)
  pixels.forEach((pixel, index) => {
    const last = pixels[index - 1] ?? pixel
    addLine(mask, last.x, last.y, pixel.x, pixel.y, radius)
  })
}

const recent = (path: Path): Path => path.slice(-maxPathPoints)

/** Where the robot mopped. */
export const moppedRuns = (map: FloorMap): ReadonlyArray<Path> => {
  const kinds = map.pathKinds?.slice(-maxPathPoints)
  return kinds === undefined ? [] : runsOf(recent(map.path), (index) => ((kinds[index] ?? 0) & 1) === 1)
}

/** Where the robot drove. */
export const drivenRuns = (map: FloorMap): ReadonlyArray<Path> => [
  ...runsOf(recent(map.path)),
  ...runsOf(recent(map.gotoPath))
]

/** Where it means to drive. */
export const plannedRuns = (map: FloorMap): ReadonlyArray<Path> =>
  runsOf(recent(map.predictedPath), undefined, Infinity)

/** Widths and colours of paths. White alone would be lost on pale rooms, so it lies on a thin shadow. */
export const pathStyle = (projection: Projection) => {
  const radius = Math.max(0.5, projection.scale * 0.19)
  return {
    mop: { radius: 325 / projection.cellSize * projection.scale / 2, colour: pathColour, alpha: 0.28 },
    shadow: { radius: radius + projection.scale * 0.14, colour: inkColour, alpha: 0.2 },
    driven: { radius, colour: pathColour, alpha: 0.92 },
    planned: { radius: radius * 1.2, colour: plannedColour, alpha: 0.9, dash: projection.scale * 2.2 }
  } as const
}

/** The band that the mop has wiped. */
export const drawMopPath = (
  canvas: Canvas,
  mask: Mask,
  projection: Projection,
  map: FloorMap,
  onFloor: (index: number) => boolean
): void => {
  const { alpha, colour, radius } = pathStyle(projection).mop
  for (const run of moppedRuns(map)) addPath(mask, projection, run, radius)
  layOver(canvas, mask, colour, alpha, onFloor)
}

const dashed = (
  mask: Mask,
  projection: Projection,
  runs: ReadonlyArray<Path>,
  radius: number,
  dash: number
): void => {
  let travelled = 0
  let left = maxDashes
  for (const run of runs) {
    const pixels = thinned(projection, run)
    for (let index = 1; index < pixels.length; index++) {
      const from = pixels[index - 1]
      const to = pixels[index]
      if (from === undefined || to === undefined) continue
      const length = Math.hypot(to.x - from.x, to.y - from.y)
      const at = (distance: number): Pixel => ({
        x: from.x + (to.x - from.x) * distance / length,
        y: from.y + (to.y - from.y) * distance / length
      })
      for (let done = 0; done < length;) {
        if (left-- === 0) return
        const phase = travelled % (2 * dash)
        const step = Math.min(length - done, phase < dash ? dash - phase : 2 * dash - phase) + 0.01
        if (phase < dash) {
          const [a, b] = [at(done), at(Math.min(done + step, length))]
          addLine(mask, a.x, a.y, b.x, b.y, radius)
        }
        done += step
        travelled += step
      }
    }
  }
}

/** Where the robot drove, and where it means to drive. */
export const drawPaths = (canvas: Canvas, mask: Mask, projection: Projection, map: FloorMap): void => {
  const { driven, planned, shadow } = pathStyle(projection)
  const runs = drivenRuns(map)
  for (const { alpha, colour, radius } of [shadow, driven]) {
    for (const run of runs) addPath(mask, projection, run, radius)
    layOver(canvas, mask, colour, alpha)
  }
  dashed(mask, projection, plannedRuns(map), planned.radius, planned.dash)
  layOver(canvas, mask, planned.colour, planned.alpha)
}
