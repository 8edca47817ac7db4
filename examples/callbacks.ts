/**
 * Callbacks instead of streams: `listen` takes a function, and gives an Effect that takes it away again.
 *
 *     pnpm tsx examples/callbacks.ts
 */
import { Broker } from "@effect-mqtt/broker"
import type { MqttError } from "@effect-mqtt/connection"
import { MqttClient } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Exit, Scope, Stream } from "effect"

type Listener = (topic: string, payload: Uint8Array, retain: boolean) => void | Promise<void>

/**
 * Completes when the server has confirmed the subscription with this QoS; it fails if the grant is lower.
 * What it gives completes when the server has confirmed the end. Messages come one after the other: the
 * next one when the promise of the last is settled.
 */
const listen = (
  client: MqttClient.MqttClient["Type"],
  filter: string,
  qos: 0 | 1 | 2,
  listener: Listener
): Effect.Effect<Effect.Effect<void>, MqttError.SubscribeError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const unsubscribe = Scope.close(scope, Exit.void)
      const { messages } = yield* restore(
        Scope.extend(client.subscription(filter, { qos, requireQos: true }), scope)
      ).pipe(Effect.onError(() => unsubscribe))
      return yield* Stream.runForEach(messages, ({ payload, retain, topic }) =>
        Effect.tryPromise(async () =>
          listener(topic, payload, retain)
        ).pipe(
          Effect.catchAll((error) => Effect.logError("A listener failed", error))
        )).pipe(Effect.interruptible, Effect.forkIn(scope), Effect.as(unsubscribe))
    })
  )

const program = Effect.gen(function*() {
  const client = yield* MqttClient.make({ url: "mqtt://memory" })
  const lines: Array<string> = []
  yield* client.publish("house/door", "closed", { retain: true, qos: 1 })
  const unsubscribe = yield* listen(client, "house/#", 1, (topic, payload, retain) => {
    lines.push(`${topic} ${new TextDecoder().decode(payload)}${retain ? " (retained)" : ""}`)
  })
  const unsubscribeAsync = yield* listen(client, "house/lamp", 1, async (topic) => {
    await Promise.resolve()
    lines.push(`${topic}, in a promise`)
  })
  yield* client.publish("house/lamp", "on", { qos: 1 })
  yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => lines.length >= 3 })
  yield* unsubscribe
  yield* unsubscribeAsync
  yield* client.publish("house/lamp", "off", { qos: 1 })
  yield* Effect.forEach(lines.sort(), (line) => Console.log(line))
  yield* Console.log("nobody listens any more")
}).pipe(Effect.scoped, Effect.provide(Broker.layerMemory()))

NodeRuntime.runMain(program)
