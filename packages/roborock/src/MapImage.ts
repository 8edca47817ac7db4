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
import type { RoomNames } from "./internal/drawing/layout.ts"
import { layOut } from "./internal/drawing/layout.ts"
import { paintMarks } from "./internal/drawing/marks.ts"
import { drawAreas, drawMopPath, drawPaths } from "./internal/drawing/overlays.ts"
import * as Projected from "./internal/drawing/projection.ts"
import { colourRooms } from "./internal/drawing/roomColours.ts"
import { symbolMarks } from "./internal/drawing/symbols.ts"

/**
 * How to draw. Every field has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Pixels per cell of 50 mm, 1 to 16; a picture that would exceed `maxPixels` gets fewer. @default 4 */
  readonly scale?: number | undefined
  /** Names by room id. Rooms without one are called `Room <id>`. */
  readonly roomNames?: RoomNames | undefined
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
  /** A map with more cells than this is still drawn, with one pixel per cell. @default 16 million */
  readonly maxPixels?: number | undefined
}

/**
 * A drawn map: RGBA pixels row by row from the top, and the conversions between places and pixels.
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

/**
 * Draws a map. A map without a grid gives a small sheet that says so. Time and memory are bounded by `maxPixels` and
 * the cells of the map, whatever lies on it.
 *
 * @since 0.1.0
 * @category drawing
 */
export const draw = (map: FloorMap, options: Options = {}): Picture => {
  const { grid, labels, projection } = layOut(map, options)
  const canvas = makeCanvas(projection.width, projection.height)
  const mask = makeMask(canvas)
  const { background } = options
  if (background !== undefined) {
    for (let index = 0; index < canvas.width * canvas.height; index++) blend(canvas, index, background, 1)
  }
  if (grid !== undefined) {
    const cells = Projected.cellsUnderPixels(projection, grid)
    const fills = roomFills(grid, map.rooms, map.activeRooms)
    drawFloor(canvas, grid, cells, fills)
    if (options.path !== false) {
      drawMopPath(canvas, mask, projection, map, (index) => grid.kinds[cells[index] ?? -1] === CellKind.floor)
    }
    drawWalls(canvas, grid, cells, fills)
    drawAreas(canvas, mask, projection, map)
    if (options.path !== false) drawPaths(canvas, mask, projection, map)
    paintMarks(canvas, symbolMarks(projection, map))
  }
  drawLabels(canvas, mask, labels)
  return {
    ...canvas,
    scale: projection.scale,
    toPixel: (point) => Projected.toPixel(projection, point),
    toPoint: (pixel) => Projected.toPoint(projection, pixel)
  }
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

/**
 * A number from 0 for each room, by room id, to choose its colour by: neighbours have different ones, and a room keeps
 * its number from one map of a floor to the next. For programs that draw rooms themselves.
 *
 * @since 0.1.0
 * @category drawing
 */
export const roomColours = (map: FloorMap): ReadonlyMap<number, number> =>
  map.grid === undefined ? new Map() : colourRooms(map.grid, map.rooms)
