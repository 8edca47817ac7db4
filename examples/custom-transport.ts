/**
 * A program over a transport of its own: the wires of `streams-wire.ts`, plugged into a broker in
 * this program. Run it with `pnpm tsx examples/custom-transport.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import { MqttClient, Transport } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { plug, wireOf } from "./streams-wire.ts"
import { program } from "./temperatures.ts"

/** The transport: `open` makes a wire for as long as its scope lasts. */
const transport = Layer.scoped(
  Transport.Transport,
  Effect.gen(function*() {
    const broker = yield* Broker.Broker
    const scope = yield* Effect.scope
    return {
      open: () =>
        Effect.gen(function*() {
          const [near, far] = plug()
          yield* wireOf(far).pipe(Effect.flatMap(broker.serve), Effect.scoped, Effect.forkIn(scope))
          return yield* wireOf(near)
        })
    }
  })
).pipe(Layer.provide(Broker.layer()))

program.pipe(
  Effect.tap((lines) => Console.log(`${lines.length} readings over Web Streams`)),
  Effect.provide(Layer.provide(MqttClient.layer({ url: "mqtt://line" }), transport)),
  NodeRuntime.runMain
)
