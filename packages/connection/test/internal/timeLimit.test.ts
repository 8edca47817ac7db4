import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Exit, Fiber, TestClock } from "effect"
import * as timeLimit from "../../src/internal/timeLimit.ts"

const limitOf = (millis: number) => ({ millis, late: () => "late" as const })

const soon = <A>(value: A): timeLimit.Start<A, never> => (resume) => {
  queueMicrotask(() => resume(Effect.succeed(value)))
  return Effect.void
}

/** Says in `log` what becomes of it. */
const endless = (log: Array<string>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => log.push("acquired")),
    () => Effect.never,
    () => Effect.sync(() => log.push("released"))
  )

describe("a time limit", () => {
  it.effect("fails at its instant by the clock of the program, when what it limits has let go of everything", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const fiber = yield* Effect.fork(
        Effect.tapError(timeLimit.within(limitOf(100))(endless(log)), (error) => Effect.sync(() => log.push(error)))
      )
      yield* TestClock.adjust(99)
      assert.deepStrictEqual(log, ["acquired"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.await(fiber), Exit.fail("late"))
      assert.deepStrictEqual(log, ["acquired", "released", "late"])
    }))

  it.effect("holds also where nothing is interruptible", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.uninterruptible(timeLimit.within(limitOf(100))(Effect.never)))
      yield* TestClock.adjust(100)
      yield* Effect.yieldNow()
      assert.deepStrictEqual(fiber.unsafePoll(), Exit.fail("late"))
    }))

  it.effect("lets pass what is in time: values, errors and defects", () =>
    Effect.gen(function*() {
      const within = timeLimit.within(limitOf(100))
      assert.strictEqual(yield* within(Effect.as(Effect.yieldNow(), 1)), 1)
      assert.strictEqual(yield* Effect.flip(within(Effect.fail("refused"))), "refused")
      assert.deepStrictEqual(yield* Effect.exit(within(Effect.die("broken"))), Exit.die("broken"))
      assert.strictEqual(yield* timeLimit.async(limitOf(100), soon(2)), 2)
    }))

  it.effect("ends with the one who waits", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const fiber = yield* Effect.fork(timeLimit.within(limitOf(100))(endless(log)))
      yield* Effect.yieldNow()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.deepStrictEqual(log, ["acquired", "released"])
    }))

  it.effect("ends what has not called back, once", () =>
    Effect.gen(function*() {
      let ended = 0
      const waiting = timeLimit.async(limitOf(100), () => Effect.sync(() => ended++))
      const late = yield* Effect.fork(waiting)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* Fiber.await(late), Exit.fail("late"))
      assert.strictEqual(ended, 1)
      const interrupted = yield* Effect.fork(waiting)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(interrupted)
      assert.strictEqual(ended, 2)
    }))

  it.effect("of no time is over in the next turn, not in the one that starts", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const calling = yield* Effect.fork(timeLimit.async(limitOf(0), () => Effect.sync(() => log.push("ended"))))
      const running = yield* Effect.fork(timeLimit.within(limitOf(0))(endless(log)))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* Fiber.await(calling), Exit.fail("late"))
      assert.deepStrictEqual(yield* Fiber.await(running), Exit.fail("late"))
      assert.sameMembers(log, ["ended", "acquired", "released"])
    }))

  it.live("leaves no timer of the usual clock, and takes none for a time that none can be set to", () =>
    Effect.gen(function*() {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.useRealTimers()))
      assert.strictEqual(yield* timeLimit.async(limitOf(1000), soon(1)), 1)
      assert.strictEqual(yield* timeLimit.within(limitOf(1000))(Effect.succeed(2)), 2)
      assert.strictEqual(vi.getTimerCount(), 0)
      const fiber = yield* Effect.fork(timeLimit.async(limitOf(Infinity), () => Effect.void))
      yield* Effect.yieldNow()
      assert.strictEqual(vi.getTimerCount(), 0)
      yield* Fiber.interrupt(fiber)
      const limited = yield* Effect.fork(timeLimit.async(limitOf(1000), () => Effect.void))
      yield* Effect.yieldNow()
      assert.strictEqual(vi.getTimerCount(), 1)
      yield* Fiber.interrupt(limited)
      assert.strictEqual(vi.getTimerCount(), 0)
    }).pipe(Effect.scoped))
})
