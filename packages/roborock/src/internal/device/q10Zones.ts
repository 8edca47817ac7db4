import * as Effect from "effect/Effect"
import type { Box } from "../../FloorMap.ts"
import type { Zones } from "../../Q10DataPoints.ts"
import type { Q10Map } from "../../Q10Map.ts"
import type { CommandError, NoMap } from "../../RoborockError.ts"
import { allowedZones, inOrder, type ZonesTrait } from "../../ZonesTrait.ts"
import { invalidArgument } from "./argument.ts"

const method = "dpStartClean"
const farthest = 0x7fff

/** Corners in turn, in the units of the device. Those of a place that its numbers do not reach are `undefined`. */
const cornersOf = ({ toDevice }: Q10Map, { x0, x1, y0, y1 }: Box) => {
  const corners = [{ x: x0, y: y0 }, { x: x1, y: y0 }, { x: x1, y: y1 }, { x: x0, y: y1 }].map(toDevice)
  return corners.every(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)) <= farthest) ? corners : undefined
}

/** Zones of the Q10 family, which counts from the origin of its map: so that has to be known first. */
export const make = (
  mapInUse: Effect.Effect<Q10Map, CommandError | NoMap>,
  start: (zones: Zones) => Effect.Effect<void, CommandError>
): ZonesTrait => ({
  clean: (wanted, { repeat = 1 } = {}) =>
    Effect.gen(function*() {
      const boxes = inOrder(wanted, repeat)
      if (boxes === undefined) return yield* invalidArgument(method, allowedZones)
      const map = yield* mapInUse
      const corners = boxes.map((box) => cornersOf(map, box))
      const reachable = corners.filter((some) => some !== undefined)
      if (reachable.length < corners.length) {
        return yield* invalidArgument(method, "a zone is too far from the origin of the map")
      }
      yield* start({ repeat, zones: reachable.map((some) => ({ corners: some })) })
    })
})
