import { Packet } from "@effect-mqtt/codec"
import { MqttClient, MqttConnection } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ScriptedServer } from "../src/index.ts"

const url = "mqtt://memory"

describe("ScriptedServer", () => {
  it.scoped("a script plays the server's part", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.ScriptedServer
      const connecting = yield* Effect.fork(MqttClient.make({ url, clientId: "lamp" }))
      const { connect, ...link } = yield* server.accept({ properties: { maximumQoS: 1 } })
      assert.strictEqual(connect.clientId, "lamp")
      const client = yield* Fiber.join(connecting)
      const publishing = yield* Effect.fork(Effect.flip(client.publish("home/lamp", "on", { qos: 1 })))
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* link.send(Packet.pubAck({ packetId, reasonCode: 0x97 }))
      assert.strictEqual((yield* Fiber.join(publishing)).reasonCode, 0x97)
      assert.strictEqual(yield* server.open, 1)
    }).pipe(Effect.provide(ScriptedServer.layer())))

  it.scoped("says what the client did instead", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.ScriptedServer
      yield* Effect.fork(Effect.ignore(MqttConnection.make({ url, clientId: "c" })))
      const link = yield* server.link
      const other = yield* Effect.flip(link.expect("PingReq"))
      assert.deepInclude(other, { reason: "OtherPacket", expected: "PingReq" })
      assert.match(other.message, /^expected PingReq, but the client sent \{"_tag":"Connect"/)
    }).pipe(Effect.provide(ScriptedServer.layer())))

  it.scoped("shows a payload that was not expected as text", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.ScriptedServer
      const connecting = yield* Effect.fork(MqttConnection.make({ url, clientId: "c" }))
      const link = yield* server.accept()
      yield* (yield* Fiber.join(connecting)).publish("t", "hello")
      assert.include((yield* Effect.flip(link.expect("PingReq"))).message, `"payload":"hello"`)
    }).pipe(Effect.provide(ScriptedServer.layer())))

  it.scoped("speaks the version of the CONNECT, and drops every link at once", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.ScriptedServer
      const connecting = yield* Effect.fork(MqttConnection.make({ url, clientId: "c", protocolVersion: 4 }))
      yield* server.accept({ sessionPresent: false })
      const { closed } = yield* Fiber.join(connecting)
      yield* server.closeAll
      yield* closed
      assert.strictEqual(yield* server.open, 0)
    }).pipe(Effect.provide(ScriptedServer.layer())))

  it.scoped("nonsense from the server ends the client's link", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.ScriptedServer
      const connecting = yield* Effect.fork(Effect.flip(MqttConnection.make({ url, clientId: "c" })))
      const link = yield* server.link
      yield* link.expect("Connect")
      yield* link.sendBytes(Uint8Array.of(0, 0))
      yield* link.ended
      assert.strictEqual((yield* Effect.flip(link.next)).reason, "Ended")
      yield* link.close
      yield* Fiber.join(connecting)
    }).pipe(Effect.provide(ScriptedServer.layer())))
})
