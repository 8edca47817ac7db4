import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { Endpoint, Transport } from "@effect-mqtt/connection"
import type { NodeTransportOptions } from "@effect-mqtt/connection/node"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Redacted, Schedule, Scope } from "effect"
import { execFile, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import * as Http from "node:http"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"
import { overWire, publish, subscribe } from "../rawClient.ts"

const dial = (url: string, tls: NodeTransportOptions.TlsOptions = {}) =>
  Effect.gen(function*() {
    const transport = yield* Transport.Transport
    return overWire(yield* transport.open(Either.getOrThrow(Endpoint.parse(url))), 5)
  }).pipe(Effect.provide(NodeTransport.layerWith({ tls })))

const greet = (client: Effect.Effect.Success<ReturnType<typeof dial>>) =>
  Effect.zipRight(client.send(Packet.connect({ clientId: "" })), client.expect("ConnAck"))

const statusOf = (url: string) =>
  Effect.async<number | undefined>((resume) => {
    Http.get(url, (response) => resume(Effect.succeed(response.resume().statusCode)))
  })

/** A socket that asks for a WebSocket by hand. */
const upgrade = ({ host, port }: NodeBroker.Address, path: string, options: Partial<Net.TcpNetConnectOpts> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => Net.connect({ host, port, ...options })),
    (socket) => Effect.sync(() => socket.destroy())
  ).pipe(Effect.tap((socket) => {
    socket.on("error", () => {})
    socket.write([
      `GET ${path} HTTP/1.1`,
      "Host: broker",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol: mqtt",
      "\r\n"
    ].join("\r\n"))
  }))

const canCertify = spawnSync("openssl", ["version"]).status === 0
if (!canCertify) console.warn("skipped without openssl: TLS of NodeBroker")

