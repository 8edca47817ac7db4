import { DeviceMemory } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

/** Deeper than JSON can be written, though not than it can be read. */
const deep = (): unknown => JSON.parse("[".repeat(30_000) + "]".repeat(30_000))

describe("DeviceMemory", () => {
  it.effect("what a device nests too deep is not kept, and breaks nothing", () =>
    Effect.gen(function*() {
      const memory = yield* DeviceMemory.make("d1")
      yield* memory.keepFeatures("1", [deep()])
      assert.isUndefined(yield* memory.features("1"))
      yield* memory.keepFeatures("2", ["flat"])
      assert.deepStrictEqual(yield* memory.features("2"), ["flat"])
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))
})
