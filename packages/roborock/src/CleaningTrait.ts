/**
 * Commands that start, hold and end a cleaning run.
 *
 * Each completes when the device has accepted the command; what the device does then shows in `device.state`. No command
 * is sent twice, and none is sent after its time-out.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { DeviceState } from "./DeviceState.ts"
import { elsewhere } from "./FloorsTrait.ts"
import { invalidArgument, noRoom } from "./internal/device/argument.ts"
import { findRooms } from "./internal/device/knownRooms.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { type CommandError, NoMap, UnknownRoom } from "./RoborockError.ts"

/**
 * How to clean rooms.
 *
 * @since 0.1.0
 * @category models
 */
export interface RoomsOptions {
  /** How many times to clean each room, 1 to 3. @default 1 */
  readonly repeat?: number | undefined
  /** `given`: in the order of the list, where the device can do that. @default "robot" */
  readonly order?: "robot" | "given" | undefined
}

/**
 * The cleaning commands.
 *
 * @since 0.1.0
 * @category models
 */
export interface CleaningTrait {
  /** Begins, or resumes what was begun: rooms, zones, a mapping run, or a return to the dock. */
  readonly start: Effect.Effect<void, CommandError>
  readonly pause: Effect.Effect<void, CommandError>
  readonly stop: Effect.Effect<void, CommandError>
  /** Sends it back to its dock. */
  readonly dock: Effect.Effect<void, CommandError>
  /**
   * Cleans rooms, by name (ignoring case) or by number. Nothing is sent when one of them is not on the map in use: a
   * robot that is sent to a room it does not know begins a new map. `UnknownRoom` names the floor of one that is on
   * another floor.
   */
  readonly rooms: (
    rooms: ReadonlyArray<string | number>,
    options?: RoomsOptions
  ) => Effect.Effect<void, CommandError | UnknownRoom | NoMap>
}

const startMethod = ({ fields, unfinished }: DeviceState): string => {
  if (fields["in_returning"] === 1) return "app_charge"
  switch (unfinished) {
    case "zones":
      return "resume_zoned_clean"
    case "rooms":
      return "resume_segment_clean"
    case "mapping":
      return "app_resume_build_map"
    case "everything":
    case undefined:
      return "app_start"
  }
}

const roomsMethod = "app_segment_clean"

/** @internal */
export const make = (vacuum: Vacuum): CleaningTrait => ({
  // The status is read first, because a second "start" would throw an unfinished job away.
  start: Effect.flatMap(vacuum.refreshStatus, (state) => vacuum.command(startMethod(state))),
  pause: vacuum.command("app_pause"),
  stop: vacuum.command("app_stop"),
  dock: vacuum.command("app_charge"),
  rooms: (rooms, { order = "robot", repeat = 1 } = {}) =>
    Effect.gen(function*() {
      if (rooms.length === 0) return yield* invalidArgument(roomsMethod, noRoom)
      if (![1, 2, 3].includes(repeat)) return yield* invalidArgument(roomsMethod, "repeat has to be 1, 2 or 3")
      const { mapFlag } = yield* vacuum.refreshStatus
      if (mapFlag === undefined) return yield* new NoMap({ device: vacuum.name })
      const known = yield* vacuum.refreshRooms
      const found = yield* Effect.catchTag(findRooms(roomsMethod, known, rooms), "UnknownRoom", (error) =>
        Effect.flatMap(
          elsewhere(vacuum, error.rooms),
          (others) => new UnknownRoom({ rooms: error.rooms, known: error.known, elsewhere: others })
        ))
      yield* vacuum.command(roomsMethod, [{
        segments: found.map(({ id }) => id),
        repeat,
        clean_order_mode: order === "given" ? 1 : 0
      }])
    })
})
