import { Packet } from "@effect-mqtt/codec"
import { Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, open, overWire, payloads, publish, subscribe, text } from "./rawClient.ts"

const kept = { cleanStart: false, properties: { sessionExpiryInterval: 100 } }

describe("limits", () => {
  it.scoped("connections: one too many is told that the server is busy", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxConnections: 1 } })
      const first = yield* connect(broker, "one")
      for (const [protocolVersion, reasonCode] of [[5, 0x89], [4, 3]] as const) {
        const client = yield* open(broker, protocolVersion)
        yield* client.send(Packet.connect({ clientId: "two", protocolVersion }))
        assert.strictEqual((yield* client.expect("ConnAck")).reasonCode, reasonCode)
        assert.isUndefined(yield* client.next)
      }
      yield* first.cut
      yield* connect(broker, "two")
    }))

  it.scoped("connections: far too many are closed at once, so silent ones are bounded, too", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxConnections: 1 } })
      const silent = yield* Effect.forEach(Array.from({ length: 9 }), () => open(broker))
      const surplus = yield* open(broker)
      yield* surplus.served
      assert.strictEqual((yield* broker.stats).connections, 9)
      yield* Effect.forEach(silent, ({ cut }) => cut)
      yield* connect(broker, "one")
    }))

  it.scoped("user properties are bounded: many would be written anew for every subscriber", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxUserProperties: 2 } })
      const properties = (count: number) => ({
        userProperties: Array.from({ length: count }, (_, index) => [`${index}`, ""] as const)
      })
      const subscriber = yield* connect(broker, "s")
      yield* subscribe(subscriber, "t")
      const client = yield* connect(broker, "c")
      yield* client.send(publish("t", "two", { properties: properties(2) }))
      yield* client.send(publish("t", "three", { properties: properties(3) }))
      assert.deepInclude(yield* client.expect("Disconnect"), { reasonCode: 0x97 })
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["two"])
      const heir = yield* open(broker)
      const will = { topic: "t", payload: text("x"), qos: 0, retain: false, properties: properties(3) } as const
      yield* heir.send(Packet.connect({ clientId: "h", will }))
      assert.deepInclude(yield* heir.expect("ConnAck"), { reasonCode: 0x97 })
    }))

  it.scoped("a SUBSCRIBE with far more filters than a session may have is not looked through", () =>
    Effect.gen(function*() {
      let asked = 0
      const authorize = () => ++asked > 0
      const broker = yield* Broker.make({ authorize, limits: { maxSubscriptionsPerClient: 2 } })
      const client = yield* connect(broker, "c")
      const subscriptions = Array.from({ length: 1003 }, (_, index) => ({ filter: `${index}`, qos: 0 as const }))
      yield* client.send(Packet.subscribe({ packetId: 1, subscriptions: subscriptions.slice(0, 3) }))
      assert.deepInclude(yield* client.expect("SubAck"), { reasonCodes: [0, 0, 0x97] })
      yield* client.send(Packet.subscribe({ packetId: 2, subscriptions }))
      assert.deepInclude(yield* client.expect("Disconnect"), { reasonCode: 0x97 })
      assert.strictEqual(asked, 3)
    }))

  it.scoped("an unfinished CONNECT gets no room for a large packet, later packets do", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxConnectBytes: 1000 } })
      const client = yield* open(broker)
      yield* client.sendBytes(Uint8Array.of(0x10, 0xff, 0xff, 0x06, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0))
      yield* client.sendBytes(new Uint8Array(900).fill(0x61))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* broker.stats).connections, 1)
      yield* client.sendBytes(new Uint8Array(200).fill(0x61))
      assert.isUndefined(yield* client.next)
      const other = yield* connect(broker, "c")
      yield* subscribe(other, "t")
      yield* other.send(publish("t", "x".repeat(5000)))
      assert.strictEqual((yield* other.expect("Publish")).payload.length, 5000)
    }))

  it.scoped("sessions: a new client is refused, a known one is not", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxSessions: 1 } })
      const first = yield* connect(broker, "one", kept)
      yield* first.cut
      const other = yield* open(broker)
      yield* other.send(Packet.connect({ clientId: "two" }))
      assert.strictEqual((yield* other.expect("ConnAck")).reasonCode, 0x97)
      yield* connect(broker, "one", kept)
    }))

  it.scoped("client identifiers and wills with too many levels", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxClientIdLength: 23, maxTopicLevels: 2 } })
      const long = yield* open(broker)
      yield* long.send(Packet.connect({ clientId: "x".repeat(24) }))
      assert.strictEqual((yield* long.expect("ConnAck")).reasonCode, 0x85)
      const deep = yield* open(broker)
      const will = { topic: "a/b/c", payload: text(""), qos: 0, retain: false } as const
      yield* deep.send(Packet.connect({ clientId: "c", will }))
      assert.strictEqual((yield* deep.expect("ConnAck")).reasonCode, 0x90)
      const client = yield* connect(broker, "c")
      yield* client.send(publish("a/b/c", "x"))
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x90)
    }))

  it.scoped("subscriptions: the surplus ones are refused, replacing goes on", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxSubscriptionsPerClient: 2 } })
      const client = yield* connect(broker, "c")
      yield* client.send(Packet.subscribe({
        packetId: 1,
        subscriptions: ["a", "b", "c", "a"].map((filter) => ({ filter, qos: 0 }))
      }))
      assert.deepStrictEqual((yield* client.expect("SubAck")).reasonCodes, [0, 0, 0x97, 0])
    }))

  it.scoped("packet size: told to MQTT 5 clients, judged by the announced length", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxPacketBytes: 100 } })
      const client = yield* connect(broker, "c")
      assert.strictEqual(client.connAck.properties?.maximumPacketSize, 100)
      yield* client.sendBytes(Uint8Array.of(0x30, 0xff, 0xff, 0x7f, 0))
      assert.strictEqual((yield* client.expect("Disconnect")).reasonCode, 0x95)
      assert.isUndefined(yield* client.next)
      // Two bytes in front, three for the topic, one for the properties.
      yield* broker.publish({ topic: "t", payload: new Uint8Array(94) })
      const error = yield* Effect.flip(broker.publish({ topic: "t", payload: new Uint8Array(95) }))
      assert.strictEqual(error.reason, "PacketTooLarge")
    }))

  it.scoped.each(["count", "bytes"])(
    "the queue of an absent client is bounded by %s: it misses the newest",
    (by) =>
      Effect.gen(function*() {
        const limits = by === "count" ? { maxQueuedMessages: 2 } : { maxQueuedBytes: 2 * 139 }
        const broker = yield* Broker.make({ limits })
        const first = yield* connect(broker, "c", kept)
        yield* subscribe(first, "t", { qos: 1 })
        yield* first.cut
        for (const payload of ["first-----", "second----", "third-----"]) {
          yield* broker.publish({ topic: "t", payload, qos: 1 })
        }
        assert.strictEqual((yield* broker.stats).messagesDropped, 1)
        const second = yield* connect(broker, "c", kept)
        assert.deepStrictEqual(payloads(yield* second.drain), ["first-----", "second----"])
      })
  )

  it.scoped("what holding costs counts: empty user properties, and levels of a topic", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxRetainedBytes: 10_000 } })
      const userProperties = Array.from({ length: 200 }, () => ["", ""] as const)
      const refused = (message: Parameters<typeof broker.publish>[0]) => Effect.flip(broker.publish(message))
      const pairs = yield* refused({ topic: "t", payload: "x", retain: true, properties: { userProperties } })
      assert.strictEqual(pairs.reason, "RetainedFull")
      yield* broker.publish({ topic: `a${"/".repeat(30)}`, payload: "x", retain: true })
      const levels = yield* refused({ topic: `b${"/".repeat(30)}`, payload: "x", retain: true })
      assert.strictEqual(levels.reason, "RetainedFull")
      yield* broker.publish({ topic: `a${"/".repeat(30)}`, payload: "", retain: true })
      assert.strictEqual((yield* broker.stats).retainedBytes, 0)
    }))

  it.scoped("a filter repeated in one packet replays once, and replay ends where there is no room", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxRetainedMessages: 10, maxOutboundBytes: 1 } })
      for (let index = 0; index < 10; index++) {
        yield* broker.publish({ topic: `r/${index}`, payload: "x", retain: true })
      }
      const client = yield* connect(broker, "c")
      const ask = (packetId: number, ...filters: ReadonlyArray<string>) =>
        client.send(Packet.subscribe({ packetId, subscriptions: filters.map((filter) => ({ filter, qos: 0 })) }))
      yield* ask(1, ...Array.from({ length: 1000 }, () => "#"))
      yield* client.expect("SubAck")
      assert.strictEqual(payloads(yield* client.drain).length, 10)
      assert.strictEqual((yield* broker.stats).messagesDropped, 0)
      yield* ask(2, "r/#", "r/+", "+/+", "+/#")
      yield* client.expect("SubAck")
      assert.strictEqual((yield* broker.stats).messagesDropped, 1)
    }))

  it.scoped("a client that does not acknowledge is disconnected at the bound, its session stays", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxQueuedMessages: 2, maxInFlight: 1 } })
      const client = yield* connect(broker, "c", kept)
      yield* subscribe(client, "t", { qos: 1 })
      for (const payload of ["1", "2", "3", "4"]) yield* broker.publish({ topic: "t", payload, qos: 1 })
      yield* client.served.pipe(Effect.race(Effect.void))
      const received: Array<Packet.Packet> = []
      for (let packet = yield* client.next; packet !== undefined; packet = yield* client.next) received.push(packet)
      assert.deepInclude(received.at(-1), { _tag: "Disconnect", reasonCode: 0x97 })
      const again = yield* connect(broker, "c", kept)
      assert.isTrue(again.connAck.sessionPresent)
      assert.deepStrictEqual(payloads(yield* again.drain), ["1"])
    }))

  it.scoped("QoS 0 for a client that does not read is dropped beyond the bound, and the client goes when it is stuck", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxOutboundBytes: 10_000, stallTimeout: "20 seconds" } })
      const [near, far] = yield* Transport.makePipe
      const serving = yield* Effect.forkScoped(broker.serve(far))
      const client = overWire(near, 5)
      yield* client.send(Packet.connect({ clientId: "c", keepAlive: 0 }))
      yield* client.expect("ConnAck")
      yield* client.send(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "t", qos: 0 }] }))
      yield* client.expect("SubAck")
      // 64 KiB fit into the pipe, 10 000 bytes wait encoded, 10 000 wait as messages.
      for (let index = 0; index < 300; index++) {
        yield* broker.publish({ topic: "t", payload: new Uint8Array(1000) })
        if (index % 10 === 0) yield* TestClock.adjust("1 millis")
      }
      const { messagesDropped } = yield* broker.stats
      assert.isAtLeast(messagesDropped, 150)
      assert.isAtMost(messagesDropped, 280)
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual((yield* broker.clients).length, 1)
      yield* TestClock.adjust("21 seconds")
      assert.strictEqual((yield* broker.clients).length, 0)
      yield* Fiber.join(serving)
      assert.deepInclude(yield* broker.stats, { connections: 0, sessions: 0, subscriptions: 0 })
    }))

  it.scoped("a client that does not read its answers is not read, so they do not pile up", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxOutboundBytes: 1000, stallTimeout: "20 seconds" } })
      const client = yield* connect(broker, "c")
      // Each 2 bytes in give 2 bytes out; the pipe takes 64 KiB in both directions.
      const pings = new Uint8Array(32 * 1024).map((_, index) => index % 2 === 0 ? 0xc0 : 0)
      const flood = yield* Effect.fork(Effect.forever(client.sendBytes(pings)))
      yield* TestClock.adjust("1 seconds")
      assert.isNull(flood.unsafePoll())
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual((yield* broker.stats).connections, 0)
      yield* Fiber.interrupt(flood)
    }))

  it.scoped("a client that is behind but reads is still heard", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxOutboundBytes: 1000 } })
      const client = yield* connect(broker, "c", { keepAlive: 60 })
      yield* subscribe(client, "t")
      const flood = Effect.all(
        Array.from({ length: 200 }, () => broker.publish({ topic: "t", payload: "x".repeat(500) }))
      )
      // As much as the pipe, the outbox and the queue take, and always more where that came from.
      for (let index = 0; index < 10; index++) yield* Effect.zipRight(flood, TestClock.adjust(0))
      let answered = 0
      for (let count = 0; count < 2000 && answered < 3; count++) {
        if (count % 100 === 0) yield* client.send(Packet.pingReq)
        yield* flood
        if ((yield* client.next)?._tag === "PingResp") answered++
      }
      assert.strictEqual(answered, 3)
    }))
})
