import { DeviceMemory } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { openAppliance } from "../../cloudAppliance.ts"
import { pathPacket, smallQ10 } from "../../q10Bytes.ts"

const kind = { version: "B01", model: "roborock.vacuum.ss07", category: "robot.vacuum.cleaner" } as const

/** A robot that answers nothing. */
const open = Effect.gen(function*() {
  const opening = yield* Effect.fork(openAppliance(kind, () => [], { memory: yield* DeviceMemory.make("d1") }))
  yield* TestClock.adjust("10 seconds")
  return yield* Fiber.join(opening)
})

describe("the memory of a Q10 vacuum", () => {
  it.scoped("has its last map with the path, and their age", () =>
    Effect.gen(function*() {
      const { push } = yield* open
      yield* push(301, pathPacket([[0, 0], [20, 0]]))
      yield* push(301, smallQ10())
      yield* TestClock.adjust("1 hour")
      const last = yield* (yield* (yield* open).device.trait("map")).last
      assert.isDefined(last)
      assert.strictEqual(last.fetchedAt, 10_000)
      assert.deepStrictEqual(last.rooms.map(({ name }) => name), ["Living Room", "Büro"])
      assert.lengthOf(last.map.path, 2)
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.scoped("is empty when what is kept is no map", () =>
    Effect.gen(function*() {
      const memory = yield* DeviceMemory.make("d1")
      for (const file of [Uint8Array.of(1), Uint8Array.of(255, 255, 255, 255, 1), new Uint8Array(64)]) {
        yield* memory.keepMap(0, file)
        assert.isUndefined(yield* (yield* (yield* open).device.trait("map")).last)
        yield* TestClock.adjust("1 minute")
      }
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))
})
