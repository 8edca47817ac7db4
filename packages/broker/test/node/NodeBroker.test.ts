import { Packet } from "@effect-mqtt/codec"
import { Endpoint, Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Scope } from "effect"
import * as Net from "node:net"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"
import { overWire, publish } from "../rawClient.ts"

const dial = (url: string) =>
  Effect.gen(function*() {
    const transport = yield* Transport.Transport
    return overWire(yield* transport.open(Either.getOrThrow(Endpoint.parse(url))), 5)
  }).pipe(Effect.provide(NodeTransport.layerTcp))

describe("NodeBroker", () => {
  it.scopedLive("serves clients on a free loopback port", () =>
    Effect.gen(function*() {
      const address = yield* NodeBroker.BrokerAddress
      assert.strictEqual(address.host, "127.0.0.1")
      assert.isAbove(address.port, 0)
      assert.strictEqual(address.url, `mqtt://127.0.0.1:${address.port}`)
      const client = yield* dial(address.url)
      yield* client.send(
        Packet.connect({ clientId: "c" }),
        Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos: 2 }] })
      )
      yield* client.expect("ConnAck")
      yield* client.expect("SubAck")
      const payload = "x".repeat(300_000)
      yield* client.send(publish("t", payload, { qos: 2, packetId: 1 }))
      const received = [yield* client.next, yield* client.next]
      assert.sameMembers(received.map((packet) => packet?._tag), ["PubRec", "Publish"])
      const message = received.find((packet) => packet?._tag === "Publish")
      assert.strictEqual(message?.payload.length, 300_000)
      yield* client.send(Packet.disconnect())
      assert.isUndefined(yield* client.next)
    }).pipe(Effect.provide(NodeBroker.layerTcp())))

  it.scopedLive("closing the scope says goodbye, ends every socket and frees the port", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const scope = yield* Scope.make()
      const { host, port, url } = yield* Scope.extend(NodeBroker.listenTcp(broker), scope)
      const client = yield* dial(url)
      const silent = yield* dial(url)
      yield* client.send(Packet.connect({ clientId: "c" }))
      yield* client.expect("ConnAck")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x8b)
      assert.isUndefined(yield* client.next)
      assert.isUndefined(yield* silent.next)
      assert.strictEqual((yield* broker.stats).connections, 0)
      // The same address can be taken at once, and the broker is the same.
      const again = yield* NodeBroker.listenTcp(broker, { host, port })
      assert.strictEqual(again.port, port)
    }))

  it.scopedLive("a client that vanishes takes nothing with it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { host, port } = yield* NodeBroker.listenTcp(broker)
      yield* Effect.async<void>((resume) => {
        const socket = Net.connect({ host, port }, () => {
          socket.resetAndDestroy()
          resume(Effect.void)
        })
      })
      yield* Effect.iterate(1, {
        while: (connections) => connections > 0,
        body: () => Effect.delay(Effect.map(broker.stats, ({ connections }) => connections), "5 millis")
      })
      yield* dial(`mqtt://${host}:${port}`)
    }))

  it.scopedLive("an address that cannot be had is a typed failure", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { port } = yield* NodeBroker.listenTcp(broker)
      const taken = yield* Effect.flip(NodeBroker.listenTcp(broker, { port }))
      assert.strictEqual(taken._tag, "ListenError")
      assert.strictEqual(taken.reason, "AddressInUse")
      assert.strictEqual(taken.message, `Cannot listen on 127.0.0.1 port ${port}: the port is in use`)
      const foreign = yield* Effect.flip(NodeBroker.listenTcp(broker, { host: "192.0.2.1" }))
      assert.strictEqual(foreign.reason, "AddressNotAvailable")
    }))
})
