import { UserData } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as keptLogin from "../../../src/internal/roborock/keptLogin.ts"

const json = {
  token: "t1",
  rruid: "r1",
  rriot: { u: "u", s: "s", h: "h", k: "k", r: { r: "EU", a: "https://a.example", m: "ssl://m.example:8883" } }
}

const key = "login-of-command"

describe("the kept login", () => {
  it.effect("is what was written, with its secrets", () =>
    Effect.gen(function*() {
      const userData = yield* UserData.decode(json)
      assert.isUndefined(yield* keptLogin.read)
      yield* keptLogin.write({ email: "a@example.com", baseUrl: undefined, userData })
      assert.deepStrictEqual(yield* keptLogin.read, { email: "a@example.com", userData })
      yield* keptLogin.write({ email: "b@example.com", baseUrl: "https://b.example", userData })
      assert.deepInclude(yield* keptLogin.read, { email: "b@example.com", baseUrl: "https://b.example" })
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.effect("is none where it is damaged, of another form, or cannot be read", () =>
    Effect.gen(function*() {
      const store = yield* KeyValueStore.KeyValueStore
      const userData = yield* UserData.decode(json)
      yield* keptLogin.write({ email: "a@example.com", baseUrl: undefined, userData })
      const text = yield* Effect.flatten(store.get(key))
      for (let length = 0; length < text.length; length++) {
        yield* store.set(key, text.slice(0, length))
        assert.isUndefined(yield* keptLogin.read, text.slice(0, length))
      }
      for (const other of [[], { email: 1, userData: json }, { email: "a@example.com" }, json, "x"]) {
        yield* store.set(key, JSON.stringify(other))
        assert.isUndefined(yield* keptLogin.read)
      }
      yield* keptLogin.write({ email: "a@example.com", baseUrl: undefined, userData })
      assert.deepInclude(yield* keptLogin.read, { email: "a@example.com" })
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))
})
