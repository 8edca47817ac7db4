import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as turns from "../../../src/internal/device/inTurn.ts"
import { reasonOf } from "../../vacuumWith.ts"

const timeout = "10 seconds"

const settle = TestClock.adjust("1 second")

describe("requests in turn", () => {
  it.effect("come in the order in which they were made, and one that was given up gives way", () =>
    Effect.gen(function*() {
      const inTurn = turns.make(timeout)
      const begun: Array<number> = []
      const [first, second] = yield* Effect.forEach(
        Array.from({ length: 19 }, (_, index) => index),
        (index) =>
          Effect.fork(inTurn("method", (sent) =>
            Effect.zipRight(
              Effect.sync(() => {
                begun.push(index)
                sent()
              }),
              Effect.never
            )))
      )
      assert.isDefined(first)
      assert.isDefined(second)
      yield* settle
      assert.lengthOf(begun, 16)
      yield* Fiber.interrupt(first)
      yield* settle
      assert.deepStrictEqual(begun.slice(16), [16])
      yield* Fiber.interrupt(second)
      yield* settle
      assert.deepStrictEqual(begun.slice(16), [16, 17])
    }))

  it.effect("say how far they came when their time is over, which leaves none of the places taken", () =>
    Effect.gen(function*() {
      const inTurn = turns.make(timeout)
      // They hold their places for longer than their time, so that it is clear who waits for one.
      const stuck = Effect.uninterruptible(Effect.sleep("1 minute"))
      const reasons = yield* Effect.fork(Effect.all([
        reasonOf(inTurn("sent", (sent) => Effect.zipRight(Effect.sync(sent), stuck))),
        ...Array.from({ length: 15 }, () => reasonOf(inTurn("held up", () => stuck))),
        reasonOf(inTurn("waiting", () => Effect.void))
      ], { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 minute")
      const said = yield* Fiber.join(reasons)
      assert.deepStrictEqual([said[0], said[1], said[16]], ["TimedOut", "NotConnected", "QueueTimeout"])
      assert.strictEqual(yield* inTurn("next", () => Effect.succeed("done")), "done")
    }))
})
