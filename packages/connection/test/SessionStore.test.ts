import { SessionStore } from "@effect-mqtt/connection"
import { KeyValueStore } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Option } from "effect"
import { commitAll, contract, put, stored } from "./sessionStoreContract.ts"

const broken = (key: string) =>
  new SystemError({ reason: "Unknown", module: "KeyValueStore", method: "set", pathOrDescriptor: key })

/** A `KeyValueStore` in a map that the test sees. */
const inMap = () => {
  const values = new Map<string, Uint8Array>()
  const isBroken = { table: false }
  const layer = Layer.succeed(
    KeyValueStore.KeyValueStore,
    KeyValueStore.make({
      get: (key) => Effect.sync(() => Option.map(Option.fromNullable(values.get(key)), (value) => value.toString())),
      getUint8Array: (key) => Effect.sync(() => Option.fromNullable(values.get(key))),
      set: (key, value) =>
        Effect.suspend(() => {
          if (isBroken.table && key.includes("table")) return Effect.fail(broken(key))
          values.set(key, typeof value === "string" ? new TextEncoder().encode(value) : value)
          return Effect.void
        }),
      remove: (key) => Effect.sync(() => void values.delete(key)),
      clear: Effect.sync(() => values.clear()),
      size: Effect.sync(() => values.size)
    })
  )
  return {
    values,
    isBroken,
    layer: Layer.provide(SessionStore.layerKeyValueStore({ prefix: "p", maxBytes: 10_000 }), layer)
  }
}

describe("SessionStore.layerKeyValueStore", () => {
  contract(Effect.sync(() => inMap().layer))

  it.effect("bounds what it leaves behind", () =>
    Effect.gen(function*() {
      const { layer, values } = inMap()
      const batches = Array.from({ length: 5000 }, (_, index) => [put("a", `${index}`.repeat(50))])
      yield* Effect.provide(commitAll(batches), layer)
      assert.isBelow([...values.values()].reduce((sum, value) => sum + value.length, 0), 400_000)
      assert.isTrue([...values.keys()].every((key) => key.startsWith("p/c/")))
    }))

  it.effect("drops a last value that a crash has torn, and says so when it is not the last", () =>
    Effect.gen(function*() {
      const { layer, values } = inMap()
      yield* Effect.provide(commitAll([[put("a", "1")], [put("b", "2")]]), layer)
      const last = values.get("p/c/commit/1")
      assert.isDefined(last)
      values.set("p/c/commit/1", last.slice(0, -1))
      assert.deepStrictEqual(yield* Effect.provide(stored(), layer), { a: "1" })
      values.set("p/c/commit/1", last)
      values.set("p/c/commit/0", last.slice(1))
      assert.strictEqual((yield* Effect.flip(Effect.provide(stored(), layer))).reason, "Corrupt")
    }))
})

describe("a table of a KeyValueStore that is damaged", () => {
  const long = (count: number) => Array.from({ length: count }, (_, index) => [put("a", `${index}`.repeat(2000))])

  it.effect("is an error if the commits are gone that it replaced, whether there is another table or not", () =>
    Effect.gen(function*() {
      for (const count of [80, 160, 240]) {
        const { layer, values } = inMap()
        yield* Effect.provide(commitAll(long(count)), layer)
        const before = yield* Effect.provide(stored(), layer)
        assert.strictEqual(before["a"], `${count - 1}`.repeat(2000))
        let isRefused = false
        for (const [key, table] of values) {
          if (!key.includes("table")) continue
          values.set(key, table.map((byte, at) => at === 40 ? byte ^ 1 : byte))
          const after = yield* Effect.either(Effect.provide(stored(), layer))
          if (Either.isLeft(after)) assert.strictEqual(after.left.reason, "Corrupt")
          else assert.deepStrictEqual(after.right, before)
          isRefused ||= Either.isLeft(after)
          values.set(key, table)
        }
        assert.isTrue(isRefused)
      }
    }))
})

describe("a KeyValueStore that fails when the table is written", () => {
  it.effect("has the commit before it, which is durable, and takes no other", () =>
    Effect.gen(function*() {
      const { isBroken, layer } = inMap()
      const before = yield* Effect.provide(
        Effect.scoped(Effect.gen(function*() {
          const { commit } = yield* (yield* SessionStore.SessionStore).open("c")
          isBroken.table = true
          for (let count = 0;; count++) {
            const done = yield* Effect.either(commit([put("a", `${count}`.repeat(2000))]))
            if (Either.isLeft(done)) return `${count - 1}`.repeat(2000)
            assert.isBelow(count, 200)
          }
        })),
        layer
      )
      assert.strictEqual((yield* Effect.provide(stored(), layer))["a"], before)
    }))
})

describe("SessionStore.layerMemory", () => {
  it.effect("is what a program without a layer has", () =>
    Effect.gen(function*() {
      const store = yield* SessionStore.SessionStore
      assert.isUndefined(store.durability)
      assert.strictEqual(yield* Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory), store)
    }))
})
