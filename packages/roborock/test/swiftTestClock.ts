import { Chunk, Clock, Duration, Effect, type TestClock } from "effect"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Rounds of the event loop without a look at the clock after which nothing more will happen by itself. */
const quietRounds = 3

/**
 * A `TestClock` for tests that let a day go by: `Effect.withClock(makeSwiftTestClock())` puts it in the place of the usual
 * one, and `TestClock.adjust` works with it.
 *
 * After each sleep that it ends, the usual one waits for three timers of the machine, a millisecond each at least, and looks
 * at the state of every fiber four times: a day has some ten thousand sleeps. It also ends sleeps whose sleeper was
 * interrupted, such as all those of time-outs. This one forgets these, and waits until the event loop has gone round a few
 * times without anybody asking for the time: enough where everything is in memory, as fibers run in microtasks.
 */
export const makeSwiftTestClock = (): TestClock.TestClock => {
  /** In the order in which they wake. */
  const sleepers: Array<Sleeper> = []
  let now = 0
  let looks = 0

  const settled = Effect.async<void>((resume) => {
    let seen = looks
    let quiet = 0
    const look = () => {
      quiet = looks === seen ? quiet + 1 : 0
      seen = looks
      if (quiet === quietRounds) resume(Effect.void)
      else setImmediate(look)
    }
    setImmediate(look)
  })

  const add = (sleeper: Sleeper) => {
    let index = sleepers.length
    while (index > 0 && (sleepers[index - 1]?.at ?? 0) > sleeper.at) index--
    sleepers.splice(index, 0, sleeper)
  }

  const remove = (sleeper: Sleeper) => {
    const index = sleepers.indexOf(sleeper)
    if (index >= 0) sleepers.splice(index, 1)
  }

  const setTime = (end: number) =>
    Effect.gen(function*() {
      yield* settled
      let [next] = sleepers
      while (next !== undefined && next.at <= end) {
        remove(next)
        now = next.at
        next.wake()
        yield* settled
        next = sleepers[0]
      }
      now = end
    })

  const adjust = (duration: Duration.DurationInput) => Effect.suspend(() => setTime(now + Duration.toMillis(duration)))

  const read = () => {
    looks++
    return now
  }

  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: read,
    unsafeCurrentTimeNanos: () => BigInt(Math.floor(read() * 1_000_000)),
    currentTimeMillis: Effect.sync(read),
    currentTimeNanos: Effect.sync(() => BigInt(Math.floor(read() * 1_000_000))),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        // Whole milliseconds, as timers have them: a jittered pause would leave fractions of one that are too short to sleep.
        const sleeper = { at: read() + Math.ceil(Duration.toMillis(duration)), wake: () => resume(Effect.void) }
        if (sleeper.at <= now) return resume(Effect.void)
        add(sleeper)
        return Effect.sync(() => remove(sleeper))
      }),
    adjust,
    adjustWith: (duration) => (effect) => Effect.zipLeft(effect, adjust(duration), { concurrent: true }),
    save: Effect.sync(() => {
      const saved = now
      return Effect.sync(() => {
        now = saved
      })
    }),
    setTime,
    sleeps: Effect.sync(() => Chunk.fromIterable(sleepers.map(({ at }) => at)))
  }
}
