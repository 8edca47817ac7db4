import type { ConnectionStatus } from "@effect-mqtt/connection"
import { Message, MqttClient, MqttError, Reconnect, SessionStore } from "@effect-mqtt/connection"
import { NodeMqttClient, NodeTransport } from "@effect-mqtt/connection/node"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { directory } from "@effect-mqtt/interop/process"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Chunk, Effect, Layer, Option, Redacted, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync } from "node:fs"
import { join } from "node:path"

if (Mosquitto.version === undefined) console.warn("skipped without mosquitto: the client against a real broker")

const connect = (options: MqttClient.Options) => Effect.provide(MqttClient.make(options), NodeTransport.layer)

describe.skipIf(Mosquitto.version === undefined)("MqttClient with Mosquitto", () => {
  it.scopedLive.each([4, 5] as const)(
    "MQTT %d: every QoS arrives at the QoS asked for",
    (protocolVersion) =>
      Effect.gen(function*() {
        const { url } = yield* Mosquitto.open()
        const sender = yield* connect({ url, protocolVersion })
        const receiver = yield* connect({ url, protocolVersion })
        const { grantedQos, messages } = yield* receiver.subscription("test/#", { qos: 2 })
        assert.deepStrictEqual(grantedQos, [2])
        for (const qos of [0, 1, 2] as const) yield* sender.publish(`test/${qos}`, "payload", { qos })
        for (let index = 0; index < 300; index++) yield* sender.publish("test/many", `${index}`, { qos: 0 })
        const got = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(messages, 303)))
        assert.deepStrictEqual(got.slice(0, 3).map(({ qos, topic }) => [topic, qos]), [
          ["test/0", 0],
          ["test/1", 1],
          ["test/2", 2]
        ])
        assert.deepStrictEqual(got.slice(3).map(Message.text), Array.from({ length: 300 }, (_, index) => `${index}`))
        yield* sender.publish("test/kept", "old", { qos: 1, retain: true })
        // Its live copy first: without subscription identifiers it would also go to a stream that comes meanwhile.
        assert.isFalse(Option.getOrThrow(yield* Stream.runHead(messages)).retain)
        const [kept] = yield* Stream.runCollect(Stream.take(receiver.subscribe("+/kept"), 1))
        assert.isTrue(kept?.retain)
        yield* receiver.ping
      })
  )

  it.scopedLive.each([4, 5] as const)(
    "MQTT %d: a wrong password is an AuthError",
    (protocolVersion) =>
      Effect.gen(function*() {
        const path = yield* directory
        const passwords = join(path, "passwords")
        execFileSync("mosquitto_passwd", ["-b", "-c", passwords, "user", "right"], { stdio: "ignore" })
        chmodSync(passwords, 0o600)
        const { url } = yield* Mosquitto.open(["allow_anonymous false", `password_file ${passwords}`])
        const attempt = (password: string) =>
          Effect.scoped(connect({ url, protocolVersion, username: "user", password: Redacted.make(password) }))
        const error = yield* Effect.flip(attempt("wrong"))
        assert.instanceOf(error, MqttError.AuthError)
        assert.notInclude(error.message, "wrong")
        yield* attempt("right")
      })
  )

  it.scopedLive.each([4, 5] as const)(
    "MQTT %d: a killed broker comes back, and messages flow",
    (protocolVersion) =>
      Effect.gen(function*() {
        const { start, stop, url } = yield* Mosquitto.open()
        const reconnect = Reconnect.maxInterval(Reconnect.forever, "50 millis")
        const client = yield* connect({ url, protocolVersion, reconnect })
        const { messages } = yield* client.subscription("t", { qos: 1 })
        const connected = (epoch: number) =>
          client.status.changes.pipe(
            Stream.filter((status: ConnectionStatus.ConnectionStatus) =>
              status._tag === "Connected" && status.epoch >= epoch
            ),
            Stream.runHead
          )
        const heard = Effect.map(Stream.runHead(messages), (first) => Message.text(Option.getOrThrow(first)))
        yield* client.publish("t", "before", { qos: 1 })
        assert.strictEqual(yield* heard, "before")
        yield* stop
        yield* start
        yield* connected(2)
        yield* client.publish("t", "after", { qos: 1 })
        assert.strictEqual(yield* heard, "after")
      })
  )

  it.scopedLive("a durable session gets a backlog that is longer than Receive Maximum", () =>
    Effect.gen(function*() {
      const { url } = yield* Mosquitto.open(["max_queued_messages 0"])
      const store = SessionStore.layerKeyValueStore().pipe(Layer.provide(KeyValueStore.layerMemory))
      const durable = yield* Layer.build(store)
      const life = <A, E>(use: (client: MqttClient.MqttClient["Type"]) => Effect.Effect<A, E, Scope.Scope>) =>
        connect({ url, clientId: "durable", sessionExpiry: "1 hour", reconnect: Reconnect.none }).pipe(
          Effect.flatMap(use),
          Effect.scoped,
          Effect.provide(durable)
        )
      yield* life((client) =>
        Effect.gen(function*() {
          yield* client.subscription("backlog", { qos: 1 })
          yield* client.disconnect()
        })
      )
      const sender = yield* connect({ url })
      for (let index = 0; index < 300; index++) yield* sender.publish("backlog", `${index}`, { qos: 1 })
      const got = yield* life((client) => Stream.runCollect(Stream.take(client.subscribe("backlog", { qos: 1 }), 300)))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(got).map(Message.text),
        Array.from({ length: 300 }, (_, index) => `${index}`)
      )
    }))

  it.scopedLive("as a layer with its transport", () =>
    Effect.gen(function*() {
      const { url } = yield* Mosquitto.open()
      const live = Layer.fresh(NodeMqttClient.layer({ url }))
      yield* Effect.provide(
        Effect.flatMap(MqttClient.MqttClient, (client) => client.publish("t", "x", { qos: 2 })),
        live
      )
      const refused = yield* Effect.flip(
        Effect.scoped(Layer.build(NodeMqttClient.layer({ url: "mqtt://127.0.0.1:1" })))
      )
      assert.deepInclude(refused, { _tag: "ConnectError", reason: "Transport" })
    }))
})
