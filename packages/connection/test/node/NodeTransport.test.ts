import type { Endpoint } from "@effect-mqtt/connection"
import { Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect, Exit, Fiber, Scope as Scopes } from "effect"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { certificates } from "./certificates.ts"
import { listen } from "./listening.ts"

const tcp = Effect.suspend(() => listen(Net.createServer({ allowHalfOpen: true })))

const endpoint = (port: number, scheme: Endpoint.Scheme = "mqtt"): Endpoint.Endpoint => ({
  scheme,
  host: "127.0.0.1",
  port,
  path: ""
})

const open = (port: number, scheme?: Endpoint.Scheme, layer: Layer.Layer<Transport.Transport> = NodeTransport.layer) =>
  Effect.flatMap(Transport.Transport, (transport) => transport.open(endpoint(port, scheme))).pipe(Effect.provide(layer))

const readExactly = (wire: { readonly read: Effect.Effect<Uint8Array, unknown> }, count: number) =>
  Effect.gen(function*() {
    const all: Array<number> = []
    while (all.length < count) all.push(...(yield* wire.read))
    return all
  })

const until = (condition: () => boolean) =>
  Effect.sleep("5 millis").pipe(Effect.repeat({ until: condition, times: 400 }), Effect.asVoid)

describe("NodeTransport", () => {
  it.scopedLive("echo over loopback, pieces in one write", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port, "mqtt", NodeTransport.layerTcp)
      const socket = yield* server.socket
      socket.pipe(socket)
      yield* wire.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
      assert.deepStrictEqual(yield* readExactly(wire, 3), [1, 2, 3])
      assert.isTrue(wire.canPause)
    }))

  it.scopedLive("a writer waits for a peer that does not read, and goes on when it does", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port)
      const socket = yield* server.socket
      const block = new Uint8Array(1024 * 1024)
      const writing = yield* Effect.fork(Effect.repeatN(wire.write([block]), 31))
      yield* Effect.sleep("50 millis")
      assert.isTrue((yield* Fiber.status(writing))._tag === "Suspended")
      let received = 0
      socket.on("data", (chunk: Uint8Array) => {
        received += chunk.length
      })
      yield* Fiber.join(writing)
      yield* until(() => received === 32 * block.length)
      assert.strictEqual(received, 32 * block.length)
    }))

  it.scopedLive("a wire that is not read stops its peer, and loses nothing", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port)
      const socket = yield* server.socket
      const total = 16 * 1024 * 1024
      socket.write(new Uint8Array(total))
      yield* Effect.sleep("50 millis")
      assert.isAbove(socket.writableLength, 0)
      let received = 0
      while (received < total) received += (yield* wire.read).length
      assert.strictEqual(received, total)
    }))

  it.scopedLive("the peer's end is read behind its last bytes", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port)
      const socket = yield* server.socket
      socket.end(Uint8Array.of(1))
      assert.deepStrictEqual(yield* readExactly(wire, 1), [1])
      assert.strictEqual((yield* Effect.flip(wire.read)).reason, "Closed")
    }))

  it.scopedLive("shutdown sends what was written, and waits for the peer to end", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port)
      const socket = yield* server.socket
      let received = 0
      socket.on("data", (chunk: Uint8Array) => {
        received += chunk.length
      })
      socket.on("end", () => socket.end())
      yield* wire.write([new Uint8Array(100_000)])
      yield* wire.shutdown
      assert.strictEqual(received, 100_000)
      assert.strictEqual((yield* Effect.flip(wire.read)).reason, "Closed")
      assert.strictEqual((yield* Effect.flip(wire.write([Uint8Array.of(1)]))).reason, "Closed")
      yield* wire.shutdown
    }))

  it.scopedLive("a reset is a Read error, with its cause", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const wire = yield* open(server.port)
      const reading = yield* Effect.fork(Effect.flip(wire.read))
      yield* Effect.sleep("10 millis")
      ;(yield* server.socket).resetAndDestroy()
      const error = yield* Fiber.join(reading)
      assert.strictEqual(error.reason, "Read")
      assert.instanceOf(error.cause, Error)
      assert.strictEqual((yield* Effect.flip(wire.write([Uint8Array.of(1)]))).reason, "Write")
    }))

  it.scopedLive("refused is an Open error", () =>
    Effect.gen(function*() {
      // No port that was free a moment ago: another test may listen there by now.
      const error = yield* Effect.flip(open(1))
      assert.strictEqual(error.reason, "Open")
      assert.include(error.message, "ECONNREFUSED")
    }))

  it.scopedLive("schemes of other transports are Unsupported", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(open(1, "ws", NodeTransport.layerTcp))).reason, "Unsupported")
      const { message, reason } = yield* Effect.flip(open(1, "mqtts", NodeTransport.layerTcp))
      assert.strictEqual(reason, "Unsupported")
      assert.include(message, "opens \"mqtt\" endpoints, not \"mqtts\"")
    }))

  it.scopedLive("the scope destroys the socket, also while it is being opened", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const scope = yield* Scopes.make()
      const wire = yield* Scopes.extend(open(server.port), scope)
      const socket = yield* server.socket
      const reading = yield* Effect.fork(Effect.flip(wire.read))
      yield* Effect.sleep("10 millis")
      yield* Scopes.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(reading)).reason, "Closed")
      socket.resume()
      yield* until(() => socket.readableEnded || server.open() === 0)
      // A TLS handshake that the server never answers.
      const opening = yield* Effect.fork(Effect.scoped(open(server.port, "mqtts")))
      const half = yield* server.socket
      half.resume()
      yield* Fiber.interrupt(opening)
      yield* until(() => half.readableEnded || half.destroyed)
      assert.isTrue(half.readableEnded || half.destroyed)
    }))

  it.scopedLive("serves a socket that listen gave", () =>
    Effect.gen(function*() {
      const server = yield* tcp
      const near = yield* open(server.port)
      const far = yield* NodeTransport.fromSocket(yield* server.socket)
      yield* far.write([Uint8Array.of(5)])
      assert.deepStrictEqual(yield* readExactly(near, 1), [5])
    }))
})

const pair = certificates?.server

describe.skipIf(pair === undefined)("NodeTransport over TLS", () => {
  it.scopedLive("a server that cannot be verified is Untrusted, and hears nothing of MQTT", () =>
    Effect.gen(function*() {
      let heard = 0
      const server = yield* listen(
        Tls.createServer({ ...pair }, (socket) => socket.on("data", (chunk: Uint8Array) => (heard += chunk.length)))
          .on("tlsClientError", () => {})
      )
      const error = yield* Effect.flip(open(server.port, "mqtts"))
      assert.strictEqual(error.reason, "Untrusted")
      assert.match(error.message, /certificate|altnames|self-signed/i)
      assert.strictEqual(heard, 0)
    }))

  it.scopedLive("a server that speaks another version only is Untrusted; one that speaks no TLS may be repaired", () =>
    Effect.gen(function*() {
      const old = yield* listen(
        Tls.createServer({ ...pair, maxVersion: "TLSv1.1", minVersion: "TLSv1" })
          .on("tlsClientError", () => {})
      )
      assert.strictEqual((yield* Effect.flip(open(old.port, "mqtts"))).reason, "Untrusted")
      const plain = yield* listen(Net.createServer((socket) => void socket.destroy()))
      assert.strictEqual((yield* Effect.flip(open(plain.port, "mqtts"))).reason, "NotTls")
    }))
})
