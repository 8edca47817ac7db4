/**
 * Hooks for what happens to a client: pings and their round trips, links that come and go with their
 * reason codes, messages with data that the caller kept. Each is a stream that a fiber runs, and ends with
 * the scope. Run it with `pnpm tsx examples/events.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import type { ClientEvent } from "@effect-mqtt/connection"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, DateTime, Deferred, Duration, Effect, Layer, Stream } from "effect"

/** Calls back for every event; the fiber that it runs in is one of its own. */
const onEvent = (callback: (event: ClientEvent.ClientEvent) => void) =>
  Effect.flatMap(
    MqttClient.MqttClient,
    (client) => Effect.forkScoped(Stream.runForEach(client.events, (event) => Effect.sync(() => callback(event))))
  )

/** Subscribes, returns when the server has granted it, and calls back with the data of the caller. */
const onMessage = <A, E, R>(
  filter: string,
  data: A,
  callback: (data: A, message: Message.Message) => Effect.Effect<unknown, E, R>
) =>
  Effect.gen(function*() {
    const client = yield* MqttClient.MqttClient
    const { grantedQos, messages } = yield* client.subscription(filter, { qos: 1 })
    yield* Effect.forkScoped(Stream.runForEach(messages, (message) => callback(data, message)))
    return grantedQos[0]
  })

/** The time of a line, in UTC; by the clock of the program, so a test decides what it is. */
const time = Effect.map(DateTime.now, (now) => DateTime.formatIso(now).slice(0, 19).replace("T", " "))

const program = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  const done = yield* Deferred.make<void>()

  yield* onEvent((event) => {
    switch (event._tag) {
      case "PingSent":
        return console.log("ping request")
      case "PingAnswered":
        return console.log(`ping answer, ${Duration.toMillis(event.roundTrip)} ms`)
      case "Disconnected":
        return console.log(`down, reason code ${event.error.reasonCode ?? "none"}`)
      default:
    }
  })
  const granted = yield* onMessage("house/#", { prefix: "got" }, ({ prefix }, message) =>
    Effect.zipRight(
      Console.log(`${prefix} ${message.topic}, ${Message.text(message)}, retained: ${message.retain}`),
      Deferred.succeed(done, undefined)
    ))
  yield* Console.log(`granted QoS ${granted}`)
  yield* Effect.yieldNow()

  yield* client.ping
  yield* client.publish("house/lamp", "on", { qos: 1 })
  yield* Deferred.await(done)
  yield* client.disconnect()
  yield* Effect.sleep("10 millis")
  yield* Console.log(`closed at ${yield* time}`)
}).pipe(Effect.scoped)

program.pipe(
  Effect.provide(MqttClient.layer({ url: "mqtt://memory" }).pipe(Layer.provide(Broker.layerMemory()))),
  NodeRuntime.runMain
)
