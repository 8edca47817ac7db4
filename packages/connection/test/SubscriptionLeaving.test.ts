import { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream, TestClock } from "effect"
import * as Scripted from "./scriptedServer.ts"
import { granted, scenario, settle, start, unsubscribed } from "./subscribing.ts"

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

const unsubscribedBy = <A, E, R>(leaving: Effect.Effect<A, E, R>, link: Scripted.Link) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(leaving)
    yield* unsubscribed(link)
    yield* Fiber.join(fiber)
  })
