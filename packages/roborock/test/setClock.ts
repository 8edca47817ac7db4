import { Clock, Effect, TestClock } from "effect"

/**
 * The test clock of this test, whose time of day can be set beside: `set` moves it by milliseconds, and no time passes
 * meanwhile. Put in its place by `Effect.withClock(clock)`.
 */
export const makeSetClock = Effect.map(TestClock.testClock(), (usual) => {
  let ahead = 0
  const timeOfDay = () => usual.unsafeCurrentTimeMillis() + ahead
  const clock: TestClock.TestClock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: timeOfDay,
    currentTimeMillis: Effect.sync(timeOfDay),
    unsafeCurrentTimeNanos: () => usual.unsafeCurrentTimeNanos(),
    currentTimeNanos: usual.currentTimeNanos,
    sleep: (duration) => usual.sleep(duration),
    adjust: (duration) => usual.adjust(duration),
    adjustWith: (duration) => usual.adjustWith(duration),
    save: usual.save,
    setTime: (instant) => usual.setTime(instant),
    sleeps: usual.sleeps
  }
  return {
    clock,
    set: (by: number) =>
      Effect.sync(() => {
        ahead += by
      })
  }
})
