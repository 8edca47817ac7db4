import type { Box, FloorMap, Path, Point, Quad } from "../../FloorMap.ts"
import { runsOf } from "../../FloorMap.ts"
import type { Canvas, Colour, Mask } from "./canvas.ts"
import { addLine, fill, fillPolygon, layOver } from "./canvas.ts"
import {
  inkColour,
  noGoColour,
  noMopColour,
  noVacuumColour,
  obstacleColour,
  paperColour,
  pathColour,
  plannedColour,
  zoneColour
} from "./palette.ts"
import type { Projection } from "./projection.ts"
import { toPixel } from "./projection.ts"
import type { Pixel } from "./shapes.ts"
import { circle, line, outline, polygon } from "./shapes.ts"

/** Far more than any home has; a map that claims more is damaged. */
const maxShapes = 100

/** Pixels that all areas together may cost. */
const maxAreaPixels = 50_000_000

/** The latest points of a longer path are drawn. */
const maxPathPoints = 30_000

const cornersOf = ({ x0, x1, y0, y1 }: Box): Quad => [
  { x: x0, y: y0 },
  { x: x1, y: y0 },
  { x: x1, y: y1 },
  { x: x0, y: y1 }
]

/** Zones and forbidden areas: a wash of colour with a firm edge. Virtual walls: a line one cell wide. */
export const drawAreas = (canvas: Canvas, mask: Mask, projection: Projection, map: FloorMap): void => {
  let left = maxAreaPixels
  const draw = (areas: ReadonlyArray<Quad>, colour: Colour, alpha: number) => {
    for (const area of areas.slice(0, maxShapes)) {
      const corners = area.map((corner) => toPixel(projection, corner))
      left -= fillPolygon(canvas, corners, colour, alpha, left)
      corners.forEach((corner, index) => {
        const next = corners[(index + 1) % corners.length] ?? corner
        addLine(mask, corner.x, corner.y, next.x, next.y, Math.max(0.5, projection.scale * 0.2))
      })
      layOver(canvas, mask, colour, 0.9)
    }
  }
  draw(map.zones.map(cornersOf), zoneColour, 0.16)
  draw(map.noMopAreas, noMopColour, 0.2)
  draw(map.noVacuumAreas, noVacuumColour, 0.2)
  draw(map.noGoAreas, noGoColour, 0.24)
  for (const wall of map.virtualWalls.slice(0, maxShapes)) {
    const [from, to] = [toPixel(projection, wall.from), toPixel(projection, wall.to)]
    addLine(mask, from.x, from.y, to.x, to.y, projection.scale / 2)
  }
  layOver(canvas, mask, noGoColour, 1)
}

/** Leaves out points that do not move the pen, and all but the latest points of an endless path. */
const thinned = (projection: Projection, run: Path): ReadonlyArray<Pixel> => {
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

/** The band that the mop has wiped. */
export const drawMopPath = (
  canvas: Canvas,
  mask: Mask,
  projection: Projection,
  map: FloorMap,
  onFloor: (index: number) => boolean
): void => {
  const kinds = map.pathKinds?.slice(-maxPathPoints)
  if (kinds === undefined) return
  const mopWidth = 325 / projection.cellSize * projection.scale
  for (const run of runsOf(recent(map.path), (index) => ((kinds[index] ?? 0) & 1) === 1)) {
    addPath(mask, projection, run, mopWidth / 2)
  }
  layOver(canvas, mask, pathColour, 0.28, onFloor)
}

const dashed = (mask: Mask, projection: Projection, path: Path, radius: number): void => {
  const dash = projection.scale * 2.2
  let travelled = 0
  for (const run of runsOf(recent(path), undefined, Infinity)) {
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
  const radius = Math.max(0.5, projection.scale * 0.19)
  const runs = [...runsOf(recent(map.path)), ...runsOf(recent(map.gotoPath))]
  // White alone would be lost on pale rooms, so it lies on a thin shadow.
  for (const run of runs) addPath(mask, projection, run, radius + projection.scale * 0.14)
  layOver(canvas, mask, inkColour, 0.2)
  for (const run of runs) addPath(mask, projection, run, radius)
  layOver(canvas, mask, pathColour, 0.92)
  dashed(mask, projection, map.predictedPath, radius * 1.2)
  layOver(canvas, mask, plannedColour, 0.9)
}

/** Warning triangles. */
export const drawObstacles = (canvas: Canvas, projection: Projection, obstacles: ReadonlyArray<Point>): void => {
  const size = Math.max(5, projection.scale * 1.7)
  for (const obstacle of obstacles.slice(0, maxShapes)) {
    const { x, y } = toPixel(projection, obstacle)
    const corners = [
      { x, y: y - size },
      { x: x + size, y: y + size * 0.75 },
      { x: x - size, y: y + size * 0.75 }
    ]
    const triangle = polygon(corners)
    fill(canvas, outline(triangle, size * 0.5), paperColour, 0.95)
    fill(canvas, triangle, obstacleColour)
    fill(canvas, line({ x, y: y - size * 0.35 }, { x, y: y + size * 0.1 }, size * 0.24), paperColour)
    fill(canvas, circle({ x, y: y + size * 0.46 }, size * 0.15), paperColour)
  }
}
