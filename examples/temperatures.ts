/**
 * A program that needs an `MqttClient` and nothing else. `pub-sub.ts` runs it on TCP against
 * Mosquitto, `test-layer.ts` on a broker in memory under a test clock: one Layer is the difference.
 */
import { Message, MqttClient } from "@effect-mqtt/connection"
import { Effect, Schedule, Stream } from "effect"

const readings = [21.5, 21.7, 22.1]

export const program = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  // Returns when the broker has confirmed: nothing that is published from here on is missed.
  const { messages } = yield* client.subscription("house/+/temperature", { qos: 1 })

  yield* Stream.fromIterable(readings).pipe(
    Stream.schedule(Schedule.spaced("1 second")),
    Stream.runForEach((degrees) => client.publish("house/kitchen/temperature", String(degrees), { qos: 1 })),
    Effect.forkScoped
  )

  return yield* messages.pipe(
    Stream.take(readings.length),
    Stream.map((message) => `${message.topic}: ${Message.text(message)} °C`),
    Stream.tap((line) => Effect.log(line)),
    Stream.runCollect
  )
}).pipe(Effect.scoped)
