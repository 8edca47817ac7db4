import { Error as PlatformError } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Random } from "effect"
import { withLock } from "../../../src/node/internal/fileLock.ts"

const exists = new PlatformError.SystemError({ reason: "AlreadyExists", module: "KeyValueStore", method: "modify" })

/** A clock by which pauses are over after a turn of the others: only their number counts here. */
const turns: Clock.Clock = { ...Clock.make(), sleep: () => Effect.yieldNow() }

/** Files of which each call is one step that takes some turns, in which others come between. */
const slowFiles = () => {
  const files = new Map<string, string>()
  const step = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.flatMap(
      Random.nextIntBetween(0, 8),
      (times) => Effect.zipRight(Effect.repeatN(Effect.yieldNow(), times), effect)
    )
  return {
    files,
    create: (path: string, holder: string) =>
      step(Effect.suspend(() => files.has(path) ? exists : Effect.sync(() => files.set(path, holder)))),
    read: (path: string) => step(Effect.sync(() => files.get(path))),
    remove: (path: string) => step(Effect.sync(() => files.delete(path)))
  }
}

const inTurns = <A, E>(effect: Effect.Effect<A, E>, seed = 1) =>
  effect.pipe(Effect.withRandom(Random.make(seed)), Effect.withClock(turns))

describe("withLock", () => {
  it.effect("an abandoned lock is taken away by several that wait for it, and one at a time has it then", () =>
    Effect.gen(function*() {
      for (let seed = 0; seed < 40; seed++) {
        const disk = slowFiles()
        disk.files.set("a", "killed")
        let [now, most, total] = [0, 0, 0]
        const use = Effect.gen(function*() {
          total++
          most = Math.max(most, ++now)
          yield* Effect.repeatN(Effect.yieldNow(), 20)
          now--
        })
        const programs = Array.from({ length: 6 }, () => withLock(disk, "a")(use))
        yield* inTurns(Effect.all(programs, { concurrency: "unbounded" }), seed)
        assert.deepStrictEqual([most, total, disk.files.size], [1, 6, 0], `seed ${seed}`)
      }
    }))

  it.effect("a holder that was suspended for long does not give back the lock of the next one", () =>
    inTurns(Effect.gen(function*() {
      const disk = slowFiles()
      const [goOn, hasIt, end] = [
        yield* Deferred.make<void>(),
        yield* Deferred.make<void>(),
        yield* Deferred.make<void>()
      ]
      const suspended = yield* Effect.fork(withLock(disk, "a")(Deferred.await(goOn)))
      yield* Effect.repeat(Effect.yieldNow(), { until: () => disk.files.has("a") })
      const next = yield* Effect.fork(
        withLock(disk, "a")(Effect.zipRight(Deferred.succeed(hasIt, undefined), Deferred.await(end)))
      )
      yield* Deferred.await(hasIt)
      const holder = disk.files.get("a")
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(suspended)
      assert.isDefined(holder)
      assert.strictEqual(disk.files.get("a"), holder)
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.join(next)
      assert.strictEqual(disk.files.size, 0)
    })))

  it.effect("who waits for it may be interrupted, but not where nothing may", () =>
    inTurns(Effect.gen(function*() {
      const disk = slowFiles()
      let used = 0
      const use = Effect.sync(() => used++)
      disk.files.set("a", "another")
      const waiting = yield* Effect.fork(withLock(disk, "a")(use))
      const insisting = yield* Effect.fork(Effect.uninterruptible(withLock(disk, "a")(use)))
      yield* Effect.repeatN(Effect.yieldNow(), 100)
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(used, 0)
      yield* Fiber.interrupt(insisting)
      assert.deepStrictEqual([used, disk.files.size], [1, 0])
    })))
})
