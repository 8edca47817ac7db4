import { Packet } from "@effect-mqtt/codec"
import type { MqttError } from "@effect-mqtt/connection"
import { SessionStore } from "@effect-mqtt/connection"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import type { Clock, Duration } from "effect"
import { Effect, Either, Fiber, Layer, Schedule, Stream, TestClock } from "effect"
import * as Client from "./scriptedClient.ts"
import * as Rig from "./sessionRig.ts"

const sentTopics = (rig: ReturnType<typeof Rig.make>) =>
  rig.sent().flatMap((packet) => packet._tag === "Publish" ? [packet.topic] : [])

describe("a queue that is full while there is no link", () => {
  const publishAll = (queueOverflow: "fail" | "dropOldest" | "wait", limits: { readonly queueBytes?: number } = {}) => {
    const rig = Rig.make(5, { queueMessages: 3, queueOverflow, ...limits })
    rig.connect()
    rig.session.lost()
    rig.sent()
    const outcomes = ["a", "b", "c", "d", "e"].map((topic) => rig.publish(topic, 1, "x".repeat(9)))
    rig.connect({ sessionPresent: true })
    return { rig, topics: sentTopics(rig), results: outcomes.map(({ result }) => result) }
  }

  it("refuses the new ones", () => {
    const { results, topics } = publishAll("fail")
    assert.deepStrictEqual(topics, ["a", "b", "c"])
    assert.deepStrictEqual(results, ["waits", "waits", "waits", "QueueFull", "QueueFull"])
  })

  it("gives up the oldest ones, by number and by bytes", () => {
    assert.deepStrictEqual(publishAll("dropOldest").topics, ["c", "d", "e"])
    const { results, topics } = publishAll("dropOldest", { queueBytes: 20 })
    assert.deepStrictEqual(topics, ["d", "e"])
    assert.deepStrictEqual(results, ["QueueFull", "QueueFull", "QueueFull", "waits", "waits"])
  })

  it("refuses one that alone is too large, whatever it would give up", () => {
    const rig = Rig.make(5, { queueBytes: 20, queueOverflow: "dropOldest" })
    rig.publish("a", 1, "x")
    assert.strictEqual(rig.publish("b", 1, "x".repeat(100)).result, "QueueFull")
  })

  it("has its callers wait", () => {
    const { results, topics } = publishAll("wait")
    assert.deepStrictEqual(topics, ["a", "b", "c", "d", "e"])
    assert.deepStrictEqual(results, Array.from({ length: 5 }, () => "waits"))
  })
})

describe("what waits when the link drops", () => {
  const drop = (queueRetention: "failQos0" | "keepAll" | "failAll") => {
    const rig = Rig.make(5, { inFlight: 1, queueRetention })
    rig.connect()
    const written = rig.publish("written", 1)
    const behind = ([1, 0, 2] as const).map((qos) => rig.publish(`q${qos}`, qos))
    rig.sent()
    rig.session.lost()
    const results = [written, ...behind].map(({ result }) => result)
    rig.connect({ sessionPresent: true })
    const topics = sentTopics(rig)
    rig.receive(Packet.pubAck({ packetId: 1 }))
    return { results, topics: [...topics, ...sentTopics(rig)], written, rig }
  }

  it("at QoS 0 fails, unless it is to be kept", () => {
    const { results, topics } = drop("failQos0")
    assert.deepStrictEqual(results, ["waits", "waits", "Disconnected", "waits"])
    assert.deepStrictEqual(topics, ["written", "q1"])
    const kept = drop("keepAll")
    assert.deepStrictEqual(kept.results, ["waits", "waits", "waits", "waits"])
    assert.deepStrictEqual(kept.topics, ["written", "q1", "q0"])
  })

  it("fails altogether, but what the session holds is sent again", () => {
    const { results, rig, topics, written } = drop("failAll")
    assert.deepStrictEqual(results, Array.from({ length: 4 }, () => "Disconnected"))
    assert.deepStrictEqual(topics, ["written"])
    assert.strictEqual(written.result, "Disconnected", "who was told is not told again")
    assert.isTrue(rig.session.isIdle())
    assert.deepInclude(rig.session.traffic(), { publishesOk: 1, publishesFailed: 3 })
  })
})

