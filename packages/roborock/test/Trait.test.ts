import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { vacuumWith } from "./vacuumWith.ts"

const why = (result: Effect.Effect<unknown, { readonly message: string }>) =>
  Effect.flip(Effect.map(result, () => "nothing")).pipe(Effect.map(({ message }) => message))

describe("traits", () => {
  it.scoped("a full device has all of them, and lists them", () =>
    Effect.gen(function*() {
      const { device } = yield* vacuumWith()
      const names = yield* device.traits
      assert.includeMembers([...names], ["cleaning", "childLock", "washing", "drying", "emptying", "floors", "remote"])
      for (const name of names) yield* device.trait(name)
    }))

  it.scoped("a plain device says which features it does not have", () =>
    Effect.gen(function*() {
      const plain = { new_feature_info: 0, new_feature_info_str: "", feature_info: [] }
      const { device, status } = yield* vacuumWith({ app_get_init_status: [plain] })
      assert.match(yield* why(device.trait("childLock")), /has no trait "childLock": this model has no child lock/)
      assert.match(yield* why(device.trait("remote")), /this model has no remote control/)
      status["dock_type"] = 0
      yield* (yield* device.trait("status")).refresh
      assert.match(yield* why(device.trait("washing")), /its dock does not wash the mop/)
      assert.notInclude(yield* device.traits, "emptying")
      // Robots from before such docks do not tell the type of theirs.
      delete status["dock_type"]
      status["clean_time"] = 1
      yield* (yield* device.trait("status")).refresh
      assert.notInclude(yield* device.traits, "emptying")
      assert.include(yield* device.traits, "consumables")
    }))

  it.scoped("features are asked for once, and only when a trait depends on them", () =>
    Effect.gen(function*() {
      const { device, questions } = yield* vacuumWith()
      yield* device.trait("cleaning")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(questions("app_get_init_status"), 0)
      yield* device.traits
      yield* device.trait("led")
      assert.strictEqual(questions("app_get_init_status"), 1)
    }))

  it.scoped("a device that does not tell its features has those that the cloud knows", () =>
    Effect.gen(function*() {
      const { device } = yield* vacuumWith(
        { app_get_init_status: "unknown_method" },
        { featureSet: String(2 ** 8), newFeatureSet: "00000000" }
      )
      yield* device.trait("childLock")
      assert.match(yield* why(device.trait("carpet")), /carpet/)
    }))
})
