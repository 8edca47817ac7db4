import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { DeviceMemory } from "../../DeviceMemory.ts"
import type { DeviceState } from "../../DeviceState.ts"
import type { HomeDevice } from "../../HomeData.ts"
import { type CommandError, RequestError } from "../../RoborockError.ts"
import type { Room } from "../../Room.ts"
import { isOn } from "../../SwitchTrait.ts"
import type { Send } from "./cloudPort.ts"

/** Values of a device by the names that they have in its protocol. */
export type Fields = Readonly<Record<string, unknown>>

/** Turns are taken apart: a command, which may be to stop, does not wait for questions that nobody answers. */
export type Turn = "question" | "command"

/** Puts a message on its way where `run` says, which takes no second turn meanwhile. */
export type Exchange = <A, E>(
  turn: Turn,
  method: string,
  payload: (timestamp: number) => Uint8Array,
  run: (send: Effect.Effect<void, RequestError>) => Effect.Effect<A, E>
) => Effect.Effect<A, E | RequestError>

/** What a dialect is spoken with. */
export interface Context {
  readonly home: HomeDevice
  readonly timeout: Duration.DurationInput
  /** What was remembered of the device, if anything is. */
  readonly memory: DeviceMemory | undefined
  /** In the turn of commands; fails when the link is down for the whole time-out (`NotConnected`), or others were first (`QueueTimeout`). */
  readonly send: Send
  /** The same for a message that is answered: `run` sends it, and keeps its turn until the answer is there. */
  readonly exchange: Exchange
  readonly state: Effect.Effect<DeviceState>
  /** Takes values into the state; those that are not told stay. */
  readonly tell: (fields: Fields) => Effect.Effect<void>
  readonly tellRooms: (rooms: ReadonlyArray<Room>, currentRoomId: number | undefined) => Effect.Effect<void>
  /** Asks, and gives the state then. */
  readonly refresh: Effect.Effect<DeviceState, CommandError>
  /** Has the device asked soon. */
  readonly wake: Effect.Effect<void>
}

/** The code of a name. */
export const codeOf = (name: string | undefined, names: ReadonlyMap<number, string>): number | undefined =>
  [...names].find(([, known]) => known === name)?.[0]

/** What `read` makes of the values of the device, which is asked for them; `name` is what the error calls it. */
export const learn = <A>(
  { refresh }: Pick<Context, "refresh">,
  name: string,
  read: (fields: Fields) => A | undefined
): Effect.Effect<A, CommandError> =>
  Effect.flatMap(refresh, ({ fields }) => {
    const value = read(fields)
    return value === undefined
      ? Effect.fail(new RequestError({ reason: "BadAnswer", method: name }))
      : Effect.succeed(value)
  })

/** Whether something is on, by the name of its value. */
export const learnSwitch = (context: Pick<Context, "refresh">, name: string): Effect.Effect<boolean, CommandError> =>
  learn(context, name, (fields) => isOn(fields[name]))

/** Sends, and has the device asked soon: what a command did is not always pushed. */
export const sendAndLook = (context: Context, ...message: Parameters<Send>): Effect.Effect<void, RequestError> =>
  Effect.zipLeft(context.send(...message), context.wake)