describe("what expires while it waits hears of it when its time is over", () => {
  const publish = (rig: ReturnType<typeof Rig.make>, topic: string, messageExpiryInterval: number) => {
    const results: Array<unknown> = []
    const publication = rig.session.publish(
      rig.now(),
      { _tag: "Publish", topic, payload: Rig.bytes(""), qos: 1, retain: false, properties: { messageExpiryInterval } },
      (result) => results.push(Either.isLeft(result) ? result.left.reason : result.right.reasonCode)
    )
    return { results, publication }
  }

  it("without a link, whatever it waits behind", () => {
    const rig = Rig.make()
    assert.strictEqual(rig.session.deadline(), Infinity)
    const lasting = rig.publish("lasting", 1)
    const [long, first, second] = [60, 5, 5].map((seconds, index) => publish(rig, `${index}`, seconds).results)
    rig.advance(4999)
    assert.deepStrictEqual([long, first, second], [[], [], []])
    rig.advance(1)
    assert.deepStrictEqual([long, first, second], [[], ["Expired"], ["Expired"]])
    assert.strictEqual(rig.session.queued(), 2)
    assert.strictEqual(rig.session.deadline(), 60_000)
    rig.connect()
    assert.deepStrictEqual(sentTopics(rig), ["lasting", "0"])
    assert.strictEqual(lasting.result, "waits")
  })

  it("with a link that has no room for it", () => {
    const rig = Rig.make(5, { inFlight: 1 })
    rig.connect()
    rig.publish("written", 1)
    const { results } = publish(rig, "stale", 5)
    rig.sent()
    rig.advance(5000)
    assert.deepStrictEqual(results, ["Expired"])
    rig.receive(Packet.pubAck({ packetId: 1 }))
    assert.deepStrictEqual(sentTopics(rig), [])
    assert.isTrue(rig.session.isIdle())
  })

  it("if the link is lost, or its session, while it waits", () => {
    const rig = Rig.make(5, { inFlight: 1 })
    rig.connect()
    rig.publish("written", 1)
    const { results } = publish(rig, "stale", 5)
    rig.advance(2000)
    rig.session.lost(rig.now())
    rig.advance(1000)
    rig.connect()
    rig.advance(1999)
    assert.deepStrictEqual(results, [])
    rig.advance(1)
    assert.deepStrictEqual(results, ["Expired"])
  })

  it("nothing waits for the time of what has left the queue", () => {
    const rig = Rig.make()
    publish(rig, "withdrawn", 5).publication.abandon(rig.now())
    assert.strictEqual(rig.session.deadline(), Infinity)
    publish(rig, "sent", 5)
    rig.connect()
    rig.session.lost(rig.now())
    assert.strictEqual(rig.session.deadline(), Infinity)
  })

  const brief = { qos: 1, properties: { messageExpiryInterval: 1 } } as const

  /** A client that has lost its link, and does not try again for an hour. */
  const offline = Effect.gen(function*() {
    const { client, link } = yield* Client.start({ reconnect: Schedule.spaced("1 hour"), drainTimeout: 0 })
    yield* link.close
    yield* Client.settle
    return client
  })

  /** Whether it fails when the second of its expiry is over, and not before. */
  const isTold = (publishing: Effect.Effect<unknown, MqttError.PublishError>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.flip(publishing))
      yield* Client.settle
      yield* TestClock.adjust("999 millis")
      yield* Client.settle
      assert.isNull(fiber.unsafePoll())
      yield* TestClock.adjust("1 millis")
      yield* Client.settle
      const exit = fiber.unsafePoll()
      assert.isNotNull(exit, "it is not told")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "Expired")
    })

  it.scoped("of a client without a link: published, and from a stream", () =>
    Effect.gen(function*() {
      const client = yield* offline
      yield* isTold(client.publish("t", "x", brief))
      yield* isTold(
        Stream.run(Stream.make({ topic: "a", payload: "x" }, { topic: "t", payload: "x", ...brief }), client.sink())
      )
    }))

  it.scoped("with a durable session", () =>
    Effect.gen(function*() {
      const client = yield* offline
      yield* isTold(client.publish("t", "x", brief))
    }).pipe(Effect.provide(Layer.provide(SessionStore.layerKeyValueStore(), KeyValueStore.layerMemory))))

  it.scoped("made where nothing is interruptible", () =>
    Effect.gen(function*() {
      const client = yield* Effect.uninterruptible(offline)
      yield* isTold(client.publish("t", "x", brief))
    }))

  it.scoped("while all places in the window are taken", () =>
    Effect.gen(function*() {
      const { client, link } = yield* Client.start({ drainTimeout: 0 }, { properties: { receiveMaximum: 1 } })
      yield* Effect.fork(client.publish("written", "x", { qos: 1 }))
      yield* link.expect("Publish")
      yield* isTold(client.publish("t", "x", brief))
    }))

  it.scoped("a client that is closed waits for no time any more", () =>
    Effect.gen(function*() {
      const clock = yield* Effect.clock
      let sleeping = 0
      const counting: Clock.Clock = Object.assign(Object.create(clock), {
        sleep: (duration: Duration.Duration) =>
          Effect.acquireUseRelease(
            Effect.sync(() => sleeping++),
            () => clock.sleep(duration),
            () => Effect.sync(() => sleeping--)
          )
      })
      const client = yield* Effect.withClock(offline, counting)
      yield* Client.settle
      const before = sleeping
      yield* Effect.fork(client.publish("t", "x", brief))
      yield* Client.settle
      assert.strictEqual(sleeping, before + 1)
      yield* client.disconnect()
      yield* Client.settle
      assert.strictEqual(sleeping, 0)
    }))
})

