import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import * as deadline from "../../../src/internal/channel/deadline.ts"

it.effect("a time-out goes on where the clock of the machine is set", () => {
  let uptime = 5_000_000_000n
  let time = 1_700_000_000_000
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => time,
    unsafeCurrentTimeNanos: () => uptime,
    currentTimeMillis: Effect.sync(() => time),
    currentTimeNanos: Effect.sync(() => uptime),
    sleep: () => Effect.void
  }
  return Effect.gen(function*() {
    const left = yield* deadline.after(Duration.seconds(10))
    time -= 86_400_000
    uptime += 4_000_000_000n
    assert.strictEqual(Duration.toMillis(yield* left), 6000)
    uptime += 60_000_000_000n
    assert.strictEqual(Duration.toMillis(yield* left), 0)
  }).pipe(Effect.withClock(clock))
})
