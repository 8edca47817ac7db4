import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("switches", () => {
  it.scoped("are read and set, each in the form of its methods", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_child_lock_status: { lock_status: 1 },
        get_led_status: [0],
        get_flow_led_status: [{ status: 1 }]
      })
      const childLock = yield* trait("childLock")
      const led = yield* trait("led")
      const flowLed = yield* trait("flowLed")
      assert.deepStrictEqual([yield* childLock.get, yield* led.get, yield* flowLed.get], [true, false, true])
      yield* childLock.set(false)
      yield* led.set(true)
      yield* (yield* trait("autoEmptying")).set(true)
      assert.deepStrictEqual(calls().slice(3), [
        ["set_child_lock_status", { lock_status: 0 }],
        ["set_led_status", [1]],
        ["set_dust_collection_switch_status", { status: 1 }]
      ])
    }))

  it.scoped("an answer that is neither on nor off is a failure", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ get_led_status: [{ strange: true }] })
      assert.strictEqual(yield* reasonOf((yield* trait("led")).get), "BadAnswer")
    }))
})
