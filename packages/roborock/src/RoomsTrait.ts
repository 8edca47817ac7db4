/**
 * The rooms of the map in use.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Vacuum } from "./internal/device/vacuum.ts"
import type { CommandError } from "./RoborockError.ts"
import type { Room } from "./Room.ts"

/**
 * Rooms by their names in the app.
 *
 * @since 0.1.0
 * @category models
 */
export interface RoomsTrait {
  /** The rooms as last read; asks the device when none are known yet. */
  readonly list: Effect.Effect<ReadonlyArray<Room>, CommandError>
  /** Asks the device now: rooms change when they are edited in the app, or when another map is put into use. */
  readonly refresh: Effect.Effect<ReadonlyArray<Room>, CommandError>
}

/** @internal */
export const make = (vacuum: Vacuum): RoomsTrait => ({
  list: Effect.flatMap(
    vacuum.state.get,
    ({ rooms }) => rooms.length > 0 ? Effect.succeed(rooms) : vacuum.refreshRooms
  ),
  refresh: vacuum.refreshRooms
})
