/**
 * Rooms of a device, by the names they have in the app.
 *
 * @since 0.1.0
 */
import type { HomeRoom } from "./HomeData.ts"

/**
 * A room on the map in use. `id` is the number by which the device knows it; the same number is another room on
 * another floor.
 *
 * @since 0.1.0
 * @category models
 */
export interface Room {
  readonly id: number
  readonly name: string
}

/**
 * One line of the device's room mapping: its own number, and the id of the room in the home.
 *
 * @since 0.1.0
 * @category models
 */
export interface Mapping {
  readonly id: number
  readonly homeRoomId: string
}

/** Rooms are numbered from 1 to 31 on a map; the bound leaves room for what is to come. */
const maxRooms = 256

const isList: (value: unknown) => value is ReadonlyArray<unknown> = Array.isArray

const toMapping = (entry: unknown): ReadonlyArray<Mapping> => {
  if (!isList(entry)) return []
  const [id, homeRoomId] = entry
  return typeof id === "number" && (typeof homeRoomId === "string" || typeof homeRoomId === "number")
    ? [{ id, homeRoomId: String(homeRoomId) }]
    : []
}

/**
 * Reads the result of `get_room_mapping`. A single room may come unwrapped, as `[16, "1001"]`; entries that make no
 * sense are left out, and of several for one room the last one counts.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeMapping = (result: unknown): ReadonlyArray<Mapping> => {
  if (!isList(result)) return []
  const entries = typeof result[0] === "number" ? toMapping(result) : result.slice(0, maxRooms).flatMap(toMapping)
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()]
}

/**
 * Names the rooms of a mapping. One that the home does not name is called `Room 16`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromMapping = (
  mapping: ReadonlyArray<Mapping>,
  homeRooms: ReadonlyArray<HomeRoom>
): ReadonlyArray<Room> => {
  const names = new Map(homeRooms.map(({ id, name }) => [String(id), name]))
  return mapping.map(({ homeRoomId, id }) => ({ id, name: names.get(homeRoomId) ?? `Room ${id}` }))
}

/**
 * The rooms with the given names or numbers, in that order, each once; and what matches none. Case and surrounding space
 * are ignored. A name that several rooms share means all of them.
 *
 * @since 0.1.0
 * @category combinators
 */
export const find = (
  rooms: ReadonlyArray<Room>,
  wanted: ReadonlyArray<string | number>
): { readonly found: ReadonlyArray<Room>; readonly unknown: ReadonlyArray<string> } => {
  const plain = (name: string) => name.trim().toLowerCase()
  const matching = (room: string | number) =>
    rooms.filter(({ id, name }) => typeof room === "number" ? id === room : plain(name) === plain(room))
  return {
    found: [...new Set(wanted.flatMap(matching))],
    unknown: wanted.filter((room) => matching(room).length === 0).map(String)
  }
}

/**
 * Whether two lists have the same rooms under the same names.
 *
 * @since 0.1.0
 * @category guards
 */
export const isSame = (before: ReadonlyArray<Room>, after: ReadonlyArray<Room>): boolean =>
  before === after
  || before.length === after.length
    && before.every(({ id, name }, index) => id === after[index]?.id && name === after[index]?.name)
