#!/usr/bin/env node
/** `roborock`: vacuums on the command line. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as nodeStreams from "../internal/command/nodeStreams.ts"
import * as Roborock from "../Roborock.ts"

const words = process.argv.slice(2)

/** These run until they are stopped, so that is their good end. */
const isEndless = ["simulate", "serve", "status"].includes(words[0])
const interrupted = isEndless ? 0 : 130

Roborock.run(words).pipe(
  Effect.provide(Layer.merge(NodeContext.layer, nodeStreams.layer)),
  NodeRuntime.runMain({
    disablePrettyLogger: true,
    teardown: (exit, onExit) =>
      onExit(Exit.isSuccess(exit) ? Number(exit.value) : Cause.isInterruptedOnly(exit.cause) ? interrupted : 1)
  })
)
