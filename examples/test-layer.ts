/**
 * The program of `temperatures.ts` with no network and no waiting: a broker in memory, and a clock
 * that the test moves. Run it with `pnpm tsx examples/test-layer.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import { MqttClient } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Fiber, Layer, TestClock, TestContext } from "effect"
import { program } from "./temperatures.ts"

// Nobody moves the clock while the client closes, so it waits for nothing then. `BrokerTest.layer()` is all of this.
const MqttTest = MqttClient.layer({ url: "mqtt://memory", drainTimeout: 0 }).pipe(Layer.provide(Broker.layerMemory()))

const test = Effect.gen(function*() {
  const running = yield* Effect.fork(program)
  yield* TestClock.adjust("3 seconds")
  const lines = yield* Fiber.join(running)
  yield* Console.log(`${lines.length} readings in no time`)
})

test.pipe(Effect.provide(Layer.provideMerge(MqttTest, TestContext.TestContext)), NodeRuntime.runMain)
