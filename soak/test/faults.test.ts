import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as Faults from "../faults/fault.ts"
import { table } from "../faults/recovery.ts"
import * as Tally from "../faults/tally.ts"

describe("the tally of the fault test", () => {
  it("finds what is lost, and what came again", () => {
    const tally = Tally.make()
    assert.deepStrictEqual([tally.next(1), tally.next(2), tally.next(1), tally.next(2)], [1, 2, 3, 4])
    tally.received([1, 4, 1])
    tally.received([4])
    assert.deepStrictEqual(tally.verdict(), {
      sent: { 1: 2, 2: 2 },
      lost: { 1: 1, 2: 1 },
      duplicates: { 1: 1, 2: 1 }
    })
  })

  it.effect("tells when messages flow that are younger than the question", () =>
    Effect.gen(function*() {
      const tally = Tally.make()
      const [early1, early2] = [tally.next(1), tally.next(2)]
      const flowing = yield* Effect.fork(tally.flowing)
      yield* TestClock.adjust(0)
      tally.received([early1, early2])
      tally.received([tally.next(1)])
      yield* TestClock.adjust(0)
      assert.isNull(flowing.unsafePoll())
      tally.received([tally.next(2)])
      yield* Fiber.join(flowing)
    }))
})

describe("the faults", () => {
  it.effect("are the same for the same seed, and of every kind", () =>
    Effect.gen(function*() {
      const plan = (seed: number) => Effect.replicateEffect(Faults.generator(seed), 200)
      assert.deepStrictEqual(yield* plan(7), yield* plan(7))
      assert.notDeepEqual(yield* plan(7), yield* plan(8))
      assert.sameMembers([...new Set((yield* plan(7)).map(({ kind }) => kind))], [...Faults.kinds])
    }))

  it("are reported by kind, with the median and the worst time", () => {
    const text = table(["cut", "cut", "cut", "stall"], [
      { kind: "cut", millis: 300 },
      { kind: "cut", millis: 100 },
      { kind: "cut", millis: 200 }
    ])
    assert.include(text, "| cut | 3 | 0.20 s | 0.30 s |")
    assert.include(text, "| stall | 1 | - | - |")
    assert.include(text, "| all | 4 | 0.20 s | 0.30 s |")
  })
})
