/** MQTT.js with the embedded broker: a client by others, with a codec of its own. */
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Effect, Queue } from "effect"
import type { IClientOptions, IPublishPacket, ISubscriptionGrant, MqttClient } from "mqtt"
import mqtt from "mqtt"
import { Broker } from "../../src/index.ts"
import { NodeBroker } from "../../src/node/index.ts"

type Version = 4 | 5

interface Outsider {
  readonly client: MqttClient
  /** The next message, as MQTT.js has decoded it. */
  readonly next: Effect.Effect<IPublishPacket>
  readonly waiting: Effect.Effect<number>
  readonly publish: (...parameters: Parameters<MqttClient["publishAsync"]>) => Effect.Effect<unknown>
  readonly subscribe: (
    ...parameters: Parameters<MqttClient["subscribeAsync"]>
  ) => Effect.Effect<ReadonlyArray<ISubscriptionGrant>>
  /** Ends the connection without a DISCONNECT. */
  readonly cut: Effect.Effect<void>
}

const connect = (url: string, options: IClientOptions): Effect.Effect<Outsider, never, Scope.Scope> =>
  Effect.gen(function*() {
    const messages = yield* Queue.unbounded<IPublishPacket>()
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => mqtt.connect(url, { reconnectPeriod: 0, ...options })),
      (running) => Effect.promise(() => running.endAsync(true))
    )
    // The packet may have an alias in the place of the topic.
    client.on("message", (topic, _, packet) => void messages.unsafeOffer({ ...packet, topic }))
    client.on("error", () => {})
    yield* Effect.async<void>((resume) => void client.once("connect", () => resume(Effect.void)))
    return {
      client,
      next: Queue.take(messages),
      waiting: Queue.size(messages),
      publish: (...parameters) => Effect.promise(() => client.publishAsync(...parameters)),
      subscribe: (...parameters) => Effect.promise(() => client.subscribeAsync(...parameters)),
      cut: Effect.sync(() => void client.stream.destroy())
    }
  })

const text = ({ payload, topic }: IPublishPacket) => `${topic}=${payload.toString()}`

/** A session that outlives its connection. */
const kept = (version: Version, clientId: string): IClientOptions => ({
  protocolVersion: version,
  clientId,
  clean: false,
  ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {})
})

describe.each([4, 5] as const)("MQTT.js, level %d", (version) => {
  const listening = Effect.flatMap(Broker.make(), (broker) =>
    Effect.all({
      tcp: Effect.map(NodeBroker.listenTcp(broker), ({ url }) => url),
      webSocket: Effect.map(NodeBroker.listenWebSocket(broker), ({ url }) => url)
    }))

  it.scopedLive.each(["tcp", "webSocket"] as const)(
    "every QoS, retained messages, and no more after unsubscribing, over %s",
    (link) =>
      Effect.gen(function*() {
        const url = (yield* listening)[link]
        const { client, next, publish, subscribe, waiting } = yield* connect(url, { protocolVersion: version })
        const granted = yield* subscribe({ "room/+": { qos: 2 }, "room/a": { qos: 1 }, "hall/#": { qos: 0 } })
        assert.deepStrictEqual(granted.map(({ qos, topic }) => [topic, qos]), [["room/+", 2], ["room/a", 1], [
          "hall/#",
          0
        ]])
        for (const qos of [0, 1, 2] as const) {
          yield* publish("room/b", `at ${qos}`, { qos, retain: qos === 1 })
          const message = yield* next
          assert.deepStrictEqual([text(message), message.qos, message.retain], [`room/b=at ${qos}`, qos, false])
        }
        const late = yield* connect(url, { protocolVersion: version })
        yield* late.subscribe("room/b", { qos: 2 })
        const old = yield* late.next
        assert.deepStrictEqual([text(old), old.qos, old.retain], ["room/b=at 1", 1, true])
        yield* Effect.promise(() => client.unsubscribeAsync(["room/+", "room/a", "never/there"]))
        yield* publish("room/a", "unheard", { qos: 2 })
        yield* publish("hall/x", "heard", { qos: 2 })
        assert.strictEqual(text(yield* next), "hall/x=heard")
        assert.strictEqual(yield* waiting, 0)
      })
  )

  it.scopedLive("a session waits, in order, and a will tells of a link that is cut", () =>
    Effect.gen(function*() {
      const { tcp } = yield* listening
      const witness = yield* connect(tcp, { protocolVersion: version })
      yield* witness.subscribe("gone", { qos: 1 })
      const options = kept(version, "sleeper")
      const will = { topic: "gone", payload: Buffer.from("sleeper"), qos: 1, retain: false } as const
      const first = yield* connect(tcp, { ...options, will })
      yield* first.subscribe("jobs/#", { qos: 2 })
      yield* first.cut
      assert.strictEqual(text(yield* witness.next), "gone=sleeper")
      const qualities = Array.from({ length: 50 }, (_, index) => index % 2 === 0 ? 1 : 2)
      for (const [index, qos] of qualities.entries()) yield* witness.publish(`jobs/${index}`, "", { qos })
      const second = yield* connect(tcp, options)
      const messages = yield* Effect.replicateEffect(second.next, 50)
      assert.isTrue(messages.every(({ dup }) => !dup))
      // Messages of QoS 2 are told when they are released, so the order is that of each QoS.
      for (const asked of [1, 2]) {
        assert.deepStrictEqual(
          messages.filter(({ qos }) => qos === asked).map(({ topic }) => topic),
          qualities.flatMap((qos, index) => qos === asked ? [`jobs/${index}`] : [])
        )
      }
    }))

  it.scopedLive("payloads of every size around the borders of a length field come back unchanged", () =>
    Effect.gen(function*() {
      const { next, publish, subscribe } = yield* connect((yield* listening).tcp, { protocolVersion: version })
      yield* subscribe("size", { qos: 1 })
      for (const size of [0, 1, 100, 116, 117, 118, 119, 127, 128, 16_370, 16_383, 16_384, 2_097_140, 2_097_152]) {
        const payload = Buffer.alloc(size, size & 0xff)
        yield* publish("size", payload, { qos: 1 })
        const received = (yield* next).payload
        assert.isTrue(payload.equals(Buffer.from(received)), `${size} bytes`)
      }
    }))
})

