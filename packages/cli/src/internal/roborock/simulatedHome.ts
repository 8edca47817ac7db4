/** A home for `--simulator`: everything in this process, nothing kept. */
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import * as RoborockSession from "@effect-mqtt/roborock/RoborockSession"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** How often a simulated robot is asked: it does not mind, and lives fast. */
const poll = { active: "500 millis", idle: "1 second" } as const

export const simulator = Simulator.layer({ speed: 60 })

/** A session that is logged in to the simulated home. */
export const session = Layer.unwrapEffect(
  Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
    RoborockSession.layer({
      baseUrl,
      credentials: { email: account.email, password: account.password },
      poll
    }))
).pipe(Layer.provide([simulator, KeyValueStore.layerMemory]))
