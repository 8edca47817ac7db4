import { PrivateFiles } from "@effect-mqtt/roborock/node"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Option } from "effect"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { makeLockClock } from "../lockClock.ts"

/** A directory that is not there yet, in one that goes with the test. */
const inTemporary = <A, E>(use: (directory: string) => Effect.Effect<A, E, KeyValueStore.KeyValueStore>) =>
  Effect.acquireUseRelease(
    Effect.promise(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "kept-"))),
    (parent) => {
      const directory = Path.join(parent, "deep", "down")
      return Effect.provide(use(directory), PrivateFiles.layer(directory))
    },
    (parent) => Effect.promise(() => Fs.rm(parent, { recursive: true }))
  )

describe("PrivateFiles", () => {
  it.live("keeps text and bytes, in files that nobody else can read", () =>
    inTemporary((directory) =>
      Effect.gen(function*() {
        const store = yield* KeyValueStore.KeyValueStore
        assert.deepStrictEqual(yield* store.get("a"), Option.none())
        assert.strictEqual(yield* store.size, 0)
        yield* store.set("a", "one")
        yield* store.set("a", "two")
        yield* store.set("../b/c", Uint8Array.of(1, 2, 255))
        assert.deepStrictEqual(yield* store.get("a"), Option.some("two"))
        assert.deepStrictEqual(yield* store.getUint8Array("../b/c"), Option.some(Uint8Array.of(1, 2, 255)))
        assert.strictEqual(yield* store.size, 2)
        const files = yield* Effect.promise(() => Fs.readdir(directory))
        assert.lengthOf(files, 2)
        for (const path of [directory, ...files.map((file) => Path.join(directory, file))]) {
          const { mode } = yield* Effect.promise(() => Fs.stat(path))
          assert.strictEqual(mode & 0o077, 0, path)
        }
        yield* store.remove("a")
        yield* store.remove("a")
        assert.deepStrictEqual(yield* store.get("a"), Option.none())
        yield* Effect.promise(() => Fs.writeFile(Path.join(directory, "a.kept.0.new"), "half"))
        assert.strictEqual(yield* store.size, 1)
        yield* store.clear
        assert.strictEqual(yield* store.size, 0)
        assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(directory)), [])
      })
    ))

  it.live("writers of the same key at the same time do not mix, and leave nothing behind", () =>
    inTemporary((directory) =>
      Effect.gen(function*() {
        const store = yield* KeyValueStore.KeyValueStore
        const values = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000))
        yield* Effect.forEach(values, (value) => store.set("a", value), { concurrency: "unbounded" })
        assert.include(values, Option.getOrThrow(yield* store.get("a")))
        assert.lengthOf(yield* Effect.promise(() => Fs.readdir(directory)), 1)
      })
    ))

  it.live("of changes that programs make to one value at the same time none is lost", () =>
    inTemporary((directory) =>
      Effect.gen(function*() {
        const another = Effect.provide(KeyValueStore.KeyValueStore, PrivateFiles.layer(directory))
        const programs = [yield* KeyValueStore.KeyValueStore, yield* another, yield* another]
        yield* Effect.forEach(programs, (store) => store.set("n", "0"))
        const addOne = (store: KeyValueStore.KeyValueStore) => store.modify("n", (text) => String(Number(text) + 1))
        const added = Array.from({ length: 10 }, () => programs).flat()
        yield* Effect.forEach(added, addOne, { concurrency: "unbounded" }).pipe(
          Effect.withClock(makeLockClock(Path.join(directory, "n.kept.lock")))
        )
        const store = yield* KeyValueStore.KeyValueStore
        assert.deepStrictEqual(yield* store.get("n"), Option.some("30"))
        assert.lengthOf(yield* Effect.promise(() => Fs.readdir(directory)), 1)
        assert.deepStrictEqual(yield* store.modify("other", String), Option.none())
      })
    ))

  it.live("the lock of a program that was killed holds nobody up for longer than two seconds", () =>
    inTemporary((directory) =>
      Effect.gen(function*() {
        const store = yield* KeyValueStore.KeyValueStore
        yield* store.set("a", "one")
        yield* Effect.promise(() => Fs.writeFile(Path.join(directory, "a.kept.lock"), ""))
        let waited = 0
        const clock = Object.assign(Clock.make(), {
          sleep: (pause: Duration.Duration) => Effect.sync(() => void (waited += Duration.toMillis(pause)))
        })
        const changed = yield* Effect.withClock(store.modify("a", (text) => `${text} two`), clock)
        assert.deepStrictEqual(changed, Option.some("one two"))
        assert.strictEqual(waited, 2000)
        assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(directory)), ["a.kept"])
      })
    ))

  it.live("a place that cannot be written is a typed failure", () =>
    inTemporary((directory) =>
      Effect.gen(function*() {
        yield* Effect.promise(() => Fs.writeFile(Path.dirname(Path.dirname(directory)) + "/deep", "a file"))
        const store = yield* KeyValueStore.KeyValueStore
        assert.strictEqual((yield* Effect.flip(store.set("a", "one")))._tag, "SystemError")
      })
    ))
})
