import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("breaks for washing", () => {
  it.scoped("are read and set, each beside the other", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({ get_smart_wash_params: { smart_wash: 1, wash_interval: 1200 } })
      const breaks = yield* trait("washBreaks")
      assert.deepStrictEqual(yield* breaks.get, { smart: true, interval: Duration.minutes(20) })
      yield* breaks.set({ interval: "15 minutes" })
      yield* breaks.set({ smart: false })
      assert.deepStrictEqual(calls().filter(([method]) => method === "set_smart_wash_params"), [
        ["set_smart_wash_params", { smart_wash: 1, wash_interval: 900 }],
        ["set_smart_wash_params", { smart_wash: 0, wash_interval: 1200 }]
      ])
    }))

  it.scoped("are not set to what cannot be, nor read from what is none", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({ get_smart_wash_params: [{ smart_wash: 1 }] })
      const breaks = yield* trait("washBreaks")
      for (const interval of ["0 seconds", "1500 millis", "-1 minutes", Duration.infinity] as const) {
        assert.strictEqual(yield* reasonOf(breaks.set({ interval })), "InvalidArgument")
      }
      assert.deepStrictEqual(calls(), [])
      assert.strictEqual(yield* reasonOf(breaks.get), "BadAnswer")
    }))

  it.scoped("are of docks that wash", () =>
    Effect.gen(function*() {
      const { status, trait } = yield* vacuumWith()
      status["dock_type"] = 1
      yield* (yield* trait("status")).refresh
      assert.strictEqual(yield* reasonOf(trait("washBreaks")), "UnsupportedTrait")
    }))
})
