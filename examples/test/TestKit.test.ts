import { Broker, BrokerTest, Fault, Recorder } from "@effect-mqtt/broker"
import { MqttClient } from "@effect-mqtt/connection"
import { it } from "@effect/vitest"
import { Effect, TestClock } from "effect"

/** The program under test: answers every question it hears. */
const oracle = Effect.gen(function*() {
  const client = yield* MqttClient.MqttClient
  yield* client.consume(
    "questions/+",
    ({ topic }) => client.publish(topic.replace("questions", "answers"), "42", { qos: 1 }),
    { qos: 1 }
  )
})

it.scoped("answers, even if an acknowledgement is lost", () =>
  Effect.gen(function*() {
    const broker = yield* Broker.Broker
    const recorder = yield* Recorder.Recorder
    yield* broker.inject(Fault.drop("toClient", { packet: "PubAck", times: 1 }))
    yield* Effect.forkScoped(oracle)
    yield* broker.awaitSubscription("questions/+")
    yield* broker.publish({ topic: "questions/life", payload: "?" })
    yield* recorder.waitFor({ topic: "answers/life", payload: "42" })
    yield* TestClock.adjust("1 minute") // the client gives the link up and sends the answer again
    yield* recorder.expectAll([{ topic: "questions/life" }, { topic: "answers/life" }, { topic: "answers/life" }])
  }).pipe(Effect.provide(BrokerTest.layer())))
