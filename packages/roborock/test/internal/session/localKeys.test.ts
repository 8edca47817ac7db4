import { HomeData, RoborockError } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, TestClock } from "effect"
import * as localKeys from "../../../src/internal/session/localKeys.ts"
import { makeSetClock } from "../../setClock.ts"

const homeWith = (...keys: ReadonlyArray<string>) =>
  HomeData.decode({
    id: 1,
    name: "Home",
    products: [],
    devices: keys.map((localKey, index) => ({ duid: `d${index}`, name: `Robot ${index}`, localKey, pv: "1.0" })),
    rooms: []
  })

/** A home that is what it is in the cloud as soon as it is asked for. */
const makeHome = (...keys: ReadonlyArray<string>) => {
  let known = homeWith(...keys)
  const cloud: { home: HomeData.HomeData; asked: number; failure?: RoborockError.ConnectError | undefined } = {
    home: known,
    asked: 0
  }
  const keyOf = localKeys.make({
    home: Effect.sync(() => known),
    refreshHome: Effect.suspend(() => {
      cloud.asked++
      if (cloud.failure !== undefined) return Effect.fail(cloud.failure)
      known = cloud.home
      return Effect.void
    })
  })
  const devices = known.devices.map((device) => {
    const ask = keyOf(device)
    return (inDoubt: string, reason: "refused" | "silent" = "refused") =>
      Effect.map(ask(Redacted.make(inDoubt), reason), Redacted.value)
  })
  return { cloud, devices }
}

describe("the key of a device", () => {
  it.effect("is asked for once, for all devices that have another one", () =>
    Effect.gen(function*() {
      const { cloud, devices } = makeHome("old-0", "old-1")
      cloud.home = homeWith("new-0", "new-1")
      const found = yield* Effect.forEach(devices, (ask, index) => ask(`old-${index}`), { concurrency: "unbounded" })
      assert.deepStrictEqual(found, ["new-0", "new-1"])
      assert.strictEqual(cloud.asked, 1)
    }))

  it.effect("that is the right one is asked for after 1, 2, 4 ... hours again, and not by other devices' pauses", () =>
    Effect.gen(function*() {
      const { cloud, devices: [first, second] } = makeHome("key-0", "key-1")
      assert.isDefined(first)
      assert.isDefined(second)
      const times: Array<number> = []
      for (let minute = 0; minute < 8 * 60; minute += 10) {
        const before = cloud.asked
        assert.strictEqual(yield* first("key-0"), "key-0")
        if (cloud.asked > before) times.push(minute)
        yield* TestClock.adjust("10 minutes")
      }
      assert.deepStrictEqual(times, [0, 60, 180, 420])
      cloud.home = homeWith("key-0", "new-1")
      assert.strictEqual(yield* second("key-1"), "new-1")
    }))

  it.effect("is asked for again after an hour, whatever the time of day is set to meanwhile", () =>
    Effect.gen(function*() {
      const { clock, set } = yield* makeSetClock
      yield* Effect.gen(function*() {
        const { cloud, devices: [ask] } = makeHome("key-0")
        assert.isDefined(ask)
        const day = 86_400_000
        for (const by of [0, day, day]) {
          yield* set(by)
          yield* ask("key-0")
        }
        assert.strictEqual(cloud.asked, 1)
        yield* set(-7 * day)
        yield* TestClock.adjust("1 hour")
        yield* ask("key-0")
        assert.strictEqual(cloud.asked, 2)
      }).pipe(Effect.withClock(clock))
    }))

  it.effect("is the one that was known when the cloud cannot be asked, which is tried again after ten minutes", () =>
    Effect.gen(function*() {
      const { cloud, devices: [ask] } = makeHome("old-0")
      assert.isDefined(ask)
      cloud.home = homeWith("new-0")
      cloud.failure = new RoborockError.ConnectError({ reason: "Unreachable", service: "home API", retryable: true })
      for (const _ of [1, 2, 3]) assert.strictEqual(yield* ask("old-0"), "old-0")
      assert.strictEqual(cloud.asked, 1)
      cloud.failure = undefined
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* ask("old-0"), "new-0")
    }))

  it.effect("is asked for once in a while when devices are silent that fell silent together", () =>
    Effect.gen(function*() {
      const keys = ["0", "1", "2", "3", "4", "5", "6", "7"]
      const { cloud, devices } = makeHome(...keys)
      for (let minute = 0; minute < 90; minute += 3) {
        yield* Effect.forEach(devices.slice(0, minute + 1), (ask, index) => ask(String(index), "silent"))
        yield* TestClock.adjust("3 minutes")
      }
      assert.strictEqual(cloud.asked, 2)
    }))

  it.effect("is asked for at once when a device that was silent for long says something that does not open", () =>
    Effect.gen(function*() {
      const { cloud, devices: [ask] } = makeHome("old-0")
      assert.isDefined(ask)
      for (let hour = 0; hour < 24; hour++) {
        yield* ask("old-0", "silent")
        yield* TestClock.adjust("1 hour")
      }
      cloud.home = homeWith("new-0")
      assert.strictEqual(yield* ask("old-0", "silent"), "old-0")
      assert.strictEqual(yield* ask("old-0", "refused"), "new-0")
    }))

  it.effect("costs a cloud that cannot be asked for a day less than the calls of a day, however many devices want it", () =>
    Effect.gen(function*() {
      const { cloud, devices } = makeHome("0", "1", "2")
      cloud.failure = new RoborockError.ConnectError({ reason: "Unreachable", service: "home API", retryable: true })
      for (let minute = 0; minute < 24 * 60; minute += 10) {
        yield* Effect.forEach(devices, (ask, index) => ask(String(index), "silent"))
        yield* TestClock.adjust("10 minutes")
      }
      assert.isAtMost(cloud.asked, 16)
    }))

  it.effect("stays what it was when the account has the device no longer", () =>
    Effect.gen(function*() {
      const { cloud, devices: [ask] } = makeHome("old-0")
      assert.isDefined(ask)
      cloud.home = homeWith()
      assert.strictEqual(yield* ask("old-0"), "old-0")
    }))
})
