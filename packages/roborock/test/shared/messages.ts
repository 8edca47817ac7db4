import {
  CleanRecord,
  ConsumablesTrait,
  DailyWindow,
  DeviceState,
  Dock,
  FloorsTrait,
  NetworkTrait,
  Q10DataPoints,
  Q10Record,
  Q7Codes,
  Q7Record,
  Q7Rpc,
  Room,
  Rpc,
  V1Codes
} from "@effect-mqtt/roborock"
import { assert } from "@effect/vitest"
import { Duration, Either } from "effect"
import { bytes, type Checks, filesOf, json } from "./sharedFiles.ts"

const result = (path: string): unknown => {
  const message = Either.getOrThrow(Rpc.decode(bytes(path)))
  if (message._tag !== "Response") throw new Error(`${path} holds no response`)
  return Either.getOrThrow(message.outcome)
}

/** A message is kept twice, with what is expected of it beside one of them. */
const twice = <A>(captured: string, fixture: string, check: (result: unknown, expected: A) => void): Checks => {
  const expected = () => json<A>(`maps/captures/${captured}.expected.json`)
  return {
    [captured]: () => check(result(`maps/captures/${captured}.json`), expected()),
    [fixture]: () => check(result(`fixtures/v1-messages/${fixture}.json`), expected())
  }
}

const blank = DeviceState.initial(new Map(), true)

const statusOf = (status: unknown): DeviceState.DeviceState => {
  const state = DeviceState.withStatus(blank, status, 0)
  return state ?? assert.fail("no status")
}

const two = (number: number) => String(number).padStart(2, "0")
const clock = ({ hour, minute }: DailyWindow.TimeOfDay) => `${two(hour)}:${two(minute)}`

const v1Messages: Checks = {
  ...twice("v1-get_status", "get-status", (status, expected) => {
    const state = statusOf(status)
    assert.deepEqual<unknown>({
      state: state.stateName,
      battery: state.battery,
      cleanTimeS: state.cleanTime === undefined ? undefined : Duration.toSeconds(state.cleanTime),
      cleanAreaM2: Number(state.cleanedArea?.toFixed(1)),
      error: state.error?.name ?? "none",
      fanPower: state.fanPower,
      waterBoxMode: state.waterMode,
      currentMap: state.mapFlag,
      dnd: state.fields["dnd_enabled"] === 1,
      // A robot without a dock that does anything: nothing is missing.
      dockState: state.dockError === undefined ? "full" : "error"
    }, expected)
  }),
  ...twice("v1-app_get_init_status", "app-get-init-status", (answer, expected) => {
    const status = Rpc.unwrap(answer) as Readonly<Record<string, unknown>> // our own test data
    assert.deepEqual({
      newFeatureInfo: String(status["new_feature_info"]),
      newFeatureInfoStr: status["new_feature_info_str"],
      featureInfo: status["feature_info"]
    }, expected)
  }),
  ...twice("v1-get_consumable", "get-consumeables", (answer, expected) => {
    const left = new Map(ConsumablesTrait.decode(Rpc.unwrap(answer))?.map(({ left, part }) => [part, left]))
    assert.deepEqual({
      mainBrushLeftS: left.get("mainBrush"),
      sideBrushLeftS: left.get("sideBrush"),
      filterLeftS: left.get("filter"),
      sensorLeftS: left.get("sensors")
    }, expected)
  }),
  ...twice("v1-get_room_mapping-pairs", "get-room-mapping", (answer, expected) =>
    assert.deepEqual(
      Object.fromEntries(Room.decodeMapping(answer).map(({ homeRoomId, id }) => [id, homeRoomId])),
      expected
    )),
  ...twice("v1-get_clean_summary-list", "get-clean-summary", (answer, expected) => {
    const summary = CleanRecord.decodeSummary(answer)
    assert.deepEqual({
      cleanTimeS: summary === undefined ? undefined : Duration.toSeconds(summary.cleanTime),
      cleanAreaM2: Number(summary?.area?.toFixed(1)),
      count: summary?.count,
      records: summary?.records.length,
      newest: summary?.records[0]
    }, expected)
  }),
  ...twice<{ readonly maps: unknown }>(
    "v1-get_multi_maps_list",
    "get-multi-maps-list",
    (answer, { maps }) =>
      assert.deepEqual(
        FloorsTrait.decode(Rpc.unwrap(answer))?.map(({ backups, mapFlag, name }) => ({
          mapFlag,
          // A floor without a name is numbered.
          name: name === "Floor 1" ? "" : name,
          backups
        })),
        maps
      )
  ),
  ...twice("v1-get_dnd_timer", "get-dnd", (answer, expected) => {
    const window = DailyWindow.decode(Rpc.unwrap(answer))
    if (window === undefined) return assert.fail("no window")
    assert.deepEqual({ enabled: window.enabled, start: clock(window.start), end: clock(window.end) }, expected)
  })
}

const fixture = (name: string) => json<unknown>(`fixtures/v1-results/${name}.json`)