describe("with gatePublishes", () => {
  it.scoped("publishes wait for the subscriptions of a new session, and resends do not", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* Client.start({ gatePublishes: true })
      const subscribing = yield* Effect.forkScoped(client.subscription("answers", { qos: 1 }))
      const first = yield* link.expect("Subscribe")
      // A subscription of a link that is under way holds nothing back.
      yield* client.publish("at once", "x")
      assert.strictEqual((yield* link.expect("Publish")).topic, "at once")
      yield* link.send(Packet.subAck({ packetId: first.packetId, reasonCodes: [1] }))
      yield* Fiber.join(subscribing)
      yield* link.close
      yield* Client.settle
      const asking = yield* Effect.fork(client.publish("question", "x", { qos: 1 }))
      yield* Client.settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: false })
      const again = yield* next.expect("Subscribe")
      yield* Effect.fork(client.publish("late", "x"))
      yield* Client.settle
      const early = yield* Effect.fork(next.next)
      yield* Client.settle
      assert.isNull(early.unsafePoll())
      yield* next.send(Packet.subAck({ packetId: again.packetId, reasonCodes: [0x87] }))
      const question = yield* Fiber.join(early)
      assert.isTrue(question?._tag === "Publish" && question.topic === "question")
      assert.strictEqual((yield* next.expect("Publish")).topic, "late")
      if (question?._tag === "Publish") yield* next.send(Packet.pubAck({ packetId: question.packetId ?? 0 }))
      yield* Fiber.join(asking)
      yield* next.close
    }))

  it("without subscriptions nothing waits; those that are lost with their link hold nothing back", () => {
    const rig = Rig.make(5, { gatePublishes: true })
    rig.connect()
    assert.strictEqual(rig.publish("a", 0).result, 0)
    assert.deepStrictEqual(rig.tags(), ["Publish"])
  })
})
