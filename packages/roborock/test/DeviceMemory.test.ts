import { DeviceMemory } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel, TestClock } from "effect"
import { makeSetClock } from "./setClock.ts"

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

  it.effect("a store that does not work is told to the log without the device that it was for", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    const failing = (method: string) => (key: string) =>
      new SystemError({
        reason: "PermissionDenied",
        module: "KeyValueStore",
        method,
        pathOrDescriptor: `/kept/${key}.kept`
      })
    const store = KeyValueStore.make({
      get: failing("get"),
      getUint8Array: failing("get"),
      set: failing("set"),
      remove: failing("remove"),
      clear: failing("clear")("all"),
      size: failing("size")("all")
    })
    return Effect.gen(function*() {
      const memory = yield* DeviceMemory.make("a1b2C3")
      yield* memory.keepRooms([], 1)
      assert.match(lines.join(), /"rooms-\.\.\.-1" is not stored: .*PermissionDenied.*\/kept\/rooms-\.\.\.-1\.kept/)
      assert.notInclude(lines.join(), "a1b2C3")
    }).pipe(
      Effect.provideService(KeyValueStore.KeyValueStore, store),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
  })

  it.effect("one map a minute is kept, with the time of day, also after that was set back", () =>
    Effect.gen(function*() {
      const { clock, set } = yield* makeSetClock
      yield* Effect.gen(function*() {
        const memory = yield* DeviceMemory.make("d1")
        yield* memory.keepMap(0, Uint8Array.of(1))
        yield* TestClock.adjust("59 seconds")
        yield* memory.keepMap(0, Uint8Array.of(2))
        assert.deepStrictEqual(yield* memory.map(0), { file: Uint8Array.of(1), fetchedAt: 0 })
        yield* set(-3_600_000)
        yield* TestClock.adjust("1 second")
        yield* memory.keepMap(0, Uint8Array.of(3))
        assert.deepStrictEqual(yield* memory.map(0), { file: Uint8Array.of(3), fetchedAt: -3_540_000 })
      }).pipe(Effect.withClock(clock))
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))
})
