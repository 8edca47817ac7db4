import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { ClientMetrics, MqttClient } from "@effect-mqtt/connection"
import type { ClientEvent } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Metric, Scope, Stream, TestClock } from "effect"
import * as Scripted from "./scriptedServer.ts"

const options: MqttClient.Options = { url: "mqtt://memory", clientId: "me" }

const start = (overrides: Partial<MqttClient.Options> = {}) =>
  Effect.gen(function*() {
    const server = yield* Scripted.make()
    const making = yield* Effect.fork(Effect.provide(MqttClient.make({ ...options, ...overrides }), server.layer))
    const link = yield* server.accept()
    return { server, link, client: yield* Fiber.join(making) }
  })

const settle = Effect.repeatN(Effect.yieldNow(), 50)

/** Everything that happens from now on, in one list that grows. */
const record = (client: MqttClient.MqttClient["Type"]) =>
  Effect.gen(function*() {
    const seen: Array<ClientEvent.ClientEvent> = []
    const fiber = yield* Effect.forkScoped(
      Stream.runForEach(client.events, (event) => Effect.sync(() => seen.push(event)))
    )
    yield* settle
    return { seen, fiber, tags: () => seen.map(({ _tag }) => _tag) }
  })

describe("events", () => {
  it.scoped("tell of every link, its end and its cause, and end with the client", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const { fiber, seen, tags } = yield* record(client)
      yield* link.close
      yield* settle
      yield* Effect.fork(TestClock.adjust("5 seconds"))
      const refusing = yield* server.link
      yield* refusing.expect("Connect")
      yield* refusing.send(Packet.connAck({ reasonCode: 0x88 }))
      yield* settle
      yield* Effect.fork(TestClock.adjust("1 minute"))
      yield* server.accept({ sessionPresent: false })
      yield* settle
      yield* Effect.fork(client.disconnect())
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(tags(), [
        "Disconnected",
        "Connecting",
        "ConnectFailed",
        "Connecting",
        "Connected",
        "SessionLost",
        "Disconnected",
        "Closed"
      ])
      const [lost, , failed, , again] = seen
      assert.isTrue(lost?._tag === "Disconnected" && lost.epoch === 1)
      assert.isTrue(failed?._tag === "ConnectFailed" && failed.error.reasonCode === 0x88)
      assert.isTrue(again?._tag === "Connected" && again.epoch === 2)
      // Who comes too late finds the end.
      yield* Stream.runDrain(client.events)
    }))

  it.scoped("tell of an attempt that ends the client before the server is asked", () =>
    Effect.gen(function*() {
      let isBroken = false
      const username = Effect.suspend(() => isBroken ? Effect.die("bug") : Effect.succeed("me"))
      const { client, link } = yield* start({ username })
      const { fiber, tags } = yield* record(client)
      isBroken = true
      yield* link.close
      yield* settle
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(tags(), ["Disconnected", "Connecting", "ConnectFailed", "Failed"])
      assert.strictEqual((yield* client.stats).connectsFailed, 1)
    }))

  it.scoped("tell of pings, those of keep-alive too, with their round trips", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ keepAlive: "10 seconds" })
      const { seen } = yield* record(client)
      yield* TestClock.adjust("9 seconds")
      yield* link.expect("PingReq")
      yield* TestClock.adjust("40 millis")
      yield* link.send({ _tag: "PingResp" })
      yield* settle
      assert.deepStrictEqual(seen, [{ _tag: "PingSent" }, { _tag: "PingAnswered", roundTrip: Duration.millis(40) }])
      const { meanPingRoundTrip, pingsAnswered, pingsSent } = yield* client.stats
      assert.deepStrictEqual({ meanPingRoundTrip, pingsAnswered, pingsSent }, {
        meanPingRoundTrip: Duration.millis(40),
        pingsAnswered: 1,
        pingsSent: 1
      })
      yield* link.close
    }))

  it.scoped("cost their reader the oldest when it lags, and never the end", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(MqttClient.make({ ...options }), scope)
      const events = yield* Stream.toPull(client.events)
      const first = yield* Effect.fork(events)
      yield* settle
      for (let index = 0; index < 400; index++) yield* Effect.forkDaemon(client.ping).pipe(Effect.zipRight(settle))
      yield* Fiber.join(first)
      yield* Scope.close(scope, Exit.void)
      let last: string | undefined
      let count = 0
      yield* events.pipe(
        Effect.tap((chunk) =>
          Effect.sync(() => {
            for (const event of chunk) {
              last = event._tag
              count++
            }
          })
        ),
        Effect.forever,
        Effect.flip
      )
      assert.strictEqual(last, "Closed")
      assert.isAtMost(count, 256)
    }).pipe(Effect.provide(Broker.layerMemory())))
})

