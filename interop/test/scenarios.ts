/** The table: what a program expects of every broker, or the way in which a broker declares not to offer it. */
import type { MqttError } from "@effect-mqtt/connection"
import { Message } from "@effect-mqtt/connection"
import { assert } from "@effect/vitest"
import type { Scope } from "effect"
import { Effect, Either, Redacted, Stream } from "effect"
import { createHash, randomBytes } from "node:crypto"
import * as FaultyLink from "../brokers/faultyLink.ts"
import type { Target } from "./target.ts"
import { connect, inbox, linked } from "./target.ts"

export interface Scenario {
  readonly name: string
  readonly run: (target: Target) => Effect.Effect<void, MqttError.MqttError, Scope.Scope>
  /** Also over TLS and WebSocket; the others run over TCP only. */
  readonly onEveryLink?: true
}

/** Names that no other test uses, in what the user may use. */
const topicOf = (target: Target, name: string) => `open/${name}/${target.version}/${target.link}`

const clientIdOf = (target: Target, name: string) => `${name}-${target.version}`

const qualities = [0, 1, 2] as const

const connecting: Scenario = {
  name: "lets the user in, and refuses a wrong password",
  onEveryLink: true,
  run: (target) =>
    Effect.gen(function*() {
      const client = yield* connect(target)
      const { negotiated } = yield* linked(client, 1)
      assert.strictEqual(negotiated.protocolVersion, target.version)
      const refused = yield* Effect.either(Effect.scoped(connect(target, { password: Redacted.make("wrong") })))
      const expected = target.link.startsWith("ws") && target.can.wrongPasswordOverWebSocket !== "the same"
        ? { _tag: "ConnectError", reason: "Transport" }
        : { _tag: "AuthError", reasonCode: target.can.wrongPassword[target.version] }
      assert.deepInclude(Either.isLeft(refused) ? refused.left : {}, expected)
    })
}

const otherVersion: Scenario = {
  name: "speaks the versions that it declares",
  run: (target) =>
    Effect.gen(function*() {
      const { otherVersion, versions } = target.can
      const attempt = (protocolVersion: 5 | "auto") =>
        Effect.either(
          Effect.scoped(Effect.flatMap(connect(target, { protocolVersion }), (client) => linked(client, 1)))
        )
      const modern = yield* attempt(5)
      const automatic = yield* attempt("auto")
      assert.strictEqual(Either.isRight(modern), versions.includes(5))
      if (Either.isLeft(modern)) {
        const error: object = modern.left
        if (otherVersion === "hangs up") assert.deepInclude(error, { _tag: "ConnectError", reason: "Transport" })
        else assert.deepInclude(error, { reason: "ConnectRefused", reasonCode: 1 })
      }
      const agreed = Either.isRight(automatic) ? automatic.right.negotiated.protocolVersion : undefined
      assert.strictEqual(agreed, Math.max(...versions))
    })
}

const delivery: Scenario = {
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

const exactlyOnce: Scenario = {
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

const retained: Scenario = {
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

const will: Scenario = {
  name: "publishes the will of a client whose link is cut, not of one that says goodbye",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "will")
      const { next, waiting } = yield* inbox(yield* connect(target), `${topic}/+`, { qos: 1 })
      const link = yield* FaultyLink.make(target.broker.urls[target.link])
      const mortal = (name: string, url: string) =>
        connect(target, { url, will: { topic: `${topic}/${name}`, payload: "gone", qos: 1 } })
      // Over a link of its own: the cut must not overtake its goodbye.
      const polite = yield* mortal("polite", target.broker.urls[target.link])
      yield* polite.disconnect()
      yield* mortal("cut", link.url)
      yield* link.refuse(true)
      yield* link.cut
      assert.strictEqual((yield* next).topic, `${topic}/cut`)
      assert.strictEqual(yield* waiting, 0)
    })
}

