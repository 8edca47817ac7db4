import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { ConnectionOptions } from "../../ConnectionOptions.ts"

/** 23 letters and digits: what every 3.1.1 server has to accept [MQTT-3.1.3-5]. */
const random = Effect.map(
  Effect.replicateEffect(Random.nextIntBetween(0, 36), 17),
  (digits) => `effect${Array.from(digits, (digit) => digit.toString(36)).join("")}`
)

/** The identifier asked for, or a random one; one for all attempts of a client. */
export const clientIdOf = ({ clientId }: Pick<ConnectionOptions, "clientId">): Effect.Effect<string> =>
  clientId === undefined ? random : Effect.succeed(clientId)
