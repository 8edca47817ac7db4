import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Runtime, TestClock } from "effect"
import { Alarm } from "../../../../src/internal/client/link/alarm.ts"

const makeAlarm = (onWake: () => void, over: (ending: Exit.Exit<never>) => void = () => {}) =>
  Effect.map(
    Effect.all([Effect.clock, Effect.runtime<never>()]),
    ([clock, runtime]) => new Alarm(clock, Runtime.runFork(runtime), { onWake, over })
  )

const now = Effect.map(Effect.clock, (clock) => clock.unsafeCurrentTimeMillis())

/** How a link ends whose owner throws when it is woken. */
const makeBroken = Effect.gen(function*() {
  const ending = yield* Deferred.make<Exit.Exit<never>>()
  const alarm = yield* makeAlarm(
    () => {
      throw new Error("broken")
    },
    (exit) => Deferred.unsafeDone(ending, Exit.succeed(exit))
  )
  alarm.by((yield* now) + 10)
  return { ending: Deferred.await(ending) }
})

describe("an alarm", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.effect("does not sleep for longer than a clock that is made of timers can", () =>
    Effect.gen(function*() {
      let wakes = 0
      const alarm = yield* Effect.withClock(makeAlarm(() => wakes++), {
        ...Clock.make(),
        unsafeCurrentTimeMillis: () => 0,
        sleep: (duration) => Duration.toMillis(duration) < 2 ** 31 ? Effect.void : Effect.never
      })
      alarm.by(2 ** 32)
      yield* Effect.yieldNow()
      assert.strictEqual(wakes, 1)
    }))

  it.effect("wakes once at the earliest instant that it was told, by the clock of the program", () =>
    Effect.gen(function*() {
      let wakes = 0
      const alarm = yield* makeAlarm(() => wakes++)
      const start = yield* now
      alarm.by(start + 2000)
      alarm.by(start + 1000)
      alarm.by(start + 3000)
      yield* TestClock.adjust(999)
      assert.strictEqual(wakes, 0)
      yield* TestClock.adjust(1)
      assert.strictEqual(wakes, 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(wakes, 1)
      alarm.by((yield* now) + 10)
      yield* TestClock.adjust(10)
      assert.strictEqual(wakes, 2)
    }))

  // A real timer may fire half a millisecond early by the clock; whoever is woken looks at that again.
  it("sets the timer of the usual clock to no less than what is left, in whole milliseconds", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] })
    let wakes = 0
    const alarm = Effect.runSync(makeAlarm(() => wakes++))
    alarm.by(Date.now() + 100_000)
    alarm.by(Date.now() + 10.5)
    vi.advanceTimersByTime(10)
    assert.strictEqual(wakes, 0)
    vi.advanceTimersByTime(1)
    assert.strictEqual(wakes, 1)
  })

  it("leaves no timer of the usual clock when it is stopped, and does not run over with an instant of next year", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] })
    let wakes = 0
    const alarm = Effect.runSync(makeAlarm(() => wakes++))
    alarm.by(Date.now() + 366 * 86_400_000)
    assert.strictEqual(vi.getTimerCount(), 1)
    vi.advanceTimersByTime(86_400_000)
    assert.strictEqual(wakes, 0)
    alarm.stop()
    assert.strictEqual(vi.getTimerCount(), 0)
  })

  it.effect("ends the link with what its owner throws", () =>
    Effect.gen(function*() {
      const { ending } = yield* makeBroken
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(yield* ending, Exit.die(new Error("broken")))
    }))

  it.live("ends the link with what its owner throws, instead of the process, with the usual clock", () =>
    Effect.gen(function*() {
      const { ending } = yield* makeBroken
      assert.deepStrictEqual(yield* ending, Exit.die(new Error("broken")))
    }))
})
