/** Who gets a link, and what outlives one. */
import { Message } from "@effect-mqtt/connection"
import { assert } from "@effect/vitest"
import { Effect, Either, Fiber, Redacted, Stream } from "effect"
import * as FaultyLink from "../../brokers/faultyLink.ts"
import { clientIdOf, type Scenario, topicOf } from "../scenario.ts"
import { connect, inbox, linked } from "../target.ts"

export const connecting: Scenario = {
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

export const otherVersion: Scenario = {
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

export const will: Scenario = {
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

export const resuming: Scenario = {
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

export const keepAlive: Scenario = {
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

export const restarting: Scenario = {
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
      yield* Fiber.join(pending)
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
