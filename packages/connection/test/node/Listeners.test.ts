import { Packet } from "@effect-mqtt/codec"
import { MqttClient, Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { Duplex } from "node:stream"
import { bytesOf } from "../sessionRig.ts"

/** A socket whose peer answers the CONNECT, and takes no more bytes after that. */
const makeStalled = () => {
  let writes = 0
  const socket = new Duplex({
    highWaterMark: 1024,
    read: () => {},
    write: (_chunk, _encoding, done) => {
      if (writes++ > 0) return
      socket.push(bytesOf(5, Packet.connAck()))
      done()
    }
  })
  return socket
}

const listeners = (socket: Duplex): Record<string, number> =>
  Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]))

it.live("publishers that wait for a socket share what listens to it", () =>
  Effect.gen(function*() {
    const socket = makeStalled()
    const transport = Layer.succeed(Transport.Transport, { open: () => NodeTransport.fromSocket(socket) })
    yield* Effect.scoped(Effect.gen(function*() {
      const client = yield* MqttClient.make({ url: "mqtt://stalled", clientId: "me", drainTimeout: 0 }).pipe(
        Effect.provide(transport)
      )
      yield* client.publish("t", new Uint8Array(100_000))
      yield* Effect.sleep("20 millis")
      const before = listeners(socket)
      const publishing = yield* Effect.forEach(
        Array.from({ length: 300 }),
        () => Effect.fork(client.publish("t", new Uint8Array(10_000)))
      )
      yield* Effect.sleep("20 millis")
      assert.deepStrictEqual(listeners(socket), before)
      for (const count of Object.values(before)) assert.isAtMost(count, 3)
      yield* Fiber.interruptAll(publishing)
    }))
    assert.isTrue(socket.destroyed)
    // Those of the wire itself go with the socket.
    for (const count of Object.values(listeners(socket))) assert.isAtMost(count, 1)
  }))
