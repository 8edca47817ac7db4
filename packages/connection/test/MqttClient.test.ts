import { Broker } from "@effect-mqtt/broker"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"

const options: MqttClient.Options = { url: "mqtt://memory" }

describe("MqttClient", () => {
  it.scoped("delivers what is published to a stream that asked for it", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make(options)
      const { grantedQos, messages } = yield* client.subscription("home/+", { qos: 1 })
      yield* client.publish("home/a", "1")
      yield* client.publish("home/b", "2", { qos: 1 })
      yield* client.publish("elsewhere", "3")
      yield* client.publish("home/c", "4", { qos: 2 })
      const got = yield* Stream.runCollect(Stream.take(messages, 3))
      assert.deepStrictEqual(grantedQos, [1])
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(got).map((message) => [message.topic, Message.text(message), message.qos]),
        [["home/a", "1", 0], ["home/b", "2", 1], ["home/c", "4", 1]]
      )
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("reconnects and goes on", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const client = yield* MqttClient.make(options)
      const { messages } = yield* client.subscription("t", { qos: 1 })
      const fiber = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 2)))
      yield* client.publish("t", "1", { qos: 1 })
      yield* broker.disconnectAll
      const second = yield* Effect.fork(client.publish("t", "2", { qos: 1 }))
      yield* Effect.yieldNow()
      const { TestClock } = yield* Effect.promise(() => import("effect"))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(second)
      assert.strictEqual((yield* Fiber.join(fiber)).length, 2)
    }).pipe(Effect.provide(Broker.layerMemory())))
})
