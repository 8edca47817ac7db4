/**
 * Publish and subscribe on a real broker, over TCP.
 *
 *     MQTT_URL=mqtt://localhost pnpm tsx examples/pub-sub.ts
 *
 * Without MQTT_URL it starts a Mosquitto of its own, where one is installed.
 */
import { NodeMqttClient } from "@effect-mqtt/connection/node"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Option } from "effect"
import { program } from "./temperatures.ts"

const brokerUrl = Config.option(Config.string("MQTT_URL")).pipe(
  Effect.flatMap(Option.match({ onSome: Effect.succeed, onNone: () => Effect.map(Mosquitto.open(), ({ url }) => url) }))
)

const MqttLive = Layer.unwrapScoped(Effect.map(brokerUrl, (url) => NodeMqttClient.layer({ url })))

program.pipe(
  Effect.provide(MqttLive),
  Effect.catchTags({
    BrokerError: ({ message }) => Console.log("skipped: there is no MQTT_URL, and", message),
    AuthError: (error) => Effect.logError("The broker does not let us in.", error.message),
    ConnectError: (error) => Effect.logError("There is no broker to talk to.", error.message)
  }),
  NodeRuntime.runMain
)
