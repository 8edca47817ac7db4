/**
 * Draws a floor map as a picture: rooms in colours that differ between neighbours, walls, the path driven, forbidden
 * areas, obstacles, dock and robot, and the names of the rooms.
 *
 * Pure JavaScript, the same on every platform; no fonts or canvas of the platform are used.
 *
 * @since 0.1.0
 */
import { encode } from "fast-png"
import type { FloorMap, Point } from "./FloorMap.ts"
import { CellKind } from "./FloorMap.ts"
import { blend, makeCanvas, makeMask } from "./internal/drawing/canvas.ts"
import { drawFloor, drawWalls, roomFills } from "./internal/drawing/cells.ts"
import { drawLabels } from "./internal/drawing/labels.ts"
import { drawAreas, drawMopPath, drawObstacles, drawPaths } from "./internal/drawing/overlays.ts"
import * as Projected from "./internal/drawing/projection.ts"
import { drawDock, drawRobot, drawTarget, pinRadius, symbolRadius } from "./internal/drawing/symbols.ts"

/**
 * How to draw. Every field has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Pixels per cell of 50 mm, 1 to 16; a picture that would exceed `maxPixels` gets less. @default 4 */
  readonly scale?: number | undefined
  /** Names by room id. Rooms without one are called `Room <id>`. */
  readonly roomNames?: ReadonlyMap<number, string> | Readonly<Record<number, string>> | undefined
  /** Write the names of the rooms. @default true */
  readonly labels?: boolean | undefined
  /** Draw where the robot drove and mopped. @default true */
  readonly path?: boolean | undefined
  /** Turn the picture clockwise; text stays upright. @default 0 */
  readonly rotation?: 0 | 90 | 180 | 270 | undefined
  /** Empty cells around the home. @default 8 */
  readonly margin?: number | undefined
  /** Colour (0xRRGGBB) of what is outside. @default transparent */
  readonly background?: number | undefined
  /** @default 16 million */
  readonly maxPixels?: number | undefined
}

/**
 * A drawn map: RGBA pixels row by row from the top, and how places and pixels belong together.
 *
 * @since 0.1.0
 * @category models
 */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  /** Pixels per cell, as drawn. */
  readonly scale: number
  /** The pixel of a place given in millimetres. */
  readonly toPixel: (point: Point) => { readonly x: number; readonly y: number }
  /** The place in millimetres under a pixel, for clicks. */
  readonly toPoint: (pixel: { readonly x: number; readonly y: number }) => Point
}

const defaultMaxPixels = 16_000_000
const maxScale = 16
const maxMargin = 64

const isMap = (names: Options["roomNames"]): names is ReadonlyMap<number, string> => names instanceof Map

const nameOf = (names: Options["roomNames"], id: number): string => {
  const name = isMap(names) ? names.get(id) : names?.[id]
  return name === undefined || name.trim() === "" ? `Room ${id}` : name
}

/** A sheet of paper for a robot that has mapped nothing yet. */
const emptyGrid = { cellSize: 50, left: 490, bottom: 500, width: 44, height: 22, carpet: undefined } as const

/**
 * Draws a map. A map without a grid gives a small sheet that says so. Time and memory are bounded by `maxPixels`,
 * whatever the map holds.
 *
 * @since 0.1.0
 * @category drawing
 */
export const draw = (map: FloorMap, options: Options = {}): Picture => {
  const cellCount = emptyGrid.width * emptyGrid.height
  const grid = map.grid ??
    { ...emptyGrid, kinds: new Uint8Array(cellCount), rooms: new Uint8Array(cellCount) }
  const projection = Projected.project(grid, {
    scale: Math.min(Math.max(options.scale ?? 4, 1), maxScale),
    margin: Math.min(Math.max(Math.round(options.margin ?? 8), 0), maxMargin),
    rotation: options.rotation ?? 0,
    maxPixels: options.maxPixels ?? defaultMaxPixels
  })
  const canvas = makeCanvas(projection.width, projection.height)
  const mask = makeMask(canvas)
  const { background } = options
  if (background !== undefined) {
    for (let index = 0; index < canvas.width * canvas.height; index++) blend(canvas, index, background, 1)
  }
  const picture: Picture = {
    ...canvas,
    scale: projection.scale,
    toPixel: (point) => Projected.toPixel(projection, point),
    toPoint: (pixel) => Projected.toPoint(projection, pixel)
  }
  if (map.grid === undefined) {
    const at = Projected.toPoint(projection, { x: canvas.width / 2, y: canvas.height / 2 })
    drawLabels(canvas, mask, projection, [{ text: "No map yet", at, room: Infinity }], [])
    return picture
  }

  const cells = Projected.cellsUnderPixels(projection, grid)
  const fills = roomFills(grid, map.rooms, map.activeRooms)
  drawFloor(canvas, grid, cells, fills)
  if (options.path !== false) {
    drawMopPath(canvas, mask, projection, map, (index) => grid.kinds[cells[index] ?? -1] === CellKind.floor)
  }
  drawWalls(canvas, grid, cells, fills)
  drawAreas(canvas, mask, projection, map)
  if (options.path !== false) drawPaths(canvas, mask, projection, map)
  drawObstacles(canvas, projection, map.obstacles)
  if (map.gotoTarget !== undefined) drawTarget(canvas, projection, map.gotoTarget)
  if (map.charger !== undefined) drawDock(canvas, projection, map.charger)
  if (map.robot !== undefined) drawRobot(canvas, projection, map.robot)
  if (options.labels !== false) {
    const around = (place: Point | undefined, aside: number, above: number, below: number) => {
      if (place === undefined) return []
      const { x, y } = Projected.toPixel(projection, place)
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
      text: nameOf(options.roomNames, room.id),
      at: room.centre,
      room: projection.rotation % 180 === 0 ? room.box.x1 - room.box.x0 : room.box.y1 - room.box.y0
    }))
    drawLabels(canvas, mask, projection, labels, symbols)
  }
  return picture
}

/**
 * Draws a map as a PNG file.
 *
 * @example
 * ```ts
 * import { MapImage, RrMap } from "@effect-mqtt/roborock"
 * import { Effect } from "effect"
 *
 * const picture = (file: Uint8Array) =>
 *   Effect.map(RrMap.parse(file), (map) => MapImage.png(map, { scale: 4, roomNames: { 16: "Kitchen", 17: "Hall" } }))
 * ```
 *
 * @since 0.1.0
 * @category drawing
 */
export const png = (map: FloorMap, options: Options = {}): Uint8Array => {
  const { data, height, width } = draw(map, options)
  return encode({ width, height, data, channels: 4, depth: 8 })
}
