/** The `roborock` command on a simulated home, in memory and on the test clock. */
import { RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { Effect, Fiber, Layer, TestClock } from "effect"
import * as Roborock from "../src/Roborock.ts"
import { startOf, type Surroundings } from "./command.ts"

/** One home for all commands of a test, with a simulator to look behind them. */
export const home = (options: Simulator.Options = {}) =>
  Layer.unwrapEffect(
    Effect.map(Simulator.Simulator, ({ account, baseUrl }) =>
      RoborockSession.layer({ baseUrl, credentials: { email: account.email, password: account.password } }))
  ).pipe(
    Layer.provideMerge(Simulator.layer({ speed: 10, ...options })),
    Layer.provide(KeyValueStore.layerMemory)
  )

/** Lets the simulated time pass until something is done. */
export const whileTimePasses = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(self)
    for (let steps = 0; steps < 2000 && (yield* Fiber.poll(fiber))._tag === "None"; steps++) {
      yield* TestClock.adjust("500 millis")
    }
    return yield* Fiber.join(fiber)
  })

/** Runs the command to its end. */
export const run = (words: ReadonlyArray<string>, surroundings?: Surroundings) =>
  whileTimePasses(Effect.scoped(Effect.flatMap(startOf(Roborock.run)(words, surroundings), ({ ended }) => ended)))
