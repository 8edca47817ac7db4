import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("remote control", () => {
  it.scoped("begins and ends with a scope, and counts its movements", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const { drive } = yield* trait("remote")
      yield* Effect.scoped(Effect.gen(function*() {
        const remote = yield* drive
        yield* remote.move({ velocity: 0.2 })
        yield* remote.move({ turn: -1, duration: "500 millis" })
        yield* remote.halt
        assert.strictEqual(yield* reasonOf(remote.move({ velocity: 1 })), "InvalidArgument")
      }))
      assert.deepStrictEqual(calls(), [
        ["app_rc_start", []],
        ["app_rc_move", [{ omega: 0, velocity: 0.2, seqnum: 1, duration: 1000 }]],
        ["app_rc_move", [{ omega: -1, velocity: 0, seqnum: 2, duration: 500 }]],
        ["app_rc_stop", []],
        ["app_rc_end", []]
      ])
    }))
})
