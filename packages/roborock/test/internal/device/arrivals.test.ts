import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as arrivals from "../../../src/internal/device/arrivals.ts"
import * as turns from "../../../src/internal/device/inTurn.ts"
import { reasonOf } from "../../vacuumWith.ts"

const timeout = "10 seconds"

/** Of a device that is told things, once the way to it is there. */
const makeArrivals = (way: Effect.Effect<void> = Effect.void) => {
  const inTurn = turns.make(timeout)
  return arrivals.make({
    exchange: (_turn, method, _payload, run) => inTurn(method, (sent) => run(Effect.tap(way, Effect.sync(sent))))
  })
}

const question = () => new Uint8Array()

describe("values that are asked for", () => {
  it.effect("are not held to be missing on the device when the question was not sent", () =>
    Effect.gen(function*() {
      let way: Effect.Effect<void> = Effect.never
      const { arrived, collect } = makeArrivals(Effect.suspend(() => way))
      const unsent = yield* Effect.fork(reasonOf(collect("values", [1, 2], question)))
      yield* TestClock.adjust("1 second")
      yield* arrived([1])
      yield* TestClock.adjust(timeout)
      assert.strictEqual(yield* Fiber.join(unsent), "NotConnected")
      way = Effect.void
      const sent = yield* Effect.fork(reasonOf(collect("values", [1, 2], question)))
      yield* TestClock.adjust("1 second")
      yield* arrived([1])
      assert.isNull(sent.unsafePoll())
      yield* arrived([2])
      assert.isUndefined(yield* Fiber.join(sent))
    }))

  it.effect("are waited for behind a push, which has little of them, up to the time-out", () =>
    Effect.gen(function*() {
      const { arrived, collect } = makeArrivals()
      const ask = Effect.fork(reasonOf(collect("values", [1, 2, 3, 4, 5], question)))
      const answered = yield* ask
      yield* TestClock.adjust("1 second")
      yield* arrived([1])
      yield* TestClock.adjust("5 seconds")
      assert.isNull(answered.unsafePoll())
      yield* arrived([1, 2, 3, 4])
      assert.isNull(answered.unsafePoll())
      yield* TestClock.adjust("2 seconds")
      assert.isUndefined(yield* Fiber.join(answered))
      const unanswered = yield* ask
      yield* TestClock.adjust("1 second")
      yield* arrived([2])
      yield* TestClock.adjust("8 seconds")
      assert.isNull(unanswered.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.isUndefined(yield* Fiber.join(unanswered))
    }))

  it.effect("that do not come with the others are waited for two seconds", () =>
    Effect.gen(function*() {
      const { arrived, collect } = makeArrivals()
      const waiting = yield* Effect.fork(reasonOf(collect("values", [1, 2, 3], question)))
      yield* TestClock.adjust("5 seconds")
      yield* arrived([1])
      yield* TestClock.adjust("1500 millis")
      yield* arrived([2])
      yield* TestClock.adjust("1500 millis")
      assert.isNull(waiting.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.isUndefined(yield* Fiber.join(waiting))
    }))

  it.effect("that two answers did not bring are not waited for again, until they come", () =>
    Effect.gen(function*() {
      const { arrived, collect } = makeArrivals()
      const ask = Effect.fork(reasonOf(collect("values", [1, 2], question)))
      for (let asked = 0; asked < 2; asked++) {
        const waiting = yield* ask
        yield* TestClock.adjust("1 second")
        yield* arrived([1])
        assert.isNull(waiting.unsafePoll())
        yield* TestClock.adjust(timeout)
        assert.isUndefined(yield* Fiber.join(waiting))
      }
      const third = yield* ask
      yield* TestClock.adjust("1 second")
      yield* arrived([1])
      assert.isUndefined(yield* Fiber.join(third))
      const fourth = yield* ask
      yield* TestClock.adjust(timeout)
      assert.strictEqual(yield* Fiber.join(fourth), "TimedOut")
    }))
})
