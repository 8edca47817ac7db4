import { LiveValue } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Scope, Stream } from "effect"

const settle = Effect.repeatN(Effect.yieldNow(), 20)

const collect = <A>(live: LiveValue.LiveValue<A>) => Effect.map(Stream.runCollect(live.changes), Chunk.toReadonlyArray)

describe("LiveValue", () => {
  it.scoped("changes begin with the present value and leave out what is the same", () =>
    Effect.gen(function*() {
      const live = yield* LiveValue.make(0)
      yield* live.update((n) => n + 1)
      const watching = yield* Effect.fork(Stream.runCollect(Stream.take(live.changes, 3)))
      yield* settle
      assert.strictEqual(yield* live.update((n) => n + 1), 2)
      yield* live.update((n) => n)
      yield* live.update((n) => n + 1)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(watching)), [1, 2, 3])
      assert.strictEqual(yield* live.get, 3)
    }))

  it.scoped("what is the same, is decided by the maker", () =>
    Effect.gen(function*() {
      const live = yield* LiveValue.make("a", (one, other) => one.toLowerCase() === other.toLowerCase())
      const watching = yield* Effect.fork(collect(live))
      yield* settle
      yield* live.update(() => "A")
      yield* live.update(() => "b")
      yield* live.end
      assert.deepStrictEqual(yield* Fiber.join(watching), ["a", "b"])
    }))

  it.scoped("a reader that lags misses the oldest, and gets the last and the end", () =>
    Effect.gen(function*() {
      const live = yield* LiveValue.make(0)
      const seen: Array<number> = []
      const watching = yield* Effect.fork(
        Stream.runForEach(Stream.rechunk(live.changes, 1), (n) =>
          Effect.zipRight(
            Effect.sync(() => seen.push(n)),
            n === 0 ? Effect.repeatN(Effect.yieldNow(), 100) : Effect.void
          ))
      )
      yield* settle
      for (let n = 1; n <= 1000; n++) {
        yield* live.update(() => n)
      }
      yield* live.end
      yield* Fiber.join(watching)
      assert.strictEqual(seen.at(0), 0)
      assert.strictEqual(seen.at(-1), 1000)
      assert.isBelow(seen.length, 40)
    }))

  it.effect("ends with its scope, for late readers too, and keeps the last value", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const live = yield* Scope.extend(LiveValue.make("first"), scope)
      const watching = yield* Effect.fork(collect(live))
      yield* settle
      yield* live.update(() => "last")
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(watching), ["first", "last"])
      assert.strictEqual(yield* live.update(() => "late"), "last")
      assert.strictEqual(yield* live.get, "last")
      assert.deepStrictEqual(yield* collect(live), ["last"])
    }))
})
