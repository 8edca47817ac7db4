/** Which messages arrive, where and how. */
import { Message } from "@effect-mqtt/connection"
import { assert } from "@effect/vitest"
import { Effect, Either, Stream } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { type Scenario, topicOf } from "../scenario.ts"
import { connect, inbox, linked } from "../target.ts"

const qualities = [0, 1, 2] as const

export const delivery: Scenario = {
  name: "delivers each QoS to each QoS, at the lower of both",
  onEveryLink: true,
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "delivery")
      const sender = yield* connect(target)
      const offered = qualities.filter((qos) => qos <= target.can.qos)
      for (const asked of qualities) {
        const receiver = yield* connect(target)
        const { grantedQos, take } = yield* inbox(receiver, topic, { qos: asked })
        const granted = Math.min(asked, target.can.qos)
        assert.deepStrictEqual(grantedQos.map(Number), [granted])
        for (const qos of offered) yield* sender.publish(topic, `at ${qos}`, { qos })
        const got = yield* take(offered.length)
        assert.sameDeepMembers(
          got.map((message) => [Message.text(message), message.qos]),
          offered.map((qos) => [`at ${qos}`, Math.min(qos, granted)])
        )
      }
    })
}

export const exactlyOnce: Scenario = {
  name: "takes QoS 2, or the publish fails",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "exactly-once")
      const { next, waiting } = yield* inbox(yield* connect(target), topic, { qos: 2 })
      const sender = yield* connect(target)
      const outcome = yield* Effect.either(sender.publish(topic, "once", { qos: 2 }))
      if (target.can.qos2Publish === "works") {
        assert.isTrue(Either.isRight(outcome))
        assert.strictEqual(Message.text(yield* next), "once")
        yield* sender.publish(topic, "last", { qos: 2 })
        assert.strictEqual(Message.text(yield* next), "last")
        assert.strictEqual(yield* waiting, 0)
        return
      }
      assert.deepInclude(Either.isLeft(outcome) ? outcome.left : {}, { _tag: "PublishError", reason: "SessionLost" })
      // The client itself goes on.
      yield* linked(sender, 2)
      yield* sender.publish(topic, "QoS 1 does", { qos: 1 })
    })
}

export const retained: Scenario = {
  name: "keeps retained messages until they are cleared",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "retained")
      const client = yield* connect(target)
      const live = yield* inbox(client, topic, { qos: 1 })
      yield* client.publish(topic, "kept", { qos: 1, retain: true })
      assert.isFalse((yield* live.next).retain)
      const late = yield* inbox(yield* connect(target), topic, { qos: 1 })
      const message = yield* late.next
      assert.deepStrictEqual([Message.text(message), message.retain], ["kept", true])
      yield* client.publish(topic, "", { qos: 1, retain: true })
      assert.strictEqual((yield* live.next).payload.length, 0)
      const later = yield* inbox(yield* connect(target), topic, { qos: 1 })
      yield* client.publish(topic, "live", { qos: 1 })
      assert.strictEqual(Message.text(yield* later.next), "live")
    })
}

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

export const large: Scenario = {
  name: "carries large payloads unchanged",
  onEveryLink: true,
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "large")
      const client = yield* connect(target)
      const { take } = yield* inbox(yield* connect(target), topic, { qos: 1 })
      const largest = target.link.startsWith("ws") ? target.can.webSocketPayload : 4 * 1024 * 1024
      const payloads = [randomBytes(largest), randomBytes(20_000), new Uint8Array(0)]
      for (const payload of payloads) yield* client.publish(topic, payload, { qos: 1 })
      const got = yield* take(payloads.length)
      assert.deepStrictEqual(got.map(({ payload }) => hash(payload)), payloads.map(hash))
    })
}

export const manyTopics: Scenario = {
  name: "delivers 1 000 topics, each once, to as many subscriptions as it can",
  run: (target) =>
    Effect.gen(function*() {
      const groups = target.can.filters
      const topic = topicOf(target, "many")
      const topics = Array.from({ length: 1000 }, (_, index) => `${topic}/${index % groups}/${index}`)
      const filters = topics.slice(0, groups).map((name) => groups === 1000 ? name : name.replace(/\d+$/, "+"))
      const receiver = yield* connect(target)
      const { grantedQos, take, waiting } = yield* inbox(receiver, filters.map((filter) => ({ filter })), { qos: 1 })
      assert.deepStrictEqual(grantedQos.map(Number), filters.map(() => 1))
      const sender = yield* connect(target)
      yield* Stream.run(
        Stream.fromIterable(topics.map((name) => ({ topic: name, payload: name, qos: 1 as const }))),
        sender.sink()
      )
      const got = yield* take(1000)
      assert.sameMembers(got.map((message) => message.topic), topics)
      assert.isTrue(got.every((message) => Message.text(message) === message.topic))
      assert.strictEqual(yield* waiting, 0)
    })
}

