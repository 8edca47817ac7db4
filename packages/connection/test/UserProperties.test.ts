import { Packet } from "@effect-mqtt/codec"
import type { ConnectionOptions, Message } from "@effect-mqtt/connection"
import { MqttClient, MqttConnection } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref } from "effect"
import { options, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

const room = ["room", "kitchen"] as const
const twice = ["room", "hall"] as const

const single: ConnectionOptions.ConnectionOptions = { url: "mqtt://memory", clientId: "me" }

describe("user properties", () => {
  it.scoped("of CONNECT go with each attempt, as they are then", () =>
    Effect.gen(function*() {
      const attempts = yield* Ref.make(0)
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(
        Effect.provide(
          MqttClient.make({
            ...options,
            userProperties: Effect.map(
              Ref.updateAndGet(attempts, (count) => count + 1),
              (count) => [room, twice, ["attempt", String(count)]] as const
            )
          }),
          server.layer
        )
      )
      const first = yield* server.accept()
      const client = yield* Fiber.join(making)
      assert.deepStrictEqual(first.connect.properties?.userProperties, [room, twice, ["attempt", "1"]])
      yield* Effect.fork(client.reconnect)
      const second = yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual(second.connect.properties?.userProperties?.at(-1), ["attempt", "2"])
    }))

  it.scoped("of CONNECT that cannot be sent fail the attempt, and 3.1.1 has none", () =>
    Effect.gen(function*() {
      const unsendable = yield* Scripted.make()
      const making = yield* Effect.fork(
        Effect.provide(MqttConnection.make({ ...single, userProperties: [["lone", "\ud800"]] }), unsendable.layer)
      )
      assert.strictEqual((yield* Effect.flip(Fiber.join(making)))._tag, "ConnectError")
      const old = yield* Scripted.make(4)
      yield* Effect.fork(
        Effect.provide(
          MqttConnection.make({ ...single, protocolVersion: 4, userProperties: [room] }),
          old.layer
        )
      )
      assert.isUndefined((yield* old.accept()).connect.properties)
    }))

  it.scoped.each([[5, [room, twice]], [4, undefined]] as const)(
    "of UNSUBSCRIBE go with it in version %i as they should",
    ([protocolVersion, expected]) =>
      Effect.gen(function*() {
        const server = yield* Scripted.make(protocolVersion)
        const making = yield* Effect.fork(
          Effect.provide(MqttConnection.make({ ...single, protocolVersion }), server.layer)
        )
        const link = yield* server.accept()
        const connection = yield* Fiber.join(making)
        const leaving = yield* Effect.fork(connection.unsubscribe(["a", "b"], { userProperties: [room, twice] }))
        const { filters, packetId, properties } = yield* link.expect("Unsubscribe")
        assert.deepStrictEqual([filters, properties?.userProperties], [["a", "b"], expected])
        yield* link.send(Packet.unsubAck({ packetId, reasonCodes: [0, 0] }))
        yield* Fiber.join(leaving)
      })
  )

  it.scoped("of SUBSCRIBE go with their filter, beside its identifier", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* Effect.fork(client.subscription("a", { userProperties: [room, twice] }))
      const { packetId, properties } = yield* link.expect("Subscribe")
      assert.deepStrictEqual(properties?.userProperties, [room, twice])
      assert.lengthOf(properties?.subscriptionIdentifiers ?? [], 1)
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0] }))
      yield* Effect.fork(client.subscription("b"))
      const plain = yield* link.expect("Subscribe")
      assert.isUndefined(plain.properties?.userProperties)
      yield* link.close
    }))

  it.scoped("of a call with several filters go once in their packet", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(Effect.provide(MqttConnection.make(single), server.layer))
      const link = yield* server.accept()
      const connection = yield* Fiber.join(making)
      const requests: ReadonlyArray<Message.SubscribeRequest> = [
        { filter: "a" },
        { filter: "b" },
        { filter: "c", userProperties: [twice] }
      ]
      yield* Effect.fork(connection.subscribe(requests, { userProperties: [room] }))
      const { packetId, properties } = yield* link.expect("Subscribe")
      assert.deepStrictEqual(properties?.userProperties, [room, twice])
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0, 0, 0] }))
    }))
})
