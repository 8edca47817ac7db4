#!/usr/bin/env node
/** `pnpm demo`: everything in one process, on loopback ports that are free. */
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import { NodeRoborock } from "@effect-mqtt/roborock/node"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { parseArgs } from "node:util"
import * as Demo from "../Demo.ts"

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "map.png" },
    outage: { type: "boolean", default: false }
  }
})

const SimulatorLive = NodeSimulator.layer({ speed: 60 })

const SessionLive = Layer.unwrapEffect(
  Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
    NodeRoborock.layer({
      baseUrl,
      credentials: { email: account.email, password: account.password },
      // The cloud would not like to be asked this often; the simulator does not mind.
      poll: { active: "500 millis", idle: "1 second" },
      reconnect: Schedule.spaced("500 millis")
    }))
)

Demo.run(values).pipe(
  Effect.provide(Layer.mergeAll(Layer.provideMerge(SessionLive, SimulatorLive), NodeContext.layer)),
  NodeRuntime.runMain
)
