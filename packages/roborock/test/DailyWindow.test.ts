import { DailyWindow } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

const window = { start_hour: 22, start_minute: 0, end_hour: 8, end_minute: 30, enabled: 1 }

describe("daily windows", () => {
  for (const [name, method] of [["doNotDisturb", "dnd"], ["offPeakCharging", "valley_electricity"]] as const) {
    it.scoped(`${name} is read, set, and switched off and on again`, () =>
      Effect.gen(function*() {
        const { calls, trait } = yield* vacuumWith({ [`get_${method}_timer`]: [window] })
        const hours = yield* trait(name)
        assert.deepStrictEqual(yield* hours.get, {
          enabled: true,
          start: { hour: 22, minute: 0 },
          end: { hour: 8, minute: 30 }
        })
        yield* hours.set({ start: { hour: 21, minute: 15 }, end: { hour: 7, minute: 0 } })
        yield* hours.disable
        yield* hours.enable
        assert.deepStrictEqual(calls().filter(([called]) => called !== `get_${method}_timer`), [
          [`set_${method}_timer`, [21, 15, 7, 0]],
          [`close_${method}_timer`, []],
          [`set_${method}_timer`, [22, 0, 8, 30]]
        ])
      }))
  }

  it.scoped("a time that is none is not sent", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith()
      const set = (yield* trait("doNotDisturb")).set({ start: { hour: 24, minute: 0 }, end: { hour: 1, minute: 0 } })
      assert.strictEqual(yield* reasonOf(set), "InvalidArgument")
      assert.deepStrictEqual(calls(), [])
    }))

  it("minutes and times of the day are the same thing", () => {
    assert.strictEqual(DailyWindow.toMinutes({ hour: 22, minute: 30 }), 1350)
    assert.deepStrictEqual(DailyWindow.fromMinutes(1350), { hour: 22, minute: 30 })
    assert.isUndefined(DailyWindow.toMinutes({ hour: 1.5, minute: 0 }))
  })
})
