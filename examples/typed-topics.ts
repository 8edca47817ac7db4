/**
 * Codecs under names of the program's own, defaults for some topics, and topics whose levels and values
 * have types. Run it with `pnpm tsx examples/typed-topics.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import type { TopicDefaults } from "@effect-mqtt/connection"
import { Message, MqttClient, PayloadCodec } from "@effect-mqtt/connection"
import * as MqttTopic from "@effect-mqtt/connection/MqttTopic"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema, Stream } from "effect"

const codecs = {
  relay: PayloadCodec.boolean({ on: "ON", off: "OFF" }),
  answer: PayloadCodec.boolean({ on: "yes", off: "no" }),
  degrees: PayloadCodec.number
}

// What is more specific stands further up; what the call says counts before all.
const defaults: TopicDefaults.TopicDefaults = {
  qos: 1,
  topics: [
    { filter: "home/+/lamp", retain: true, codec: codecs.relay },
    { filter: "home/+/target", codec: codecs.degrees }
  ]
}

const Temperature = MqttTopic.make("home/{room}/temperature", {
  payload: Schema.Struct({ degrees: Schema.Number.pipe(Schema.between(-50, 60)) }),
  qos: 1
})

const program = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  const { messages } = yield* client.subscription("home/#")
  yield* client.publishValue("home/hall/lamp", true)
  yield* client.publishValue("home/hall/target", 19.5)
  yield* client.publishValue("home/hall/window", false, codecs.answer, { qos: 0 })
  yield* Stream.runForEach(
    Stream.take(messages, 3),
    (message) => Console.log(`${message.topic} = ${Message.text(message)} at QoS ${message.qos}`)
  )
  // Without a codec in the call the value has no type: then it is checked when it is published.
  yield* Effect.catchTag(
    client.publishValue("home/hall/lamp", "on"),
    "PublishError",
    (error) => Console.log(error.message)
  )

  const { values } = yield* Temperature.subscription({}, { malformed: "skip" })
  yield* client.publish("home/hall/temperature", "warm")
  yield* Temperature.publish({ room: "kitchen" }, { degrees: 21.5 })
  yield* Stream.runForEach(
    Stream.take(values, 1),
    ({ params, value }) => Console.log(`${params.room}: ${value.degrees} °C`)
  )
}).pipe(Effect.scoped)

program.pipe(
  Effect.provide(MqttClient.layer({ url: "mqtt://memory", defaults }).pipe(Layer.provide(Broker.layerMemory()))),
  NodeRuntime.runMain
)
