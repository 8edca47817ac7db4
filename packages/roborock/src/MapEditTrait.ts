/**
 * Changes to the map of a V1 vacuum: rooms, no-go areas and walls.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Line, Point, Quad } from "./FloorMap.ts"
import { invalidArgument, notAmong } from "./internal/device/argument.ts"
import { findRooms } from "./internal/device/knownRooms.ts"
import type { Vacuum } from "./internal/device/vacuum.ts"
import { numberField } from "./internal/v1/json.ts"
import { type CommandError, DeviceError, type NoMap, type UnknownRoom } from "./RoborockError.ts"
import * as Room from "./Room.ts"
import type { MapError } from "./RrMap.ts"

/**
 * What keeps the robot out, in millimetres. Areas have their corners in order around them, and may be rotated.
 *
 * @since 0.1.0
 * @category models
 */
export interface Restrictions {
  readonly noGoAreas: ReadonlyArray<Quad>
  readonly noMopAreas: ReadonlyArray<Quad>
  readonly virtualWalls: ReadonlyArray<Line>
}

/**
 * Edits of the map in use. All of them fail with `InvalidState` while the robot works, because it would lose its place,
 * and when it does not keep its map.
 *
 * @since 0.1.0
 * @category models
 */
export interface MapEditTrait {
  /** Those that are on the map now, read from the device. */
  readonly restrictions: Effect.Effect<Restrictions, CommandError | MapError | NoMap>
  /**
   * Replaces **all** of them: to add one, send it with what `restrictions` gives. Fails with `InvalidArgument` above 68
   * corners (a wall has two).
   */
  readonly setRestrictions: (restrictions: Restrictions) => Effect.Effect<void, CommandError>
  /** Merges two rooms that lie beside each other. Numbers of rooms may change. */
  readonly merge: (
    a: string | number,
    b: string | number
  ) => Effect.Effect<ReadonlyArray<Room.Room>, CommandError | UnknownRoom>
  /** Divides a room by a line from wall to wall. */
  readonly split: (
    room: string | number,
    line: Line
  ) => Effect.Effect<ReadonlyArray<Room.Room>, CommandError | UnknownRoom>
  /**
   * Gives a room the name of a room of the home; new names are added in the app. Fails with `InvalidArgument` for a name
   * that the home does not have.
   */
  readonly rename: (
    room: string | number,
    homeRoom: string
  ) => Effect.Effect<ReadonlyArray<Room.Room>, CommandError | UnknownRoom>
}

const maxCorners = 68
const allowedCorners =
  `there may be ${maxCorners} corners, an end of a wall is one, and their places have to be numbers`
const saveMethod = "save_map"
const kinds = { noGo: 0, wall: 1, noMop: 2 } as const

/** A number that JSON does not have would stand in the set as `null`, and the set replaces what the robot has. */
const isPlace = ({ x, y }: Point): boolean => Number.isSafeInteger(Math.round(x)) && Number.isSafeInteger(Math.round(y))

const flat = (points: ReadonlyArray<Point>): ReadonlyArray<number> =>
  points.flatMap(({ x, y }) => [Math.round(x), Math.round(y)])

/** @internal */
export const make = (vacuum: Vacuum): MapEditTrait => {
  /** Sends an edit when the robot stands still and keeps its map. */
  const edit = (method: string, params: ReadonlyArray<unknown>): Effect.Effect<void, CommandError> =>
    Effect.gen(function*() {
      const { activity, fields, unfinished } = yield* vacuum.refreshStatus
      const refuse = (text: string) => new DeviceError({ reason: "InvalidState", method, text })
      if (unfinished !== undefined || activity === "cleaning" || activity === "returning") {
        return yield* refuse("the map is not changed while the robot works")
      }
      if (numberField(fields, "lab_status") === 0) return yield* refuse("the robot does not keep its map")
      yield* vacuum.command(method, params)
    })

  const roomOf = (method: string, wanted: string | number) =>
    Effect.flatMap(vacuum.refreshRooms, (rooms) => findRooms(method, rooms, [wanted])).pipe(
      Effect.flatMap(([room, ...others]) =>
        room === undefined || others.length > 0
          ? Effect.fail(invalidArgument(method, "it has to be one room"))
          : Effect.succeed(room)
      )
    )

  return {
    restrictions: Effect.map(vacuum.fetchMap, ({ noGoAreas, noMopAreas, virtualWalls }) => ({
      noGoAreas,
      noMopAreas,
      virtualWalls
    })),
    setRestrictions: ({ noGoAreas, noMopAreas, virtualWalls }) => {
      const corners = [...noGoAreas, ...noMopAreas, ...virtualWalls.map(({ from, to }) => [from, to])].flat()
      const isAllowed = corners.length <= maxCorners && corners.every(isPlace)
      return !isAllowed ? Effect.fail(invalidArgument(saveMethod, allowedCorners)) : edit(saveMethod, [
        ...noGoAreas.map((area) => [kinds.noGo, ...flat(area)]),
        ...virtualWalls.map(({ from, to }) => [kinds.wall, ...flat([from, to])]),
        ...noMopAreas.map((area) => [kinds.noMop, ...flat(area)])
      ])
    },
    merge: (a, b) =>
      Effect.gen(function*() {
        const method = "merge_segment"
        const [first, second] = [yield* roomOf(method, a), yield* roomOf(method, b)]
        if (first.id === second.id) return yield* invalidArgument(method, "they have to be two rooms")
        yield* edit(method, [first.id, second.id])
        return yield* vacuum.refreshRooms
      }),
    split: (room, { from, to }) =>
      Effect.gen(function*() {
        const method = "split_segment"
        if (!isPlace(from) || !isPlace(to)) {
          return yield* invalidArgument(method, "the ends of the line have to be numbers")
        }
        const { id } = yield* roomOf(method, room)
        yield* edit(method, [id, ...flat([from, to])])
        return yield* vacuum.refreshRooms
      }),
    rename: (room, homeRoom) =>
      Effect.gen(function*() {
        const method = "name_segment"
        const { id } = yield* roomOf(method, room)
        const plain = (name: string) => name.trim().toLowerCase()
        const homeRooms = yield* vacuum.homeRooms(false)
        const wanted = homeRooms.find(({ name }) => plain(name) === plain(homeRoom))
        if (wanted === undefined) {
          return yield* invalidArgument(method, notAmong("the room of the home", homeRooms.map(({ name }) => name)))
        }
        const mapping = Room.decodeMapping(yield* vacuum.channel.request("get_room_mapping"))
        const others = mapping.filter((entry) => entry.id !== id)
        // All of them: a room that is left out loses its name.
        yield* edit(
          method,
          [...others, { id, homeRoomId: String(wanted.id) }].map((entry) => ({
            miRoomId: entry.homeRoomId,
            robotRoomId: entry.id
          }))
        )
        return yield* vacuum.refreshRooms
      })
  }
}