const v1Results: Checks = {
  status: () => {
    const state = statusOf(fixture("status"))
    assert.deepInclude(state, {
      stateName: "charging",
      activity: "docked",
      battery: 100,
      fanPower: 102,
      waterMode: 203,
      mopMode: 300,
      mapFlag: 0,
      charging: true,
      error: undefined,
      dockError: undefined
    })
    assert.strictEqual(V1Codes.dockTypeNames.get(Number(state.fields["dock_type"])), "o3_dock")
    const parts = Dock.decodeParts(Number(state.fields["dss"]))
    assert.deepInclude(parts, { cleanWater: "fine", dirtyWater: "fine", dustBag: "fine", waterFilter: "absent" })
  },
  "clean-summary": () => {
    assert.deepStrictEqual(CleanRecord.decodeSummary(fixture("clean-summary")), {
      cleanTime: Duration.seconds(74_382),
      area: 1159.1825,
      count: 31,
      emptied: 25,
      records: [1_672_543_330, 1_672_458_041]
    })
  },
  consumable: () => {
    const used = ConsumablesTrait.decode(fixture("consumable"))?.map(({ part, used }) => [part, used])
    assert.deepStrictEqual(used, [
      ["mainBrush", 74_382],
      ["sideBrush", 74_383],
      ["filter", 74_384],
      ["filterElement", 0],
      ["sensors", 74_385],
      ["strainer", 65],
      ["cleaningBrush", 66],
      ["dustBag", 25]
    ])
  },
  "dnd-timer": () => {
    assert.deepStrictEqual(DailyWindow.decode(fixture("dnd-timer")), {
      enabled: true,
      start: { hour: 22, minute: 0 },
      end: { hour: 7, minute: 0 }
    })
  },
  "network-info": () => {
    assert.deepStrictEqual(NetworkTrait.decode(fixture("network-info")), {
      ip: "1.1.1.1",
      ssid: "test_wifi",
      mac: "aa:bb:cc:dd:ee:ff",
      bssid: "aa:bb:cc:dd:ee:ff",
      rssi: -50
    })
  }
}

const q7Properties = (path: string) => () => {
  const incoming = Either.getOrThrow(Q7Rpc.decode(bytes(path)))
  if (incoming._tag !== "Response") return assert.fail("a push")
  assert.strictEqual(incoming.msgId, "200000000001")
  const { main_brush: mainBrush, status } = Either.getOrThrow(incoming.outcome) as Readonly<Record<string, number>> // our own test data
  assert.deepStrictEqual<unknown>(
    { status: Q7Codes.stateNames.get(status ?? -1), mainBrush },
    json("maps/captures/q7-prop.get.expected.json")
  )
}

/** All data points of a message, those in the container among the others. */
const q10Points = (path: string) => () => {
  const { dps: { 101: common = {}, ...top } } = json<{ readonly dps: Readonly<Record<string, object>> }>(path)
  assert.deepStrictEqual<unknown>(Object.fromEntries(Either.getOrThrow(Q10DataPoints.decode(bytes(path)))), {
    ...common,
    ...top
  })
}

const q10History = (path: string) => () => {
  const points = Either.getOrThrow(Q10DataPoints.decode(bytes(path)))
  const records = Q10Record.decode(points.get(52)) ?? []
  assert.deepStrictEqual(
    records.map((
      { area, duration, finish, kind, startedBy }
    ) => [area, Duration.toMinutes(duration), kind, finish, startedBy]),
    [
      [4, 6, "full", "completed", "app"],
      [4, 6, "selective_room", "completed", "app"],
      [3, 5, "selective_room", "completed", "app"],
      [0, 0, "spot", "stopped", "app"],
      [4, 6, "full", "completed", "app"],
      [1, 2, "zone", "completed", "app"]
    ]
  )
}

const q10Files = [
  ...filesOf("fixtures/b01-q10-messages"),
  ...filesOf("maps/captures").filter((path) => path.includes("/q10-"))
]

/** Messages and results of devices. */
export const messages: Checks = {
  ...v1Messages,
  ...v1Results,
  "q7-prop.get": q7Properties("maps/captures/q7-prop.get.json"),
  "get-prop": q7Properties("fixtures/b01-q7-messages/get-prop.json"),
  "clean-record-list": () => {
    const history = Q7Record.decode(json("fixtures/b01-q7-messages/clean-record-list.json"))
    assert.deepInclude(history?.summary, {
      cleanTime: Duration.seconds(34_980),
      area: 285.4,
      count: 2,
      records: [1_766_369_000, 1_766_368_207]
    })
    assert.deepInclude(history?.records[0], { duration: Duration.seconds(120), area: 1.5, complete: true, mapFlag: 1 })
  },
  ...Object.fromEntries(q10Files.map((path) => [path, q10Points(path)])),
  "dpCleanRecord-list": q10History("fixtures/b01-q10-messages/dpCleanRecord-list.json"),
  "q10-clean-record-list": q10History("maps/captures/q10-clean-record-list.json")
}
