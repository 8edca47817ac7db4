import { Broker } from "@effect-mqtt/broker"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"
import * as oneByOne from "../../../src/internal/mqtt/oneByOne.ts"

const settle = Effect.repeatN(Effect.yieldNow(), 50)

describe("messages one by one", () => {
  it.scoped("are waited for without a clock", () =>
    Effect.gen(function*() {
      const make = (clientId: string) => MqttClient.make({ url: "mqtt://memory", clientId })
      const [client, other] = yield* Effect.all([make("client"), make("other")])
      const subscription = yield* client.subscription("jobs", { qos: 1 })
      const taking = yield* Effect.fork(Stream.runCollect(Stream.take(oneByOne.stream(subscription), 2)))
      yield* settle
      for (const job of ["1", "2"]) yield* other.publish("jobs", job, { qos: 1 })
      assert.deepStrictEqual(Chunk.toArray(yield* Fiber.join(taking)).map(Message.text), ["1", "2"])
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("end with the client", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make({ url: "mqtt://memory", clientId: "client" })
      const subscription = yield* client.subscription("jobs", { qos: 1 })
      const taking = yield* Effect.fork(Stream.runCollect(oneByOne.stream(subscription)))
      yield* settle
      yield* client.disconnect()
      assert.isTrue(Chunk.isEmpty(yield* Fiber.join(taking)))
    }).pipe(Effect.provide(Broker.layerMemory())))
})
