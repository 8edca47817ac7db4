import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { everyFeature, reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("repeat", () => {
  it.scoped("is told by the status, and set by a command of its own", () =>
    Effect.gen(function*() {
      const { calls, status, trait } = yield* vacuumWith()
      const repeat = yield* trait("repeat")
      assert.strictEqual(yield* reasonOf(repeat.times), "BadAnswer")
      status["repeat"] = 2
      assert.strictEqual(yield* repeat.times, 2)
      yield* repeat.setTimes(3)
      assert.strictEqual(yield* reasonOf(repeat.setTimes(4)), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(repeat.setTimes(0)), "InvalidArgument")
      assert.deepStrictEqual(calls(), [["set_clean_repeat_times", { repeat: 3 }]])
    }))

  it.scoped("is not there without its feature", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({ app_get_init_status: [{ ...everyFeature, new_feature_info_str: "" }] })
      assert.strictEqual(yield* reasonOf(trait("repeat")), "UnsupportedTrait")
    }))
})
