import { Packet } from "@effect-mqtt/codec"
import { MqttClient, Reconnect, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"
import { bytes } from "./sessionRig.ts"

describe("a peer that takes no bytes", () => {
  /** The server still sends, but what the client writes after CONNECT is never taken. */
  const stall = (server: Scripted.Server) =>
    Layer.map(server.layer, (context) => {
      const { open } = Context.get(context, Transport.Transport)
      return Context.make(Transport.Transport, {
        open: (endpoint) =>
          Effect.map(open(endpoint), (wire) => {
            let writes = 0
            return {
              ...wire,
              write: (pieces: ReadonlyArray<Uint8Array>) => writes++ === 0 ? wire.write(pieces) : Effect.never
            }
          })
      })
    })

  const startStalled = (overrides: Partial<MqttClient.Options> = {}) =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(
        Effect.provide(MqttClient.make({ ...options, ...overrides }), stall(server))
      )
      const link = yield* server.accept()
      return { link, client: yield* Fiber.join(making), server }
    })

  const lost = (client: MqttClient.MqttClient["Type"]) =>
    Effect.map(
      client.status.get,
      (status) => status._tag === "Disconnected" ? status.error.reason : status._tag
    )

  it.scoped("is found dead by the keep-alive, at once", () =>
    Effect.gen(function*() {
      const { client } = yield* startStalled()
      yield* TestClock.adjust("63 seconds")
      assert.strictEqual(yield* lost(client), "Connected")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* lost(client), "KeepAliveTimeout")
    }))

  it.scoped("is found dead by a missing acknowledgement, at once", () =>
    Effect.gen(function*() {
      const { client } = yield* startStalled()
      yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
      yield* settle
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* lost(client), "AcknowledgementTimeout")
    }))

  it.scoped("and says DISCONNECT, or breaks the protocol, is let go after a moment", () =>
    Effect.gen(function*() {
      for (
        const [packet, reason] of [
          [Packet.disconnect({ reasonCode: 0x8b }), "ServerDisconnected"],
          [Packet.pingReq, "ProtocolError"]
        ] as const
      ) {
        const { client, link } = yield* startStalled({
          reconnect: Reconnect.maxInterval(Reconnect.forever, "1 hour")
        })
        yield* client.publish("t", "stuck")
        yield* settle
        yield* link.send(packet)
        yield* settle
        yield* TestClock.adjust("1900 millis")
        assert.strictEqual(yield* lost(client), "Connected")
        yield* TestClock.adjust("100 millis")
        assert.strictEqual(yield* lost(client), reason)
      }
    }))
})

describe("a peer that talks and takes no bytes", () => {
  it.scoped("is given up after the acknowledgement time-out, whatever it sends", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* client.publish("t", new Uint8Array(300_000))
      for (let times = 0; times < 29; times++) {
        yield* link.send(Packet.publish({ topic: "n", payload: bytes("") }))
        yield* settle
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
      yield* TestClock.adjust("1 second")
      yield* settle
      const status = yield* client.status.get
      assert.isTrue(status._tag === "Disconnected" && status.error.message.includes("takes no bytes"))
      yield* link.close
    }))

  it.scoped("does not get a ping past its full link, so a short keep-alive finds it sooner", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ keepAlive: "5 seconds" })
      yield* client.publish("t", new Uint8Array(300_000))
      for (let times = 0; times < 10; times++) {
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* link.send(Packet.publish({ topic: "n", payload: bytes("") }))
        yield* settle
        yield* TestClock.adjust("1 second")
      }
      yield* settle
      const status = yield* client.status.get
      assert.isTrue(status._tag === "Disconnected" && status.error.reason === "KeepAliveTimeout")
      yield* link.close
    }))

  it.scoped("does not make the answers to it pile up", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      // It fills the wire: what follows is not taken.
      yield* client.publish("t", new Uint8Array(300_000))
      const releases = Array.from({ length: 4096 }, (_, index) => Packet.pubRel({ packetId: index + 1 }))
      const flooding = yield* Effect.fork(Effect.repeatN(link.send(...releases), 200))
      yield* Effect.repeatN(Effect.yieldNow(), 5000)
      assert.isTrue(Option.isNone(yield* Fiber.poll(flooding)), "the client reads no more")
      yield* Fiber.interrupt(flooding)
      yield* link.close
    }))
})
