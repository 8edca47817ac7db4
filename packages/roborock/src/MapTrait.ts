/**
 * The map of a vacuum.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { FloorMap } from "./FloorMap.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import * as MapImage from "./MapImage.ts"
import type { CommandError, NoMap } from "./RoborockError.ts"
import type { Room } from "./Room.ts"
import type { MapError } from "./RrMap.ts"

/**
 * A map as it was at one moment, with the names of its rooms.
 *
 * @since 0.1.0
 * @category models
 */
export interface MapSnapshot {
  /** A V1 vacuum has an `RrMap`, which says more. */
  readonly map: FloorMap
  readonly rooms: ReadonlyArray<Room>
  /** Unix milliseconds. */
  readonly fetchedAt: number
}

/**
 * The map in use. The device is asked each time, one request at a time: every few seconds while somebody is watching is
 * fine, more often is not. Q7 and Q10 vacuums also send it unasked while they clean, and `last` is the newest.
 *
 * @since 0.1.0
 * @category models
 */
export interface MapTrait {
  /** Fetches and reads the map. Also brings `currentRoom` of the device's state up to date. */
  readonly fetch: Effect.Effect<MapSnapshot, CommandError | MapError | NoMap>
  /**
   * The last map there was, without asking: possibly from an earlier run of the program, and even while the device cannot
   * be reached. `fetchedAt` tells its age.
   */
  readonly last: Effect.Effect<MapSnapshot | undefined>
  /** Fetches the map and draws it with the names of the rooms, as the bytes of a PNG file. */
  readonly png: (
    options?: Omit<MapImage.Options, "roomNames">
  ) => Effect.Effect<Uint8Array, CommandError | MapError | NoMap>
}

/**
 * Draws a snapshot as a PNG file, as {@link MapTrait} does with a fresh one.
 *
 * @since 0.1.0
 * @category drawing
 */
export const png = ({ map, rooms }: MapSnapshot, options?: Omit<MapImage.Options, "roomNames">): Uint8Array =>
  MapImage.png(map, { ...options, roomNames: new Map(rooms.map(({ id, name }) => [id, name])) })

/** @internal */
export const make = (vacuum: Vacuum): MapTrait => {
  const fetch = Effect.gen(function*() {
    const map = yield* vacuum.fetchMap
    const { rooms } = yield* vacuum.state.get
    return { map, rooms, fetchedAt: yield* Clock.currentTimeMillis }
  })
  const last = Effect.gen(function*() {
    const timed = yield* vacuum.lastMap
    const { rooms } = yield* vacuum.state.get
    return timed === undefined ? undefined : { ...timed, rooms }
  })
  return { fetch, last, png: (options) => Effect.map(fetch, (snapshot) => png(snapshot, options)) }
}
