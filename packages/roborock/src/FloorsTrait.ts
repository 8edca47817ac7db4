/**
 * The maps of a vacuum that knows several floors.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { invalidArgument, notAmong } from "./internal/device/argument.ts"
import { question } from "./internal/device/question.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { fromSeconds } from "./internal/instant.ts"
import { shownText } from "./internal/shownText.ts"
import { isRecord, numberField } from "./internal/v1/json.ts"
import { type CommandError, DeviceError } from "./RoborockError.ts"
import { find, type Room } from "./Room.ts"

/**
 * A floor that has a map.
 *
 * @since 0.1.0
 * @category models
 */
export interface Floor {
  readonly mapFlag: number
  /** The name it was given, else `Floor 1` and so on. */
  readonly name: string
  /** Unix milliseconds. */
  readonly addedAt: number | undefined
  /** Its rooms as the device reports them, else as they were when the floor was in use; empty where neither is known. */
  readonly rooms: ReadonlyArray<Room>
  /** Numbers of the copies that the device keeps of the map. */
  readonly backups: ReadonlyArray<number>
}

/**
 * The floors, and which one is in use. Rooms of different floors share numbers, so rooms are cleaned by name only on the
 * floor in use.
 *
 * @since 0.1.0
 * @category models
 */
export interface FloorsTrait {
  /** Asks through the cloud. */
  readonly list: Effect.Effect<ReadonlyArray<Floor>, CommandError>
  /** The one in use; `undefined` while there is none. */
  readonly current: Effect.Effect<Floor | undefined, CommandError>
  /**
   * Puts the map of a floor into use, by its name (ignoring case) or number. Fails with `InvalidState` while the robot
   * works, because it would lose its place, and with `InvalidArgument` for a floor that does not exist. Completes when the
   * device reports the floor, and its rooms and map are in `device.state`.
   */
  readonly use: (floor: string | number) => Effect.Effect<void, CommandError>
}

const maxFloors = 64
const loadMethod = "load_multi_map"

const toBackups = (value: unknown): ReadonlyArray<number> =>
  (Array.isArray(value) ? value.slice(0, maxFloors) : []).flatMap((entry: unknown) => {
    const mapFlag = isRecord(entry) ? numberField(entry, "mapFlag") : undefined
    return mapFlag === undefined ? [] : [mapFlag]
  })

const toRooms = (value: unknown): ReadonlyArray<Room> =>
  (Array.isArray(value) ? value.slice(0, 256) : []).flatMap((entry: unknown) => {
    if (!isRecord(entry)) return []
    const id = numberField(entry, "id")
    const name = entry["iot_name"]
    return id !== undefined && typeof name === "string" ? [{ id, name: shownText(name) }] : []
  })

/**
 * Reads the result of `get_multi_maps_list`; `undefined` for anything else. Entries that make no sense are left out.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (result: unknown): ReadonlyArray<Floor> | undefined => {
  const entries: unknown = isRecord(result) ? result["map_info"] : undefined
  if (!Array.isArray(entries)) return undefined
  return entries.slice(0, maxFloors).flatMap((entry: unknown): ReadonlyArray<Floor> => {
    if (!isRecord(entry)) return []
    const mapFlag = numberField(entry, "mapFlag")
    if (mapFlag === undefined) return []
    const name = entry["name"]
    return [{
      mapFlag,
      name: typeof name === "string" && name !== "" ? shownText(name) : `Floor ${mapFlag + 1}`,
      addedAt: fromSeconds(numberField(entry, "add_time")),
      rooms: toRooms(entry["rooms"]),
      backups: toBackups(entry["bak_maps"])
    }]
  })
}

/** Those whose rooms the device does not tell have the rooms that they had. */
const listOf = (vacuum: Vacuum) =>
  Effect.flatMap(
    question(vacuum, "get_multi_maps_list", decode),
    (floors) =>
      Effect.forEach(floors, (floor): Effect.Effect<Floor> =>
        floor.rooms.length > 0
          ? Effect.succeed(floor)
          : Effect.map(vacuum.roomsOf(floor.mapFlag), (rooms) => ({ ...floor, rooms })))
  )

/** Whoever misspells a room should not wait long to be told so. */
const patience = "3 seconds"

/**
 * On which other floors the rooms are that the map in use does not have; none when the device does not answer soon.
 *
 * @internal
 */
export const elsewhere = (
  vacuum: Vacuum,
  wanted: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<{ readonly room: string; readonly floor: string }>> =>
  Effect.gen(function*() {
    const { mapFlag } = yield* vacuum.state.get
    const floors = yield* Effect.timeout(listOf(vacuum), patience)
    return floors.filter((floor) => floor.mapFlag !== mapFlag).flatMap(({ name: floor, rooms }) =>
      find(rooms, wanted).found.map(({ name }) => ({ room: name, floor }))
    )
  }).pipe(Effect.orElseSucceed(() => []))

/** How long a device may take to change floors. */
const settleSteps = 10

/** @internal */
export const make = (vacuum: Vacuum): FloorsTrait => {
  const list = listOf(vacuum)

  const untilInUse = (mapFlag: number) =>
    Effect.gen(function*() {
      for (let step = 0; step < settleSteps; step++) {
        if ((yield* vacuum.refreshStatus).mapFlag === mapFlag) return
        yield* Effect.sleep("3 seconds")
      }
      return yield* new DeviceError({ reason: "Busy", method: loadMethod })
    })

  return {
    list,
    current: Effect.zipWith(
      list,
      vacuum.refreshStatus,
      (floors, { mapFlag }) => floors.find((floor) => floor.mapFlag === mapFlag)
    ),
    use: (wanted) =>
      Effect.gen(function*() {
        const plain = (name: string) => name.trim().toLowerCase()
        const floors = yield* list
        const [floor, ...others] = floors.filter(({ mapFlag, name }) =>
          typeof wanted === "number" ? mapFlag === wanted : plain(name) === plain(wanted)
        )
        if (floor === undefined || others.length > 0) {
          const known = floors.map(({ mapFlag, name }) => `${name} (${mapFlag})`)
          return yield* invalidArgument(loadMethod, notAmong("the floor", known))
        }
        const { activity, mapFlag, unfinished } = yield* vacuum.refreshStatus
        if (mapFlag === floor.mapFlag) return
        if (unfinished !== undefined || activity === "cleaning" || activity === "returning") {
          return yield* new DeviceError({
            reason: "InvalidState",
            method: loadMethod,
            text: "the floor is not changed while the robot works"
          })
        }
        yield* vacuum.command(loadMethod, [floor.mapFlag])
        yield* untilInUse(floor.mapFlag)
        yield* vacuum.refreshRooms
      })
  }
}