const resuming: Scenario = {
  name: "keeps the session of a client whose link is cut, with what arrives meanwhile",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "resuming")
      const link = yield* FaultyLink.make(target.broker.urls[target.link])
      const client = yield* connect(target, { url: link.url, clientId: clientIdOf(target, "resuming") })
      // In 3.1.1 the first session ends with its link: the second link is the one to be kept.
      yield* link.cut
      yield* linked(client, 2)
      const { take } = yield* inbox(client, topic, { qos: 1 })
      yield* link.refuse(true)
      yield* link.cut
      const sender = yield* connect(target)
      for (let index = 0; index < 20; index++) yield* sender.publish(topic, `${index}`, { qos: 1 })
      yield* link.refuse(false)
      const { negotiated } = yield* linked(client, 3)
      assert.isTrue(negotiated.sessionPresent)
      const got = yield* take(20)
      assert.deepStrictEqual(got.map(Message.text), Array.from({ length: 20 }, (_, index) => `${index}`))
    })
}

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const large: Scenario = {
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

const manyTopics: Scenario = {
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

const keepAlive: Scenario = {
  name: "answers pings, and finds a client whose link has gone silent, as the client does",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "keep-alive")
      const { next } = yield* inbox(yield* connect(target), topic, { qos: 1 })
      const link = yield* FaultyLink.make(target.broker.urls[target.link])
      const client = yield* connect(target, {
        url: link.url,
        keepAlive: "1 second",
        will: { topic, payload: "silent", qos: 1 }
      })
      // Two on one link. A machine that is busy for half a second loses the link, and the next one has to do.
      yield* client.events.pipe(
        Stream.scan(
          0,
          (answers, { _tag }) => _tag === "PingAnswered" ? answers + 1 : _tag === "Connected" ? 0 : answers
        ),
        Stream.takeUntil((answers) => answers === 2),
        Stream.runDrain
      )
      const { epoch } = yield* linked(client, 1)
      // A client that is back sooner than it is missed takes its session over, and some brokers keep the will then.
      yield* link.refuse(true)
      yield* link.abandon
      assert.strictEqual(Message.text(yield* next), "silent")
      yield* link.refuse(false)
      yield* linked(client, epoch + 1)
    })
}

const shared: Scenario = {
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

const rights: Scenario = {
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

const properties: Scenario = {
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

const dots: Scenario = {
  name: "takes topics with dots, or ends the link",
  run: (target) =>
    Effect.gen(function*() {
      const topic = `${topicOf(target, "dots")}/a.b`
      const client = yield* connect(target)
      const outcome = yield* Effect.either(client.publish(topic, "x", { qos: 1 }))
      assert.strictEqual(Either.isRight(outcome), target.can.dotsInTopics)
    })
}

/** Last: it stops the broker. */
const restarting: Scenario = {
  name: "comes back after a restart, and so do sessions, retained messages and pending publishes",
  run: (target) =>
    Effect.gen(function*() {
      const topic = topicOf(target, "restarting")
      const receiver = yield* connect(target, { cleanStart: false, clientId: clientIdOf(target, "restarting") })
      const sender = yield* connect(target)
      const { next } = yield* inbox(receiver, topic, { qos: 1 })
      yield* sender.publish(topic, "before", { qos: 1 })
      yield* sender.publish(`${topic}/kept`, "kept", { qos: 1, retain: true })
      assert.strictEqual(Message.text(yield* next), "before")
      yield* target.broker.stop
      const pending = yield* Effect.fork(sender.publish(topic, "meanwhile", { qos: 1 }))
      yield* Effect.orDie(target.broker.start)
      const { negotiated } = yield* linked(receiver, 2)
      assert.strictEqual(negotiated.sessionPresent, target.can.sessionsSurviveRestart)
      yield* Effect.flatten(Effect.map(pending.await, (exit) => exit))
      const until = (text: string) => Effect.repeat(Effect.map(next, Message.text), { until: (got) => got === text })
      // The first one may come again before it: a broker may stop with the acknowledgement unread.
      if (target.can.sessionsSurviveRestart) yield* until("meanwhile")
      // Where the session is lost the client subscribes again, and the sender may be faster than that. A broker answers in
      // order: with this subscription granted the one before it stands.
      yield* receiver.subscription(`${topic}/standing`)
      yield* sender.publish(topic, "after", { qos: 1 })
      yield* until("after")
      const kept = yield* inbox(yield* connect(target), [{ filter: `${topic}/kept` }, { filter: `${topic}/live` }])
      yield* sender.publish(`${topic}/live`, "live", { qos: 1 })
      assert.strictEqual(Message.text(yield* kept.next), target.can.retainedSurvivesRestart ? "kept" : "live")
      yield* sender.publish(`${topic}/kept`, "", { qos: 1, retain: true })
    })
}

export const scenarios: ReadonlyArray<Scenario> = [
  connecting,
  otherVersion,
  delivery,
  exactlyOnce,
  retained,
  will,
  resuming,
  large,
  manyTopics,
  keepAlive,
  shared,
  rights,
  properties,
  dots,
  restarting
]
