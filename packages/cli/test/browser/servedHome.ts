import type { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import { NodeRoborock } from "@effect-mqtt/roborock/node"
import { Effect, Layer, Redacted } from "effect"
import * as Serve from "../../src/Serve.ts"

/** A simulated home on ports, and a session that has logged in to it. */
export const layer = (options: NodeSimulator.Options): Layer.Layer<
  RoborockSession.RoborockSession | Simulator.Simulator,
  Layer.Layer.Error<ReturnType<typeof NodeRoborock.layer>> | Layer.Layer.Error<ReturnType<typeof NodeSimulator.layer>>
> =>
  Layer.unwrapEffect(
    Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
      NodeRoborock.layer({
        baseUrl,
        credentials: { email: account.email, password: account.password },
        poll: { active: "300 millis", idle: "1 second" }
      }))
  ).pipe(Layer.provideMerge(NodeSimulator.layer(options)))

/** Serves the page on a free port and gives its address. */
export const serve = (options: Serve.Options = {}) =>
  Effect.map(
    Serve.make({ port: 0, mapEvery: "300 millis", ...options }),
    ({ addresses: [address] }) => address === undefined ? "" : Redacted.value(address)
  )
