import * as Effect from "effect/Effect"
import type { Params } from "../../DeviceChannel.ts"
import { type CommandError, RequestError } from "../../RoborockError.ts"
import * as Rpc from "../../Rpc.ts"
import type { Vacuum } from "./vacuum.ts"

/** Asks, takes the result out of its list, and reads it; what cannot be read is a failure. */
export const question = <A>(
  vacuum: Vacuum,
  method: string,
  read: (result: unknown) => A | undefined,
  params?: Params
): Effect.Effect<A, CommandError> =>
  Effect.flatMap(vacuum.channel.request(method, params), (result) => {
    const value = read(Rpc.unwrap(result))
    return value === undefined ? Effect.fail(new RequestError({ reason: "BadAnswer", method })) : Effect.succeed(value)
  })
