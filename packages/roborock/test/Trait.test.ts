import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { everyFeature, vacuumWith } from "./vacuumWith.ts"

const why = (result: Effect.Effect<unknown, { readonly message: string }>) =>
  Effect.flip(Effect.map(result, () => "nothing")).pipe(Effect.map(({ message }) => message))

describe("traits", () => {
  it.scoped("of a device that is too busy to say what it has are asked for again", () =>
    Effect.gen(function*() {
      const answers: Array<unknown> = [[everyFeature]]
      const { device, questions } = yield* vacuumWith(
        { app_get_init_status: () => answers.pop() },
        { featureSet: "0", newFeatureSet: "00000000" }
      )
      answers.push(...Array.from({ length: 4 }, () => ["retry"]))
      const first = yield* Effect.fork(why(device.trait("childLock")))
      yield* TestClock.adjust("10 seconds")
      assert.include(yield* Fiber.join(first), "childLock")
      assert.include(yield* device.traits, "childLock")
      assert.strictEqual(questions("app_get_init_status"), 5)
    }))

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
