/**
 * A link that the program manages itself: `MqttConnection` reports the end of a link and stays down,
 * and the program decides when and how there is a next one. Run it with
 * `pnpm tsx examples/hand-managed-link.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import { Message, MqttConnection } from "@effect-mqtt/connection"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Stream } from "effect"

/** One link, from CONNECT to its end. */
const session = (attempt: number) =>
  Effect.gen(function*() {
    const broker = yield* Broker.Broker
    const connection = yield* MqttConnection.make({ url: "mqtt://memory", clientId: "meter" })
    yield* Console.log(`link ${attempt} is up`)
    yield* connection.subscribe("meter/#", { qos: 1 })
    yield* connection.publish("meter/power", `${attempt}00 W`, { qos: 1 })
    yield* Stream.runForEach(
      Stream.take(connection.messages, 1),
      (message) => Console.log(`${message.topic}: ${Message.text(message)}`)
    )
    // A modem that hangs up, say.
    yield* broker.disconnectAll
    const reason = yield* connection.closed
    yield* Console.log(`link ${attempt} is down: ${reason.message}`)
  }).pipe(Effect.scoped)

const program = Effect.gen(function*() {
  for (let attempt = 1; attempt <= 2; attempt++) {
    yield* session(attempt)
    // Here the program restores its link, in its own way and time.
  }
})

program.pipe(Effect.provide(Broker.layerMemory()), NodeRuntime.runMain)
