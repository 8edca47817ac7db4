/**
 * One of several consumers: handles its share of the work, and writes the number of each message to its output. It may
 * be killed at any time: its session is on the disk, and the next run goes on with it.
 */
import { Message, MqttClient, Reconnect } from "@effect-mqtt/connection"
import { FileSessionStore, NodeMqttClient } from "@effect-mqtt/connection/node"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { writeSync } from "node:fs"
import { Task } from "./task.ts"

const settings = Schema.Config("WORKER", Schema.parseJson(Task))

const program = Effect.gen(function*() {
  const { filters, share } = yield* settings
  const client = yield* MqttClient.MqttClient
  yield* client.consume(
    filters.map((filter) => ({ filter, qos: 1, share })),
    // What a message costs here is waiting, as it does for work that ends up in a database.
    (message) =>
      Effect.zipRight(
        Effect.sleep("2 millis"),
        Effect.sync(() => void writeSync(1, `${Message.text(message)}\n`))
      ),
    { concurrency: 8 }
  )
})

const MqttLive = Layer.unwrapEffect(Effect.map(settings, ({ directory, urls, ...task }) =>
  NodeMqttClient.layer({
    url: urls,
    username: task.username,
    password: task.password,
    clientId: task.clientId,
    protocolVersion: task.protocolVersion,
    // The session is there to be resumed, from the first link on.
    cleanStart: false,
    sessionExpiry: "1 day",
    reconnect: Reconnect.maxInterval(Reconnect.forever, "200 millis"),
    initialConnect: "retry"
  }).pipe(Layer.provide(FileSessionStore.layer({ directory })))))

program.pipe(Effect.provide(MqttLive), NodeRuntime.runMain)
