import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { deviceSettings } from "../../../src/internal/roborock/deviceSettings.ts"

const withEnvironment = (variables: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(deviceSettings, ConfigProvider.fromMap(new Map(Object.entries(variables))))

describe("settings of devices", () => {
  it.effect("are read from the environment", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* withEnvironment({}), { hosts: {}, hidden: [] })
      const environment = { ROBOROCK_HIDE: "Washer, Attic ,", ROBOROCK_HOSTS: "Living room=192.0.2.7,d=1 = fe80::1" }
      assert.deepStrictEqual(yield* withEnvironment(environment), {
        hosts: { "Living room": "192.0.2.7", "d=1": "fe80::1" },
        hidden: ["Washer", "Attic"]
      })
    }))

  it.effect("that make no sense are a complaint, not ignored", () =>
    Effect.gen(function*() {
      for (const wrong of ["192.0.2.7", "=192.0.2.7", "Attic=", "Attic=a b"]) {
        const error = yield* Effect.flip(withEnvironment({ ROBOROCK_HOSTS: wrong }))
        assert.strictEqual(error.sentence, `ROBOROCK_HOSTS has "${wrong}"`)
      }
    }))
})
