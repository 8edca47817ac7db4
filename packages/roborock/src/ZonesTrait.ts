/**
 * Cleaning of rectangles.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Box } from "./FloorMap.ts"
import { invalidArgument } from "./internal/device/argument.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError, NoMap } from "./RoborockError.ts"

/**
 * Zones of the map in use, in its millimetres.
 *
 * @since 0.1.0
 * @category models
 */
export interface ZonesTrait {
  /**
   * Cleans one to five rectangles, each `repeat` times (1 to 3, once by default). A Q10 vacuum measures from the origin of
   * its map, which is fetched when it is not known yet: without a map this fails with `NoMap`.
   */
  readonly clean: (
    zones: ReadonlyArray<Box>,
    options?: { readonly repeat?: number | undefined }
  ) => Effect.Effect<void, CommandError | NoMap>
}

const method = "app_zoned_clean"
const maxZones = 5

/** @internal */
export const allowedZones = `there have to be 1 to ${maxZones} zones, each with an area, and repeat has to be 1, 2 or 3`

const isRepeat = (repeat: number): boolean => Number.isInteger(repeat) && repeat >= 1 && repeat <= 3

const ordered = ({ x0, x1, y0, y1 }: Box): Box => ({
  x0: Math.round(Math.min(x0, x1)),
  y0: Math.round(Math.min(y0, y1)),
  x1: Math.round(Math.max(x0, x1)),
  y1: Math.round(Math.max(y0, y1))
})

const hasArea = ({ x0, x1, y0, y1 }: Box): boolean => [x0, x1, y0, y1].every(Number.isSafeInteger) && x1 > x0 && y1 > y0

/**
 * The zones in whole millimetres, the smaller coordinates first; `undefined` when they are not to be sent.
 *
 * @internal
 */
export const inOrder = (zones: ReadonlyArray<Box>, repeat: number): ReadonlyArray<Box> | undefined => {
  const boxes = zones.map(ordered)
  return boxes.length >= 1 && boxes.length <= maxZones && isRepeat(repeat) && boxes.every(hasArea) ? boxes : undefined
}

/** @internal */
export const make = (vacuum: Vacuum): ZonesTrait => ({
  clean: (zones, { repeat = 1 } = {}) => {
    const boxes = inOrder(zones, repeat)
    return boxes === undefined
      ? Effect.fail(invalidArgument(method, allowedZones))
      : vacuum.command(method, boxes.map(({ x0, x1, y0, y1 }) => [x0, y0, x1, y1, repeat]))
  }
})
