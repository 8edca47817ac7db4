import { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { Broker, BrokerTest, Fault, Recorder } from "../src/index.ts"

/** The program under test: answers every question it hears. */
const oracle = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  yield* client.consume(
    "questions/+",
    ({ topic }) => client.publish(topic.replace("questions", "answers"), "42", { qos: 1, retain: true }),
    {
      qos: 1
    }
  )
})

describe("BrokerTest", () => {
  it.effect("runs a program with an MqttClient and says what it published", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const recorder = yield* Recorder.Recorder
      yield* Effect.fork(oracle)
      yield* broker.awaitSubscription("questions/+")
      yield* broker.publish({ topic: "questions/life", payload: "?", qos: 1 })
      const answer = yield* recorder.waitFor({ topic: "answers/life" })
      assert.deepInclude(answer, { qos: 1, retain: true, clientId: "oracle" })
      assert.deepStrictEqual(yield* recorder.texts, ["?", "42"])
    }).pipe(Effect.provide(BrokerTest.layer({ client: { clientId: "oracle" } }))))

  it.effect("the test decides when time passes: a cut link is back after the back-off", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const client = yield* MqttClient.MqttClient
      const received = yield* Effect.fork(Stream.runHead(client.subscribe("t")))
      yield* Effect.scoped(Effect.zipRight(
        broker.inject(Fault.refuse("ServerBusy", { times: 1 })),
        Effect.zipRight(broker.disconnectAll, TestClock.adjust("1 minute"))
      ))
      yield* TestClock.adjust("1 minute")
      yield* broker.publish({ topic: "t", payload: "back", retain: true })
      const message = yield* Effect.flatten(Fiber.join(received))
      assert.strictEqual(new TextDecoder().decode(message.payload), "back")
    }).pipe(Effect.provide(BrokerTest.layer())))
})

describe("Recorder", () => {
  it.scoped("keeps what matches its filter, in order, up to its capacity", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const recorder = yield* Recorder.make("a/+", { capacity: 2 })
      for (const topic of ["a/1", "b", "a/2", "a/3"]) yield* broker.publish({ topic, payload: topic, retain: true })
      assert.deepStrictEqual(yield* recorder.texts, ["a/2", "a/3"])
      yield* recorder.expectAll([{ topic: "a/2", retain: true }, { payload: "a/3", qos: 0 }])
      yield* recorder.clear
      yield* recorder.expectAll([])
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("a failed expectation lists what was published", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const recorder = yield* Recorder.make()
      yield* broker.publish({ topic: "t", payload: "x", qos: 1 })
      const error = yield* Effect.flip(recorder.expect({ topic: "t", payload: "y" }))
      assert.strictEqual(
        error.message,
        `expected \n  {"topic":"t","payload":"y"}\nbut published was \n  {"topic":"t","payload":"x","qos":1,"retain":false}`
      )
      const wrong: ReadonlyArray<Recorder.Expected> = [{ qos: 0 }, { retain: true }, { clientId: "c" }, { topic: "u" }]
      for (const expected of wrong) yield* Effect.flip(recorder.expect(expected))
      yield* Effect.flip(recorder.expectAll([]))
      yield* Effect.flip(recorder.expectAll([{}, {}]))
    }).pipe(Effect.provide(Broker.layerMemory())))
})
