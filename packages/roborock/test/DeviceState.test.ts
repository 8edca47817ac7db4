import { DeviceState } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"

const blank = DeviceState.initial(new Map(), true)

const polled = (fields: Readonly<Record<string, unknown>>) => {
  const state = DeviceState.withStatus(blank, [{ state: 8, ...fields }], 5)
  assert.isDefined(state)
  return state
}

describe("before the device has answered", () => {
  it("the state is what the cloud knew, and stale", () => {
    const state = DeviceState.initial(new Map<number, unknown>([[121, 5], [122, 70], [120, 0], [101, {}]]), false)
    assert.deepInclude(state, { stateName: "cleaning", activity: "cleaning", battery: 70, online: false, stale: true })
    assert.strictEqual(state.error, undefined)
    assert.strictEqual(state.updatedAt, undefined)
  })

  it("nothing known is \"unknown\", not a default", () => {
    assert.deepInclude(blank, { stateName: "unknown", activity: "unknown", battery: undefined, mapFlag: undefined })
  })
})

describe("a polled status", () => {
  it("gives names and units that people use", () => {
    const state = polled({
      state: 18,
      battery: 81,
      clean_area: 20_965_000,
      clean_time: 1176,
      map_status: 7,
      in_cleaning: 3,
      fan_power: 102
    })
    assert.deepInclude(state, {
      stateName: "segment_cleaning",
      activity: "cleaning",
      cleanedArea: 20.965,
      mapFlag: 1,
      unfinished: "rooms",
      fanPower: 102,
      online: true,
      stale: false,
      updatedAt: 5
    })
    assert.isTrue(Duration.equals(state.cleanTime ?? 0, Duration.seconds(1176)))
  })

  it("tells errors in words, and unknown codes with their number", () => {
    assert.deepStrictEqual(polled({ error_code: 5 }).error, {
      code: 5,
      name: "main_brush_jammed",
      text: "Main brush jammed"
    })
    assert.strictEqual(polled({ dock_error_status: 38 }).dockError?.name, "water_empty")
    assert.strictEqual(polled({ error_code: 79 }).error?.text, "Roller fell off")
    assert.deepInclude(polled({ error_code: 131 }).error, { code: 131, name: "internal_hardware_fault" })
    assert.strictEqual(polled({ error_code: 997 }).error?.name, "unknown_997")
    assert.deepInclude(polled({ state: 77 }), { stateName: "unknown_77", activity: "unknown" })
    assert.deepInclude(polled({ state: 38 }), { stateName: "tidy_up", activity: "unknown" })
    assert.deepInclude(polled({ state: 0 }), { stateName: "unknown", activity: "idle" })
  })

  it("knows charging from waiting for the cheap hours", () => {
    assert.isTrue(polled({ charge_status: 1 }).charging)
    assert.isTrue(polled({}).charging)
    assert.isFalse(polled({ charge_status: 0 }).charging)
  })

  it("map number 63 is no map, and neither are those that do not fit before it", () => {
    assert.strictEqual(polled({ map_status: 62 << 2 | 3 }).mapFlag, 62)
    for (const flag of [63, 64, 1000, -1]) assert.isUndefined(polled({ map_status: flag << 2 | 3 }).mapFlag, `${flag}`)
  })

  it("a number that is too large for one is none", () => {
    const fields: unknown = JSON.parse("[{\"state\": 8, \"battery\": 1e400, \"clean_area\": -1e400}]")
    assert.deepInclude(DeviceState.withStatus(blank, fields, 5), { battery: undefined, cleanedArea: undefined })
  })

  it("keeps fields that have no name here", () => assert.strictEqual(polled({ rss: 7 }).fields["rss"], 7))

  it("comes in a list or bare; anything else is none", () => {
    assert.isDefined(DeviceState.withStatus(blank, { state: 8 }, 0))
    for (const result of ["ok", [], [{}], null, [{ state: "8" }], 3]) {
      assert.isUndefined(DeviceState.withStatus(blank, result, 0))
    }
  })
})