describe("stats", () => {
  it.scoped("count packets, bytes, publishes and their round trips, from the last reset on", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* client.resetStats
      const ok = yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* TestClock.adjust("30 millis")
      yield* link.send(Packet.pubAck({ packetId }))
      yield* Fiber.join(ok)
      const refused = yield* Effect.fork(Effect.flip(client.publish("t", "x", { qos: 1 })))
      const second = yield* link.expect("Publish")
      yield* TestClock.adjust("10 millis")
      yield* link.send(Packet.pubAck({ packetId: second.packetId ?? 0, reasonCode: 0x97 }))
      yield* Fiber.join(refused)
      yield* client.publish("t", "x")
      yield* link.expect("Publish")
      const stats = yield* client.stats
      // PUBLISH: 2 + 2 + "t" + an empty property block + "x", and an identifier above QoS 0.
      assert.deepStrictEqual(
        [stats.packetsSent, stats.bytesSent, stats.publishesOk, stats.publishesFailed, stats.meanPublishRoundTrip],
        [3, 9 + 9 + 7, 2, 1, Duration.millis(20)]
      )
      assert.deepStrictEqual([stats.packetsReceived, stats.bytesReceived], [2, 4 + 6])
      assert.strictEqual(stats.meanPacketBytesReceived, 5)
      assert.strictEqual(stats.connectsTried, 0)
      yield* client.resetStats
      const empty = yield* client.stats
      assert.deepStrictEqual([empty.packetsSent, empty.publishesOk, empty.meanPublishRoundTrip], [0, 0, undefined])
      yield* link.close
    }))

  it.scoped("count attempts and lost sessions", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      yield* link.close
      yield* settle
      yield* Effect.fork(TestClock.adjust("1 minute"))
      const next = yield* server.accept({ sessionPresent: false })
      yield* settle
      const { connectsFailed, connectsTried, sessionsLost } = yield* client.stats
      assert.deepStrictEqual({ connectsFailed, connectsTried, sessionsLost }, {
        connectsFailed: 0,
        connectsTried: 2,
        sessionsLost: 1
      })
      yield* next.close
    }))
})

describe("metrics", () => {
  it.scoped("are counted for each batch, with the tags of whoever made the client", () =>
    Effect.gen(function*() {
      const client = yield* Effect.tagMetrics(MqttClient.make(options), "site", "north")
      const { messages } = yield* client.subscription("t", { qos: 1 })
      for (let index = 0; index < 5; index++) yield* client.publish("t", "x", { qos: 1 })
      yield* Stream.runDrain(Stream.take(messages, 5))
      yield* client.ping
      const sum = yield* Metric.value(Metric.tagged(ClientMetrics.publishesOk, "site", "north"))
      assert.strictEqual(sum.count, 5)
      const received = yield* Metric.value(Metric.tagged(ClientMetrics.messagesReceived, "site", "north"))
      assert.strictEqual(received.count, 5)
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("tell what is in flight and what is queued, of all clients, and how long acknowledgements take", () =>
    Effect.gen(function*() {
      const tagged = <T, I, O>(metric: Metric.Metric<T, I, O>) => Metric.value(Metric.tagged(metric, "site", "south"))
      const gauges = Effect.map(
        Effect.all([tagged(ClientMetrics.publishesInFlight), tagged(ClientMetrics.publishesQueued)]),
        (values) => values.map(({ value }) => value)
      )
      const begin = (clientId: string) => Effect.tagMetrics(start({ clientId, maxInFlight: 1 }), "site", "south")
      const one = yield* begin("one")
      const other = yield* begin("other")
      for (const { client } of [one, other]) {
        for (let count = 0; count < 3; count++) yield* Effect.fork(Effect.exit(client.publish("t", "x", { qos: 1 })))
      }
      yield* settle
      const { packetId = 0 } = yield* one.link.expect("Publish")
      yield* TestClock.adjust("40 millis")
      yield* one.link.send(Packet.pubAck({ packetId }))
      yield* settle
      assert.deepStrictEqual(yield* gauges, [2, 3])
      assert.deepInclude(yield* one.client.stats, { publishesInFlight: 1, publishesQueued: 1 })
      const times = yield* tagged(ClientMetrics.publishRoundTrip)
      assert.deepStrictEqual([times.count, times.sum], [1, 40])
      // Without a link everything waits; what waits at QoS 0 is counted at once.
      yield* other.link.close
      yield* settle
      yield* Effect.fork(Effect.exit(other.client.publish("t", "x")))
      yield* settle
      assert.deepStrictEqual(yield* gauges, [2, 4])
      for (const { client, link } of [one, other]) {
        yield* link.close
        yield* settle
        yield* client.disconnect({ drain: 0 })
      }
      assert.deepStrictEqual(yield* gauges, [0, 0])
    }))
})
