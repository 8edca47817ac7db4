/**
 * Cleaning of rectangles.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Box } from "./FloorMap.ts"
import { invalidArgument } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * Zones of the map in use, in its millimetres.
 *
 * @since 0.1.0
 * @category models
 */
export interface ZonesTrait {
  /** Cleans one to five rectangles, each `repeat` times (1 to 3, once by default). */
  readonly clean: (
    zones: ReadonlyArray<Box>,
    options?: { readonly repeat?: number | undefined }
  ) => Effect.Effect<void, CommandError>
}

const method = "app_zoned_clean"
const maxZones = 5

const isRepeat = (repeat: number): boolean => Number.isInteger(repeat) && repeat >= 1 && repeat <= 3

/** Corners in the order that devices want: the smaller coordinates first. */
const corners = ({ x0, x1, y0, y1 }: Box): ReadonlyArray<number> => [
  Math.round(Math.min(x0, x1)),
  Math.round(Math.min(y0, y1)),
  Math.round(Math.max(x0, x1)),
  Math.round(Math.max(y0, y1))
]

const hasArea = ([x0 = 0, y0 = 0, x1 = 0, y1 = 0]: ReadonlyArray<number>): boolean => x1 > x0 && y1 > y0

/** @internal */
export const make = (vacuum: Vacuum): ZonesTrait => ({
  clean: (zones, { repeat = 1 } = {}) => {
    const rectangles = zones.map(corners)
    const isAllowed = zones.length >= 1 && zones.length <= maxZones && isRepeat(repeat) && rectangles.every(hasArea)
    return isAllowed
      ? vacuum.command(method, rectangles.map((rectangle) => [...rectangle, repeat]))
      : Effect.fail(invalidArgument(method))
  }
})
