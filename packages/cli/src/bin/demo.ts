#!/usr/bin/env node
/** `pnpm demo`: everything in one process, on loopback ports that are free. */
import * as FloorPlan from "@effect-mqtt/roborock-simulator/FloorPlan"
import { NodeSimulator } from "@effect-mqtt/roborock-simulator/node"
import * as Simulator from "@effect-mqtt/roborock-simulator/Simulator"
import { NodeRoborock } from "@effect-mqtt/roborock/node"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Terminal from "@effect/platform/Terminal"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { parseArgs } from "node:util"
import * as Demo from "../Demo.ts"
import * as Serve from "../Serve.ts"

class UsageError extends Data.TaggedError("UsageError")<{ readonly cause: unknown }> {
  override get message(): string {
    return `${this.cause instanceof Error ? this.cause.message : ""} Options: --out FILE, --outage, --serve`.trim()
  }
}

/** Ends with one line instead of a stack: what goes wrong here is for a person to mend. */
const giveUp = (error: Error, exitCode: number) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = exitCode
}

// The reader of the output may stop early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))

const readOptions = Effect.try({
  try: () =>
    parseArgs({
      options: {
        out: { type: "string", default: "map.png" },
        outage: { type: "boolean", default: false },
        serve: { type: "boolean", default: false }
      }
    }).values,
  catch: (cause) => new UsageError({ cause })
})

const SimulatorLive = NodeSimulator.layer({ speed: 60 })

/** More to look at, and slower, for a person who does so. */
const HomeToLookAt = NodeSimulator.layer({
  speed: 20,
  robots: [{ name: "Downstairs", product: "Qrevo Master" }, { name: "Studio", battery: 64 }],
  otherFloors: [FloorPlan.upstairs()]
})

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

const runDemo = (options: Demo.Options) =>
  Demo.run(options).pipe(
    Effect.provide(Layer.mergeAll(Layer.provideMerge(SessionLive, SimulatorLive), NodeContext.layer)),
    Effect.catchAll((error) => Effect.sync(() => giveUp(error, 1)))
  )

/** The web page, until ctrl-c. */
const servePage = Effect.gen(function*() {
  const { addresses: [address] } = yield* Serve.make({ port: 0, mapEvery: "500 millis" })
  const terminal = yield* Terminal.Terminal
  yield* terminal.display(`The page of the simulated home, until ctrl-c: ${Redacted.value(address)}\n`)
  return yield* Effect.never
}).pipe(
  Effect.scoped,
  Effect.provide(Layer.mergeAll(Layer.provideMerge(SessionLive, HomeToLookAt), NodeContext.layer)),
  Effect.catchAll((error) => Effect.sync(() => giveUp(error, 1)))
)

readOptions.pipe(
  Effect.matchEffect({
    onFailure: (error) => Effect.sync(() => giveUp(error, 2)),
    onSuccess: ({ serve, ...options }) => serve ? servePage : runDemo(options)
  }),
  // It tells of its links in its own words.
  Logger.withMinimumLogLevel(LogLevel.Warning),
  NodeRuntime.runMain
)