describe("a push", () => {
  it("changes what it says and leaves the rest", () => {
    const state = DeviceState.withPush(
      polled({ battery: 90, clean_time: 60 }),
      { dataPoints: new Map<number, unknown>([[121, 5], [120, 8]]) },
      9
    )
    assert.deepInclude(state, { stateName: "cleaning", battery: 90, updatedAt: 9 })
    assert.strictEqual(state.error?.name, "robot_trapped")
  })

  it("of nothing we know changes nothing", () => {
    const before = polled({})
    assert.strictEqual(
      DeviceState.withPush(before, { dataPoints: new Map<number, unknown>([[128, 1], [121, "x"]]) }, 9),
      before
    )
  })

  it("can say that the device is offline", () => {
    assert.isFalse(DeviceState.withPush(polled({}), { dataPoints: new Map(), online: false }, 9).online)
  })
})

describe("silence", () => {
  it("makes a device unavailable after two minutes, also where the clock was set back meanwhile", () => {
    const minute = 60_000
    const silent = DeviceState.withSilence(polled({}), "no answer", 100 * minute)
    assert.deepInclude(silent, { stale: true, available: true, trouble: "no answer" })
    assert.isFalse(DeviceState.withSilence(silent, "no answer", 102 * minute).available)
    const setBack = DeviceState.withSilence(silent, "no answer", 5 * minute)
    assert.deepInclude(setBack, { available: true, silentSince: 5 * minute })
    assert.isFalse(DeviceState.withSilence(setBack, "no answer", 7 * minute).available)
  })
})

describe("the dock", () => {
  const docked = (dss: number, reportsDock: boolean) => DeviceState.withStatus(blank, { state: 8, dss }, 0, reportsDock)

  it("an empty tank shows, where the device is to be believed, and is told to watchers", () => {
    const [fine, empty] = [docked(168, true), docked(164, true)]
    if (fine === undefined || empty === undefined) return assert.fail("no status")
    assert.deepInclude(fine.dockParts, { cleanWater: "fine", dirtyWater: "fine", dustBag: "fine" })
    assert.deepInclude(empty.dockParts, { cleanWater: "problem" })
    assert.isFalse(DeviceState.isSame(fine, empty))
    assert.strictEqual(docked(164, false)?.dockParts, undefined)
    assert.strictEqual(docked(0, true)?.dockParts, undefined)
  })

  it("what it does is told to watchers, also when a push says so", () => {
    const resting = polled({ state: 8, dry_status: 0 })
    const drying = polled({ state: 8, dry_status: 1 })
    assert.deepStrictEqual([resting.dockJobs, drying.dockJobs], [[], ["drying"]])
    assert.isFalse(DeviceState.isSame(resting, drying))
    const washing = DeviceState.withPush(drying, { dataPoints: new Map([[121, 23]]) }, 9)
    assert.deepStrictEqual(washing.dockJobs, ["washing", "drying"])
    assert.deepStrictEqual(polled({ state: 8, dust_collection_status: 1 }).dockJobs, ["emptying"])
  })

  it("a push says nothing of its parts", () => {
    const empty = docked(164, true) ?? blank
    const pushed = DeviceState.withPush(empty, { dataPoints: new Map([[122, 50]]) }, 9)
    assert.deepStrictEqual(pushed.dockParts, empty.dockParts)
  })
})

describe("rooms", () => {
  it("name the current room, also when the names come later", () => {
    const located = DeviceState.withCurrentRoom(blank, 17)
    assert.strictEqual(located.currentRoom, undefined)
    const named = DeviceState.withRooms(located, [{ id: 16, name: "Kitchen" }, { id: 17, name: "Hall" }])
    assert.strictEqual(named.currentRoom, "Hall")
    assert.strictEqual(DeviceState.withCurrentRoom(named, undefined).currentRoom, undefined)
    assert.strictEqual(DeviceState.withCurrentRoom(named, 17), named)
  })
})

describe("isSame", () => {
  it("sees what people see, not how often the device was asked", () => {
    const first = polled({ error_code: 5, msg_seq: 1, clean_time: 5 })
    const again = DeviceState.withStatus(first, { state: 8, error_code: 5, msg_seq: 2, clean_time: 5 }, 99)
    assert.isDefined(again)
    assert.isTrue(DeviceState.isSame(first, again))
    assert.isFalse(DeviceState.isSame(first, polled({ error_code: 6, clean_time: 5 })))
    assert.isFalse(DeviceState.isSame(first, DeviceState.withRooms(first, [{ id: 1, name: "A" }])))
  })
})
