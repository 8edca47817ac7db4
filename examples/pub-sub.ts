/**
 * Publish and subscribe on a real broker, over TCP.
 *
 *     MQTT_URL=mqtt://localhost pnpm tsx examples/pub-sub.ts
 *
 * Without MQTT_URL it starts a Mosquitto of its own, where one is installed.
 */
import { NodeMqttClient } from "@effect-mqtt/connection/node"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Option } from "effect"
import { startMosquitto } from "./mosquitto.ts"
import { program } from "./temperatures.ts"

const brokerUrl = Config.option(Config.string("MQTT_URL")).pipe(
  Effect.flatMap(Option.match({ onSome: Effect.succeed, onNone: () => startMosquitto }))
)

const MqttLive = Layer.unwrapScoped(Effect.map(brokerUrl, (url) => NodeMqttClient.layer({ url }))).pipe(
  Layer.provide(NodeContext.layer)
)

program.pipe(
  Effect.provide(MqttLive),
  Effect.catchTags({
    MosquittoMissing: () => Console.log("skipped: there is no MQTT_URL, and Mosquitto is not installed"),
    AuthError: (error) => Effect.logError("The broker does not let us in.", error.message),
    ConnectError: (error) => Effect.logError("There is no broker to talk to.", error.message)
  }),
  NodeRuntime.runMain
)
