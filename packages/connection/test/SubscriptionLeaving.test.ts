import { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope, Stream, TestClock } from "effect"
import * as Scripted from "./scriptedServer.ts"
import { incoming } from "./sessionRig.ts"
import { granted, heard, scenario, settle, start, subscription, take, unsubscribed } from "./subscribing.ts"

const isOver = (fiber: Fiber.RuntimeFiber<unknown, unknown>) => Effect.map(fiber.status, ({ _tag }) => _tag === "Done")

describe("leaving a subscription", () => {
  scenario("waits until the server has confirmed it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const reading = yield* Effect.fork(Stream.runDrain(client.subscribe("a")))
      yield* granted(link)
      yield* settle
      const leaving = yield* Effect.fork(Fiber.interrupt(reading))
      yield* settle
      assert.isFalse(yield* isOver(leaving))
      yield* unsubscribed(link)
      yield* settle
      assert.isTrue(yield* isOver(leaving))
    }))

  scenario("but no longer than drainTimeout, and the answer may still come", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ drainTimeout: "2 seconds" })
      const reading = yield* Effect.fork(Stream.runDrain(client.subscribe("a")))
      yield* granted(link)
      yield* settle
      const leaving = yield* Effect.fork(Fiber.interrupt(reading))
      yield* settle
      yield* TestClock.adjust("1900 millis")
      assert.isFalse(yield* isOver(leaving))
      yield* TestClock.adjust("100 millis")
      yield* settle
      assert.isTrue(yield* isOver(leaving))
      yield* unsubscribed(link)
      const again = yield* Effect.fork(Stream.runDrain(client.subscribe("a")))
      yield* granted(link)
      yield* unsubscribedBy(Fiber.interrupt(again), link)
    }))

  it.scoped("holds nobody who closes a client, be it that of requests", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const scope = yield* Scope.make()
      const making = yield* Effect.fork(
        MqttClient.make({ url: "mqtt://memory", clientId: "me" }).pipe(
          Effect.provide(server.layer),
          Scope.extend(scope)
        )
      )
      const link = yield* server.accept()
      const client = yield* Fiber.join(making)
      yield* Effect.fork(client.request("a", "?"))
      yield* granted(link)
      yield* link.expect("Publish")
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* settle
      // To leave takes 5 seconds, to drain 5 more, and the peer has 2 to take the DISCONNECT.
      yield* TestClock.adjust("12 seconds")
      yield* settle
      assert.isTrue(yield* isOver(closing))
    }))
})

describe("what a consumer that fails leaves behind, after its link was lost and the session resumed", () => {
  /** The server sends its message again, while the consumer still works on the first copy. */
  const resent = (server: Scripted.Server, link: Scripted.Link) =>
    Effect.gen(function*() {
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      yield* next.send(incoming("a", 1, 1, { dup: true }))
      yield* settle
      return next
    })

  /** A consumer that has a message, and works on it until the gate opens. */
  const working = Effect.gen(function*() {
    const { client, link, server } = yield* start()
    const { messages } = yield* subscription(link, client, "a", { qos: 1 })
    const gate = yield* Deferred.make<never, string>()
    const failing = yield* Effect.fork(Stream.runForEach(messages, () => Deferred.await(gate)))
    yield* link.send(incoming("a", 1))
    yield* settle
    return { failing, gate, link, messages, server }
  })

  scenario(
    "is only what the server has sent again, to the next consumer of its messages",
    () =>
      Effect.gen(function*() {
        const { failing, gate, link, messages, server } = yield* working
        const next = yield* resent(server, link)
        yield* Deferred.fail(gate, "broken")
        yield* Fiber.await(failing)
        const seen: Array<boolean> = []
        yield* Effect.fork(Stream.runForEach(messages, ({ dup }) => Effect.sync(() => void seen.push(dup))))
        assert.deepStrictEqual(yield* heard(next, 1), [["PubAck", 1, 0]])
        yield* settle
        assert.deepStrictEqual(seen, [true])
      })
  )

  scenario("and to the next stream, where each message is acknowledged by hand", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const failing = yield* Effect.fork(
        Stream.runForEach(client.subscribeAckable("a", { qos: 1 }), () => Effect.never)
      )
      yield* granted(link)
      yield* link.send(incoming("a", 1))
      yield* settle
      const next = yield* resent(server, link)
      yield* unsubscribedBy(Fiber.interrupt(failing), next)
      const seen: Array<boolean> = []
      const again = client.subscribeAckable("a", { qos: 1 })
      yield* Effect.fork(Stream.runForEach(again, ({ ack, dup }) => Effect.tap(ack, () => void seen.push(dup))))
      yield* granted(next)
      assert.deepStrictEqual(yield* heard(next, 1), [["PubAck", 1, 0]])
      yield* settle
      assert.deepStrictEqual(seen, [true])
    }))

  scenario("is what it worked on, if the session is lost before that comes", () =>
    Effect.gen(function*() {
      const { failing, gate, link, messages, server } = yield* working
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* (yield* server.accept({ sessionPresent: true })).close
      yield* settle
      yield* TestClock.adjust("3 seconds")
      yield* granted(yield* server.accept({ sessionPresent: false }))
      yield* Deferred.fail(gate, "broken")
      yield* Fiber.await(failing)
      assert.deepStrictEqual(yield* take(messages, 1), ["a"])
    }))
})

const unsubscribedBy = <A, E, R>(leaving: Effect.Effect<A, E, R>, link: Scripted.Link) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(leaving)
    yield* unsubscribed(link)
    yield* Fiber.join(fiber)
  })
