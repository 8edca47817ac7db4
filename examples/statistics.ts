/**
 * The figures of a client, the same for the whole program as metrics, and where requests come in. Run it
 * with `pnpm tsx examples/statistics.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import { ClientMetrics, Message, MqttClient, Responder } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Duration, Effect, Layer, Metric, Stream } from "effect"

const program = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  const { messages } = yield* client.subscription("house/#", { qos: 1 })
  yield* Effect.forEach(
    Array.from({ length: 50 }, (_, index) => `${index}`),
    (payload) => client.publish("house/count", payload, { qos: 1 }),
    { concurrency: "unbounded", discard: true }
  )
  yield* Stream.runDrain(Stream.take(messages, 50))
  yield* client.ping

  const stats = yield* client.stats
  yield* Console.log(`${stats.publishesOk} publishes ok, ${stats.publishesFailed} failed`)
  yield* Console.log(`${stats.packetsSent} packets sent, ${stats.meanPacketBytesSent?.toFixed(1)} bytes on average`)
  yield* Console.log(`${stats.packetsReceived} packets received, ${stats.bytesReceived} bytes`)
  yield* Console.log(`publish round trip ${Duration.format(stats.meanPublishRoundTrip ?? 0)}`)
  yield* Console.log(
    `${stats.pingsAnswered} of ${stats.pingsSent} pings answered, ${stats.connectsTried} connects tried`
  )

  yield* client.resetStats
  const { publishesOk } = yield* client.stats
  const { count } = yield* Metric.value(ClientMetrics.publishesOk)
  yield* Console.log(`after the reset ${publishesOk}, as a metric ${count}`)

  yield* Effect.forkScoped(Responder.serve("time/zone", () => Effect.succeed("UTC")))
  yield* Effect.sleep("20 millis")
  yield* Console.log(`the time zone is ${Message.text(yield* client.request("time/zone", ""))}`)
}).pipe(Effect.scoped)

program.pipe(
  Effect.provide(MqttClient.layer({ url: "mqtt://memory" }).pipe(Layer.provide(Broker.layerMemory()))),
  NodeRuntime.runMain
)