export const shared: Scenario = {
  name: "shares a subscription among its members, where it can",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "shared")
      const members = [yield* connect(target), yield* connect(target)]
      const join = (client: typeof members[number]) => inbox(client, topic, { qos: 1, share: "group" })
      if (target.can.sharedSubscriptions[target.version] !== true) {
        for (const member of members) {
          const refused = yield* Effect.either(Effect.scoped(join(member)))
          // A broker that takes the name for a plain filter grants it, and gives nothing.
          if (Either.isLeft(refused)) assert.strictEqual(refused.left._tag, "SubscribeError")
        }
        return
      }
      const inboxes = yield* Effect.forEach(members, join)
      const sender = yield* connect(target)
      for (let index = 0; index < 100; index++) yield* sender.publish(topic, `${index}`, { qos: 1 })
      const arrived = Effect.map(Effect.forEach(inboxes, ({ waiting }) => waiting), (counts) => counts[0] + counts[1])
      yield* Effect.repeat(Effect.delay(arrived, "20 millis"), { until: (count) => count >= 100 })
      const got = yield* Effect.forEach(inboxes, ({ take, waiting }) => Effect.flatMap(waiting, take))
      assert.sameMembers(got.flat().map(Message.text), Array.from({ length: 100 }, (_, index) => `${index}`))
      for (const each of got) assert.isAbove(each.length, 0)
    })
}

export const rights: Scenario = {
  name: "keeps the client to the topics that it may use",
  run: (target) =>
    Effect.gen(function*() {
      const publishing = target.can.forbiddenPublish[target.version]
      const sender = yield* connect(target)
      const published = yield* Effect.either(sender.publish("closed/door", "x", { qos: 1 }))
      if (publishing === "dropped") assert.isTrue(Either.isRight(published))
      else assert.deepInclude(Either.isLeft(published) ? published.left : {}, refusal("PublishError", publishing))
      const subscribing = target.can.forbiddenSubscribe[target.version]
      const receiver = yield* connect(target)
      const subscribed = yield* Effect.either(Effect.scoped(receiver.subscription("closed/#", { qos: 1 })))
      if (subscribing === "filtered") assert.isTrue(Either.isRight(subscribed))
      else assert.deepInclude(Either.isLeft(subscribed) ? subscribed.left : {}, refusal("SubscribeError", subscribing))
    })
}

/** A broker that only ends the link is found out after three links: the client gives up rather than try for ever. */
const refusal = (tag: string, how: number | string | undefined) =>
  typeof how === "number"
    ? { _tag: tag, reason: tag === "PublishError" ? "PublishRejected" : "SubscribeRejected", reasonCode: how }
    : { _tag: tag, reason: "Closed" }

export const properties: Scenario = {
  name: "passes on the properties of MQTT 5",
  run: (target) =>
    Effect.gen(function*() {
      if (target.version === 4) return
      const topic = topicOf(target, "properties")
      const client = yield* connect(target)
      const { next } = yield* inbox(client, topic, { qos: 1 })
      const sent = {
        contentType: "text/plain",
        responseTopic: "open/answers",
        correlationData: new Uint8Array([1, 2, 3]),
        userProperties: [["a", "1"], ["a", "2"], ["b", "é"]] as const
      }
      yield* client.publish(topic, "x", { qos: 1, properties: sent })
      const got = (yield* next).properties
      assert.strictEqual(got?.contentType, sent.contentType)
      assert.strictEqual(got?.responseTopic, sent.responseTopic)
      assert.deepStrictEqual([...got?.correlationData ?? []], [1, 2, 3])
      assert.deepStrictEqual(got?.userProperties, sent.userProperties)
    })
}

export const dots: Scenario = {
  name: "takes topics with dots, or ends the link",
  run: (target) =>
    Effect.gen(function*() {
      const topic = `${topicOf(target, "dots")}/a.b`
      const client = yield* connect(target)
      const outcome = yield* Effect.either(client.publish(topic, "x", { qos: 1 }))
      assert.strictEqual(Either.isRight(outcome), target.can.dotsInTopics)
    })
}
