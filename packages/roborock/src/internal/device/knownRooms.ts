import * as Effect from "effect/Effect"
import { type CommandError, UnknownRoom } from "../../RoborockError.ts"
import * as Room from "../../Room.ts"
import { invalidArgument, noRoom } from "./argument.ts"

/** Finds rooms by name or number; nothing is to be sent when one of them is not there. */
export const findRooms = (
  method: string,
  known: ReadonlyArray<Room.Room>,
  wanted: ReadonlyArray<string | number>
): Effect.Effect<ReadonlyArray<Room.Room>, CommandError | UnknownRoom> => {
  if (wanted.length === 0) return Effect.fail(invalidArgument(method, noRoom))
  const { found, unknown } = Room.find(known, wanted)
  return unknown.length > 0
    ? Effect.fail(new UnknownRoom({ rooms: unknown, known: known.map(({ name }) => name) }))
    : Effect.succeed(found)
}
