import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, TestClock } from "effect"
import * as localKeys from "../../../src/internal/channel/localKey.ts"
import { makeSetClock } from "../../setClock.ts"

const make = Effect.gen(function*() {
  const doubts: Array<string> = []
  const key = yield* localKeys.make({
    localKey: Redacted.make("key123key123key1"),
    renewKey: (inDoubt, reason) =>
      Effect.sync(() => {
        doubts.push(reason)
        return inDoubt
      }),
    onRenewed: Effect.void
  })
  return { key, doubts }
})

const settle = TestClock.adjust("1 second")

describe("the key of a device that answers nothing", () => {
  it.scoped("is in doubt after two minutes, whatever the time of day is set to meanwhile", () =>
    Effect.gen(function*() {
      const { clock, set } = yield* makeSetClock
      yield* Effect.gen(function*() {
        const { doubts, key } = yield* make
        yield* key.unanswered
        yield* set(3_600_000)
        yield* key.unanswered
        yield* settle
        assert.deepStrictEqual(doubts, [])
        yield* set(-7_200_000)
        yield* TestClock.adjust("2 minutes")
        yield* key.unanswered
        yield* settle
        assert.deepStrictEqual(doubts, ["silent"])
      }).pipe(Effect.withClock(clock))
    }))

  it.scoped("is not in doubt for an outage of the cloud", () =>
    Effect.gen(function*() {
      const { doubts, key } = yield* make
      yield* key.unanswered
      yield* TestClock.adjust("1 hour")
      yield* key.outageOver
      yield* key.unanswered
      yield* TestClock.adjust("1 minute")
      yield* key.unanswered
      yield* settle
      assert.deepStrictEqual(doubts, [])
      yield* TestClock.adjust("1 minute")
      yield* key.unanswered
      yield* settle
      assert.deepStrictEqual(doubts, ["silent"])
    }))
})
