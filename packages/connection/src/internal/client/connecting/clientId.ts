import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { ConnectionOptions } from "../../../ConnectionOptions.ts"

/** A random number of `count` digits to base 36. */
const randomDigits = (count: number) =>
  Effect.map(Random.nextIntBetween(0, 36 ** count), (digits) => digits.toString(36).padStart(count, "0"))

/** 23 letters and digits: what every 3.1.1 server has to accept [MQTT-3.1.3-5]. */
const random = Effect.zipWith(randomDigits(8), randomDigits(9), (one, other) => `effect${one}${other}`)

/** The identifier asked for, or a random one; one for all attempts of a client. */
export const clientIdOf = ({ clientId }: Pick<ConnectionOptions, "clientId">): Effect.Effect<string> =>
  clientId === undefined ? random : Effect.succeed(clientId)
