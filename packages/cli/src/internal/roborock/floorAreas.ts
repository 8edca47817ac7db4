/** How large rooms are, from the map. */
import type * as Device from "@effect-mqtt/roborock/Device"
import * as Effect from "effect/Effect"

/** Square metres by the number of the room; empty where there is no map, or none that can be had now. */
export const of = (device: Device.Device): Effect.Effect<ReadonlyMap<number, number>> =>
  device.trait("map").pipe(
    Effect.flatMap(({ fetch }) => fetch),
    Effect.map(({ map }) => new Map(map.rooms.map(({ area, id }) => [id, area]))),
    Effect.catchAll((error) =>
      Effect.as(Effect.logDebug(`no map to measure rooms on: ${error.message}`), new Map<number, number>())
    )
  )