/** A certificate for this machine that signs itself, made by `openssl`. */
const selfSigned = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "broker-tls-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
).pipe(Effect.flatMap((folder) =>
  Effect.promise(async () => {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")]
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    const files = ["-keyout", key, "-out", certificate]
    await promisify(execFile)("openssl", ["req", "-x509", "-nodes", "-days", "2", ...curve, ...subject, ...files])
    return { key: await readFile(key, "utf8"), certificate: await readFile(certificate, "utf8") }
  })
))

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

  it.scopedLive("a program that was held up reads what clients have sent in time, before it calls one silent", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { host, port } = yield* NodeBroker.listenTcp(broker)
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => Net.connect({ host, port })),
        (socket) => Effect.sync(() => socket.destroy())
      )
      const answer = Effect.promise(() => once(socket, "data"))
      const connecting = Packet.connect({ clientId: "c", keepAlive: 1, protocolVersion: 4 })
      socket.write(Either.getOrThrow(Encoder.encode(connecting, 4)))
      assert.deepStrictEqual(yield* answer, [Buffer.from([0x20, 2, 0, 0])])
      socket.write(Either.getOrThrow(Encoder.encode(Packet.pingReq, 4)))
      // Longer than one and a half times the keep alive.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1700)
      assert.deepStrictEqual(yield* answer, [Buffer.from([0xd0, 0])])
    }))

  it.scopedLive.skipIf(!canCertify)(
    "speaks TLS with its certificate, and asks clients for theirs",
    () =>
      Effect.gen(function*() {
        const { certificate, key } = yield* selfSigned
        const broker = yield* Broker.make()
        const tls = { certificate, key: Redacted.make(key) }
        const open = yield* NodeBroker.listenTcp(broker, { tls })
        assert.match(open.url, /^mqtts:/)
        yield* greet(yield* dial(open.url, { ca: certificate }))
        assert.strictEqual((yield* Effect.flip(dial(open.url))).reason, "Untrusted")
        const guarded = yield* NodeBroker.listenTcp(broker, { tls: { ...tls, clientAuthority: certificate } })
        // TLS 1.3 tells a client only after its own side is done.
        const stranger = yield* dial(guarded.url, { ca: certificate })
        yield* stranger.send(Packet.connect({ clientId: "stranger" }))
        assert.isUndefined(yield* stranger.next)
        yield* greet(yield* dial(guarded.url, { ca: certificate, certificate, key: Redacted.make(key) }))
      })
  )

  it.scopedLive.skipIf(!canCertify)("speaks WebSocket, plain and secure, beside TCP", () =>
    Effect.gen(function*() {
      const { certificate, key } = yield* selfSigned
      const broker = yield* Broker.make()
      const plain = yield* NodeBroker.listenWebSocket(broker)
      assert.match(plain.url, /^ws:.*\/mqtt$/)
      const subscriber = yield* dial((yield* NodeBroker.listenTcp(broker)).url)
      yield* greet(subscriber)
      yield* subscribe(subscriber, "t")
      const publisher = yield* dial(plain.url)
      yield* greet(publisher)
      yield* publisher.send(publish("t", "x".repeat(100_000)))
      assert.lengthOf((yield* subscriber.expect("Publish")).payload, 100_000)
      const secure = yield* NodeBroker.listenWebSocket(broker, {
        path: "/over/here",
        tls: { certificate, key: Redacted.make(key) }
      })
      yield* greet(yield* dial(secure.url, { ca: certificate }))
      const elsewhere = secure.url.replace("here", "there")
      assert.strictEqual((yield* Effect.flip(dial(elsewhere, { ca: certificate }))).reason, "UpgradeRefused")
      assert.strictEqual(yield* statusOf(plain.url.replace("ws:", "http:")), 426)
    }))

  it.scopedLive.skipIf(!canCertify)(
    "closing the scope ends WebSockets and who has not finished shaking hands",
    () =>
      Effect.gen(function*() {
        const { certificate, key } = yield* selfSigned
        const broker = yield* Broker.make()
        const scope = yield* Scope.make()
        const ws = yield* Scope.extend(NodeBroker.listenWebSocket(broker), scope)
        const tls = yield* Scope.extend(
          NodeBroker.listenTcp(broker, { tls: { certificate, key: Redacted.make(key) } }),
          scope
        )
        const client = yield* dial(ws.url)
        yield* greet(client)
        const silent = yield* dial(`mqtt://${tls.host}:${tls.port}`)
        const idle = yield* dial(`mqtt://${ws.host}:${ws.port}`)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x8b)
        assert.isUndefined(yield* client.next)
        assert.isUndefined(yield* silent.next)
        assert.isUndefined(yield* idle.next)
      })
  )

  it.scopedLive("a certificate that cannot be used is a typed failure", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const tls = { certificate: "none", key: Redacted.make("none") }
      assert.strictEqual((yield* Effect.flip(NodeBroker.listenTcp(broker, { tls }))).reason, "InvalidTls")
      assert.strictEqual((yield* Effect.flip(NodeBroker.listenWebSocket(broker, { tls }))).reason, "InvalidTls")
    }))

  it.scopedLive("sockets are bounded, also those that say nothing", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const { url } = yield* NodeBroker.listenTcp(broker, { maxSockets: 1 })
      yield* greet(yield* dial(url))
      const surplus = yield* dial(url)
      assert.isUndefined(yield* surplus.next)
    }))

  it.scopedLive("a request for another path gets an answer, and its socket is not left to the client", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const ws = yield* NodeBroker.listenWebSocket(broker, { maxSockets: 1 })
      // Half open: it never ends its own side.
      const stray = yield* upgrade(ws, "/elsewhere", { allowHalfOpen: true })
      const [answer] = yield* Effect.promise(() => once(stray, "data"))
      assert.match(String(answer), /^HTTP\/1.1 404 /)
      yield* Effect.retry(Effect.suspend(() => dial(ws.url)), Schedule.spaced("10 millis"))
    }))

  it.scopedLive("each packet is a WebSocket message: clients exist that do not see the second one of a message", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const address = yield* NodeBroker.listenWebSocket(broker)
      const large = "x".repeat(70_000)
      yield* Effect.forEach(
        ["a", "b", large],
        (payload, index) => broker.publish({ topic: `t/${index}`, payload, retain: true })
      )
      const transport = yield* Transport.Transport
      const wire = yield* transport.open(Either.getOrThrow(Endpoint.parse(address.url)))
      const messages: Array<Uint8Array> = []
      // The wire of a WebSocket gives message by message.
      const untilPackets = (count: number) =>
        Effect.repeat(Effect.map(wire.read, (message) => messages.push(message)), { until: (read) => read === count })
      yield* wire.write([
        Either.getOrThrow(Encoder.encode(Packet.connect({ clientId: "c" }), 5)),
        Either.getOrThrow(
          Encoder.encode(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t/#", qos: 0 }] }), 5)
        )
      ])
      yield* untilPackets(5)
      const decoder = Decoder.make({ role: "client", version: 5 })
      const counts = messages.map((message) => decoder.push(message).packets.map((packet) => packet._tag))
      assert.deepStrictEqual(counts, [["ConnAck"], ["SubAck"], ["Publish"], ["Publish"], ["Publish"]])
    }).pipe(Effect.provide(NodeTransport.layer)))

  it.scopedLive("WebSocket messages that are never complete have a bound together: who has most has to go", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const ws = yield* NodeBroker.listenWebSocket(broker, { maxUnfinishedBytes: 100_000 })
      const honest = yield* dial(ws.url)
      yield* greet(honest)
      /** The beginning of a frame of one million bytes. */
      const frame = (bytes: number) =>
        Buffer.concat([Buffer.from("02ff00000000000f424000000000", "hex"), Buffer.alloc(bytes)])
      const greedy = yield* upgrade(ws, "/mqtt")
      const modest = yield* upgrade(ws, "/mqtt")
      const closed = once(greedy, "close")
      for (const socket of [greedy, modest]) yield* Effect.promise(() => once(socket, "data"))
      greedy.resume().write(frame(90_000))
      modest.resume().write(frame(20_000))
      yield* Effect.promise(() => closed)
      yield* honest.send(Packet.pingReq)
      yield* honest.expect("PingResp")
      assert.isFalse(modest.destroyed)
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
