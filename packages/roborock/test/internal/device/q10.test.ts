import { Q10DataPoints } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { testData } from "../../../../../vitest.testData.ts"
import { type Answer, openAppliance } from "../../cloudAppliance.ts"
import { reasonOf } from "../../vacuumWith.ts"

const kind = { version: "B01", model: "roborock.vacuum.ss07", category: "robot.vacuum.cleaner" } as const

const decoded = (payload: Uint8Array | undefined) =>
  payload === undefined ? undefined : Object.fromEntries(Either.getOrThrow(Q10DataPoints.decode(payload)))

const docked = {
  top: [[121, 8], [122, 100], [123, 2], [124, 1], [137, 1], [125, 70]],
  common: [[90, 501], [47, 1]]
} as const

const answering = (message: Q10DataPoints.Message): Answer => (payload) =>
  decoded(payload)?.[102] === undefined ? [] : [[102, Q10DataPoints.encode(message)]]

describe("a Q10 vacuum", () => {
  it.scoped("tells its state; a notice is no error", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, answering(docked))
      assert.deepInclude(yield* device.state.get, { stateName: "charging", battery: 100, charging: true, fanPower: 2 })
      assert.isUndefined((yield* device.state.get).error)
      yield* push(102, Q10DataPoints.encode({ top: [[121, 12], [90, 8]] }))
      assert.strictEqual((yield* device.state.get).error?.text, "Robot trapped")
    }))

  it.scoped("is told what to do by data points", () =>
    Effect.gen(function*() {
      const { device, push, sent } = yield* openAppliance(kind, answering(docked))
      const before = sent.length
      const cleaning = yield* device.trait("cleaning")
      const modes = yield* device.trait("modes")
      yield* cleaning.start
      yield* push(102, Q10DataPoints.encode({ top: [[121, 10]] }))
      yield* cleaning.start
      yield* cleaning.dock
      yield* (yield* device.trait("spot")).clean
      yield* modes.set({ fan: "max", water: "high" })
      yield* modes.setMode("mop")
      yield* (yield* device.trait("childLock")).set(false)
      yield* (yield* device.trait("sound")).setVolume(30)
      assert.deepStrictEqual(sent.slice(before).map(decoded), [
        { 201: 1 },
        { 205: 0 },
        { 202: 5 },
        { 201: 5 },
        { 123: 4, 124: 3 },
        { 137: 3 },
        { 47: 0 },
        { 26: 30 }
      ])
      assert.strictEqual(yield* reasonOf(modes.set({ route: "deep" })), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(modes.set({ fan: "warp" })), "InvalidArgument")
    }))

  it.scoped("cleans rooms by the names on the map it sent", () =>
    Effect.gen(function*() {
      const packet = testData("roborock/maps/b01-q10/b01_q10_map.bin")
      if (packet === undefined) return
      const { device, push, sent } = yield* openAppliance(kind, answering(docked))
      const cleaning = yield* device.trait("cleaning")
      assert.strictEqual(yield* reasonOf(cleaning.rooms(["Bedroom"])), "UnknownRoom")
      yield* push(301, new Uint8Array(packet))
      const { rooms: [first] } = yield* device.state.get
      assert.isDefined(first)
      yield* cleaning.rooms([first.name.toUpperCase()])
      assert.deepStrictEqual(decoded(sent.at(-1)), { 201: { cmd: 2, clean_paramters: [first.id] } })
    }))

  it.scoped("tells percent left of its parts", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, answering(docked))
      const consumables = yield* device.trait("consumables")
      assert.deepStrictEqual(yield* consumables.list, [
        { part: "mainBrush", unit: "percent", used: 30, life: 100, left: 70, leftPercent: 70 }
      ])
      yield* consumables.reset("filter")
      assert.deepStrictEqual(decoded(sent.at(-1)), { 22: 1 })
    }))

  it.scoped("reads what a device sent", () =>
    Effect.gen(function*() {
      const dump = testData("roborock/fixtures/b01-q10-messages/dpRequetdps.json")
      if (dump === undefined) return
      const { device } = yield* openAppliance(kind, (payload) =>
        decoded(payload)?.[102] === undefined ? [] : [[102, new Uint8Array(dump)]])
      assert.deepInclude(yield* device.state.get, { stateName: "charging", battery: 100, error: undefined })
      assert.strictEqual(yield* (yield* device.trait("sound")).volume, 74)
      assert.isTrue(yield* (yield* device.trait("autoEmptying")).get)
    }))
})