describe("MQTT.js, what only 5.0 has", () => {
  const listening = (options?: Broker.Options) => Effect.flatMap(Broker.make(options), NodeBroker.listenTcp)

  it.scopedLive("properties, subscription identifiers and aliases in both directions", () =>
    Effect.gen(function*() {
      const { url } = yield* listening()
      const { client, next, publish, subscribe } = yield* connect(url, {
        protocolVersion: 5,
        autoAssignTopicAlias: true,
        autoUseTopicAlias: true,
        properties: { topicAliasMaximum: 10 }
      })
      yield* subscribe("a/#", { qos: 2, properties: { subscriptionIdentifier: 17 } })
      const properties = {
        payloadFormatIndicator: true,
        messageExpiryInterval: 600,
        contentType: "text/plain",
        responseTopic: "answers",
        correlationData: Buffer.from([0, 1, 255])
      }
      const said: Record<string, string | Array<string>> = { a: ["1", "2"], b: "é" }
      // From the second one on both sides may put a number in the place of the topic.
      for (let round = 0; round < 3; round++) {
        for (const topic of ["a/long/topic", "a/other/topic"]) {
          yield* publish(topic, "x", { qos: 1, properties: { ...properties, userProperties: said } })
          const message = yield* next
          assert.strictEqual(message.topic, topic)
          const { topicAlias: _, userProperties, ...rest } = message.properties ?? {}
          assert.deepStrictEqual(rest, { ...properties, subscriptionIdentifier: 17 })
          assert.deepStrictEqual({ ...userProperties }, said)
        }
      }
      assert.isTrue(client.connected)
    }))

  it.scopedLive("what the CONNACK says", () =>
    Effect.gen(function*() {
      const { url } = yield* listening({
        capabilities: { maximumQoS: 1, retain: false },
        limits: { maxKeepAlive: "33 seconds" }
      })
      const connAck = yield* Effect.acquireRelease(
        Effect.sync(() => mqtt.connect(url, { protocolVersion: 5, clientId: "", reconnectPeriod: 0 })),
        (client) => Effect.promise(() => client.endAsync(true))
      ).pipe(
        Effect.flatMap((client) =>
          Effect.async<unknown>((resume) =>
            void client.once("connect", ({ properties }) => resume(Effect.succeed({ ...properties })))
          )
        )
      )
      assert.deepInclude(connAck, { maximumQoS: 1, retainAvailable: false, serverKeepAlive: 33 })
      assert.property(connAck, "assignedClientIdentifier")
    }))

  it.scopedLive("a group shares, a taken over client is told why, and No Local holds", () =>
    Effect.gen(function*() {
      const { url } = yield* listening()
      const members = yield* Effect.forEach(
        ["one", "two"],
        (clientId) => connect(url, { protocolVersion: 5, clientId })
      )
      for (const member of members) yield* member.subscribe("$share/group/jobs", { qos: 1 })
      const sender = yield* connect(url, { protocolVersion: 5 })
      yield* sender.subscribe("jobs", { qos: 1, nl: true })
      for (let job = 0; job < 20; job++) yield* sender.publish("jobs", `${job}`, { qos: 1 })
      const counts = Effect.forEach(members, ({ waiting }) => waiting)
      yield* Effect.repeat(Effect.delay(counts, "5 millis"), { until: ([one = 0, two = 0]) => one + two >= 20 })
      assert.deepStrictEqual(yield* counts, [10, 10])
      assert.strictEqual(yield* sender.waiting, 0)
      const told = members.slice(0, 1).map(({ client }) =>
        Effect.async<number | undefined>((resume) =>
          void client.once("disconnect", ({ reasonCode }) => resume(Effect.succeed(reasonCode)))
        )
      )
      const telling = yield* Effect.fork(Effect.all(told))
      yield* Effect.yieldNow()
      yield* connect(url, { protocolVersion: 5, clientId: "one" })
      assert.deepStrictEqual(yield* telling, [0x8e])
    }))
})
