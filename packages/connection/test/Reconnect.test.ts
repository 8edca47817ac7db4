import { MqttError, Reconnect } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Duration, Effect, Schedule } from "effect"

const said = { reason: "ServerDisconnected", retryable: true } as const

/** The delays that a schedule asks for, in milliseconds. */
const delays = (reconnect: Reconnect.Reconnect, attempts: number, reasonCode?: number) =>
  Effect.map(
    Schedule.run(
      Schedule.delays(reconnect),
      0,
      Array.from({ length: attempts }, () => new MqttError.ConnectError({ ...said, reasonCode }))
    ),
    (chunk) => Chunk.toReadonlyArray(chunk).map(Duration.toMillis)
  )

describe("Reconnect", () => {
  it.live("forever: between half a second and a bound that doubles from one second to one minute", () =>
    Effect.gen(function*() {
      const millis = yield* delays(Reconnect.forever, 2000)
      millis.forEach((delay, index) => {
        assert.isAtLeast(delay, 500)
        assert.isAtMost(delay, Math.min(60_000, 1000 * 2 ** index))
        assert.strictEqual(delay, Math.round(delay))
      })
      assert.isAbove(Math.max(...millis), 50_000)
    }))

  it.live("forever: a server that says why gets what it needs", () =>
    Effect.gen(function*() {
      for (const delay of yield* delays(Reconnect.forever, 50, 0x96)) assert.isAtLeast(delay, 5000)
      for (const delay of yield* delays(Reconnect.forever, 50, 0x98)) assert.isAtLeast(delay, 30_000)
      const [first, ...others] = yield* delays(Reconnect.forever, 50, 0xa0)
      assert.isAtMost(first, 500)
      // It let us in, and out again at once: no reason to hurry.
      for (const delay of others) assert.isAtLeast(delay, 500)
    }))

  it.live("maxInterval lowers the delays", () =>
    Effect.gen(function*() {
      const millis = yield* delays(Reconnect.maxInterval(Reconnect.forever, "2 seconds"), 100)
      assert.isAtMost(Math.max(...millis), 2000)
      assert.include(millis, 2000)
    }))

  it.live("retries ends after so many attempts; a negative number is no limit; none never tries", () =>
    Effect.gen(function*() {
      const count = (reconnect: Reconnect.Reconnect) => Effect.map(delays(reconnect, 20), ({ length }) => length)
      assert.strictEqual(yield* count(Reconnect.forever.pipe(Reconnect.retries(3))), 4)
      assert.strictEqual(yield* count(Reconnect.retries(Reconnect.forever, -1)), 20)
      assert.strictEqual(yield* count(Reconnect.none), 1)
    }))
})
