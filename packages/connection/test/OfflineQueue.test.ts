import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
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
