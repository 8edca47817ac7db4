/**
 * A web server whose handlers publish: they share a service of the program's own, and that the one client. Run it with
 * `pnpm tsx examples/web-server.ts`.
 */
import { Broker } from "@effect-mqtt/broker"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { HttpClient, HttpClientRequest, HttpRouter, HttpServer, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"

export class Lamps extends Effect.Service<Lamps>()("app/Lamps", {
  effect: Effect.gen(function*() {
    const client = yield* MqttClient.MqttClient
    return {
      turn: (room: string, state: string) => client.publish(`house/${room}/lamp`, state, { qos: 1, retain: true }),
      changes: Stream.map(
        client.subscribe("house/+/lamp", { qos: 1 }),
        (message) => ({ ...message, state: Message.text(message) })
      )
    }
  })
}) {}

const turn = Effect.gen(function*() {
  const lamps = yield* Lamps
  const { room = "", state = "" } = yield* HttpRouter.params
  yield* lamps.turn(room, state)
  return HttpServerResponse.empty()
}).pipe(
  // A publish waits for the broker; who asks the web server does not wait that long.
  Effect.timeout("10 seconds"),
  Effect.catchTags({
    PublishError: (error) =>
      HttpServerResponse.text(error.message, { status: error.reason === "InvalidMessage" ? 400 : 503 }),
    TimeoutException: () => HttpServerResponse.text("the broker does not answer", { status: 503 })
  })
)

const Server = HttpRouter.empty.pipe(HttpRouter.put("/lamps/:room/:state", turn), HttpServer.serve())

// In earnest `NodeMqttClient.layer({ url: "mqtts://broker.example" })`, and `NodeHttpServer.layer` on a port of its own.
const Mqtt = MqttClient.layer({ url: "mqtt://memory" }).pipe(Layer.provide(Broker.layerMemory()))
const Live = Server.pipe(
  Layer.provideMerge(Lamps.Default),
  Layer.provide(Mqtt),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

const program = Effect.gen(function*() {
  const lamps = yield* Lamps
  const server = yield* HttpClient.HttpClient
  for (const path of ["/lamps/hall/on", "/lamps/%23/on"]) {
    const { status } = yield* server.execute(HttpClientRequest.put(path))
    yield* Console.log(`PUT ${path}: ${status}`)
  }
  yield* Stream.runForEach(Stream.take(lamps.changes, 1), ({ state, topic }) => Console.log(topic, "is", state))
})

program.pipe(Effect.scoped, Effect.provide(Live), NodeRuntime.runMain)
