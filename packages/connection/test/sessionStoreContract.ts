import { SessionStore } from "@effect-mqtt/connection"
import { assert, it } from "@effect/vitest"
import type { Layer, Scope } from "effect"
import { Effect } from "effect"
import { bytes } from "./sessionRig.ts"

const text = (records: ReadonlyMap<string, Uint8Array>): Record<string, string> =>
  Object.fromEntries(Array.from(records, ([key, value]) => [key, new TextDecoder().decode(value)]))

export const put = (key: string, value: string): SessionStore.Change => ({ key, value: bytes(value) })
export const remove = (key: string): SessionStore.Change => ({ key, value: undefined })

/** What the store holds for a client. */
export const stored = (clientId = "c") =>
  Effect.scoped(Effect.flatMap(SessionStore.SessionStore, (store) => store.open(clientId))).pipe(
    Effect.map(({ records }) => text(records))
  )

export const commitAll = (batches: ReadonlyArray<ReadonlyArray<SessionStore.Change>>, clientId = "c") =>
  Effect.scoped(
    Effect.gen(function*() {
      const { commit } = yield* (yield* SessionStore.SessionStore).open(clientId)
      yield* Effect.forEach(batches, commit, { concurrency: "unbounded" })
    })
  )

/** What every durable store does; `make` gives a fresh one, with a bound of 10 000 bytes for each session. */
export const contract = (make: Effect.Effect<Layer.Layer<SessionStore.SessionStore>, never, Scope.Scope>) => {
  const live = <A, E>(test: Effect.Effect<A, E>) =>
    Effect.scoped(Effect.flatMap(make, (layer) => Effect.provide(test, layer)))

  it.live("finds what was committed, in the order of the commits", () =>
    live(Effect.gen(function*() {
      assert.deepStrictEqual(yield* stored(), {})
      yield* commitAll([[put("a", "1"), put("b", "2")], [remove("a"), put("b", "3")], [put("c", "")]])
      assert.deepStrictEqual(yield* stored(), { b: "3", c: "" })
      yield* commitAll([[put("a", "4"), remove("a"), put("ключ", "знач")]])
      assert.deepStrictEqual(yield* stored(), { b: "3", c: "", ключ: "знач" })
    })))

  it.live("two clients share nothing", () =>
    live(Effect.gen(function*() {
      yield* commitAll([[put("a", "1")]], "one")
      yield* commitAll([[put("a", "2")]], "../one/two?")
      assert.deepStrictEqual(yield* stored("one"), { a: "1" })
      assert.deepStrictEqual(yield* stored("../one/two?"), { a: "2" })
    })))

  it.live("a session is for one client at a time, and free when its scope closes", () =>
    live(Effect.gen(function*() {
      const store = yield* SessionStore.SessionStore
      const refused = yield* Effect.scoped(
        Effect.zipRight(store.open("c"), Effect.flip(Effect.scoped(store.open("c"))))
      )
      assert.strictEqual(refused.reason, "InUse")
      yield* Effect.scoped(store.open("c"))
    })))

  it.live("refuses what would grow beyond the bound, all of it, and goes on", () =>
    live(Effect.gen(function*() {
      const large = "x".repeat(9000)
      yield* Effect.scoped(Effect.gen(function*() {
        const { commit } = yield* (yield* SessionStore.SessionStore).open("c")
        yield* commit([put("a", large)])
        assert.strictEqual((yield* Effect.flip(commit([put("b", "1"), put("c", large)]))).reason, "Full")
        yield* commit([put("a", "1")])
        yield* commit([put("c", large)])
      }))
      assert.deepStrictEqual(yield* stored(), { a: "1", c: large })
    })))

  it.live("keeps the table when its history is rewritten", () =>
    live(Effect.gen(function*() {
      const batches = Array.from({ length: 200 }, (_, index) => [
        put(`k${index}`, "x".repeat(2000)),
        remove(`k${index - 3}`)
      ])
      yield* commitAll(batches)
      assert.deepStrictEqual(Object.keys(yield* stored()), ["k197", "k198", "k199"])
    })))
}
