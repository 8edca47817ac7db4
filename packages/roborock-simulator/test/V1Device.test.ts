import { Frame, MapResponse, Rpc, Security } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Either, Option, Redacted, TestClock } from "effect"
import { Account, FloorPlan, Robot, V1Device } from "../src/index.ts"

const security = Security.make(Redacted.make("somekey1"), Redacted.make(new Uint8Array(16).fill(7)))

/** A device with a client beside it that seals requests and opens answers. */
const makeBench = (options?: Partial<Robot.Options>, product?: "S7" | "Qrevo Master") =>
  Effect.gen(function*() {
    const plan = FloorPlan.flat()
    const account = yield* Account.make({
      roomNames: plan.rooms.map(({ name }) => name),
      robotNames: ["Robot"],
      products: [product]
    })
    const [identity] = account.robots
    assert.isDefined(identity)
    const robot = Robot.make(plan, { nowMillis: 0, ...options })
    const device = yield* V1Device.make({
      identity: { ...identity, product: product ?? "S7" },
      rooms: account.home.rooms,
      robot,
      host: "192.0.2.10"
    })
    const keys = { localKey: identity.localKey }
    let lastId = 100
    const open = (messages: ReadonlyArray<Uint8Array>) => messages.flatMap((bytes) => Frame.decode(bytes, keys).frames)
    const request = (method: string, params: V1Device.Params = [], withSecurity?: Security.Security) =>
      Either.getOrThrow(Frame.encode({
        version: "1.0",
        seq: 1,
        random: 2,
        timestamp: 1_700_000_000,
        protocol: Frame.protocols.rpcRequest,
        payload: Rpc.encodeRequest({ id: ++lastId, method, params, security: withSecurity }, 1_700_000_000)
      }, keys))
    const incoming = (messages: ReadonlyArray<Uint8Array>) =>
      open(messages).map((frame) => Either.getOrThrow(Rpc.decode(frame.payload)))
    const ask = (method: string, params: V1Device.Params = []) =>
      Effect.gen(function*() {
        const answers = incoming(yield* device.handle(request(method, params)))
        const [response] = answers
        assert.isDefined(response)
        assert.strictEqual(response._tag, "Response")
        return response._tag === "Response" ? { id: response.id, outcome: response.outcome, answers } : assert.fail()
      })
    const result = (method: string, params: V1Device.Params = []) =>
      Effect.flatMap(ask(method, params), ({ outcome }) => outcome)
    return { account, ask, device, identity, incoming, keys, open, plan, request, result, robot }
  })

const statusOf = (result: unknown): Record<string, unknown> =>
  Array.isArray(result) && typeof result[0] === "object" ? { ...result[0] } : assert.fail("no status")

describe("V1Device", () => {
  it.effect("answers get_status and get_prop as a docked robot", () =>
    Effect.gen(function*() {
      const { result } = yield* makeBench()
      const status = statusOf(yield* result("get_status"))
      assert.strictEqual(status["state"], 8)
      assert.strictEqual(status["battery"], 100)
      assert.strictEqual(status["in_cleaning"], 0)
      assert.strictEqual(status["error_code"], 0)
      assert.strictEqual(status["fan_power"], 102)
      assert.strictEqual(Number(status["map_status"]) >> 2, 0)
      const again = statusOf(yield* result("get_prop", ["get_status"]))
      assert.deepStrictEqual({ ...again, msg_seq: 0 }, { ...status, msg_seq: 0 })
    }))

  it.effect("drives: start, pause, resume, home", () =>
    Effect.gen(function*() {
      const { result, robot } = yield* makeBench()
      const state = Effect.map(result("get_status"), (answer) => statusOf(answer)["state"])
      assert.isTrue(Rpc.isOk(yield* result("app_start")))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* state, 5)
      yield* result("app_pause")
      assert.strictEqual(yield* state, 10)
      const { position } = robot.state
      yield* TestClock.adjust("2 minutes")
      yield* result("app_start")
      assert.deepStrictEqual(robot.state.position, position)
      assert.strictEqual(yield* state, 5)
      yield* result("app_charge")
      assert.strictEqual(yield* state, 6)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(yield* state, 8)
    }))

  it.effect("cleans rooms, in each form of the parameters", () =>
    Effect.gen(function*() {
      const forms: ReadonlyArray<V1Device.Params> = [
        [17, 18],
        [{ segments: [17, 18], repeat: 2, clean_order_mode: 0 }],
        { segments: [17, 18] }
      ]
      for (const params of forms) {
        const { result, robot } = yield* makeBench()
        yield* result("app_segment_clean", params)
        assert.deepStrictEqual(robot.state.task, { kind: "Segments", segments: [17, 18] })
        const status = statusOf(yield* result("get_status"))
        assert.strictEqual(status["state"], 18)
        assert.strictEqual(status["in_cleaning"], 3)
      }
    }))

  it.effect("refuses as robots do", () =>
    Effect.gen(function*() {
      const { ask } = yield* makeBench()
      const refusal = (method: string, params?: V1Device.Params) =>
        Effect.map(ask(method, params), ({ outcome }) => Either.isLeft(outcome) ? outcome.left.reason : undefined)
      assert.strictEqual(yield* refusal("make_coffee"), "UnknownMethod")
      assert.strictEqual(yield* refusal("app_pause"), "InvalidStatus")
      assert.strictEqual(yield* refusal("app_segment_clean", [99]), "DeviceError")
      assert.strictEqual(yield* refusal("app_segment_clean", ["kitchen"]), "DeviceError")
      assert.strictEqual(yield* refusal("set_custom_mode", [7]), "DeviceError")
      assert.strictEqual(yield* refusal("get_map_v1"), "DeviceError")
    }))

  it.effect("pushes what changed, and only that", () =>
    Effect.gen(function*() {
      const { ask, device, incoming } = yield* makeBench()
      assert.deepStrictEqual(yield* device.tick, [])
      const { answers } = yield* ask("app_start")
      assert.deepStrictEqual(answers[1], {
        _tag: "Push",
        dataPoints: new Map([[121, 5], [133, 0]])
      })
      yield* TestClock.adjust("10 minutes")
      const [push] = incoming(yield* device.tick)
      assert.deepStrictEqual([...(push?._tag === "Push" ? push.dataPoints.keys() : [])], [122])
      const { answers: set } = yield* ask("set_custom_mode", [104])
      assert.deepStrictEqual(set[1], { _tag: "Push", dataPoints: new Map([[123, 104]]) })
    }))

  it.effect("names the rooms by the ids of the home", () =>
    Effect.gen(function*() {
      const { account, plan, result } = yield* makeBench()
      const mapping = yield* result("get_room_mapping")
      const named = (Array.isArray(mapping) ? mapping : []).map(([segment, id]: [number, string]) => [
        segment,
        account.home.rooms.find((room) => String(room.id) === id)?.name
      ])
      assert.deepStrictEqual(named, plan.rooms.map(({ name, segment }) => [segment, name]))
    }))

  it.effect("sends the map after the answer, sealed for who asked", () =>
    Effect.gen(function*() {
      const { device, open, request } = yield* makeBench()
      const frames = open(yield* device.handle(request("get_map_v1", [], security)))
      assert.deepStrictEqual(frames.map(({ protocol }) => protocol), [102, 301])
      const payload = frames[1]?.payload ?? new Uint8Array(0)
      const map = Option.getOrThrow(Either.getOrThrow(MapResponse.decode(payload, security)))
      assert.strictEqual(map.requestId, 101)
      assert.deepStrictEqual([...map.content.subarray(0, 2)], [0x72, 0x72])
      const stranger = Security.make(Redacted.make("otherkey"), security.nonce)
      assert.isTrue(Option.isNone(Either.getOrThrow(MapResponse.decode(payload, stranger))))
    }))

  it.effect("keeps the history of its cleanings", () =>
    Effect.gen(function*() {
      const { result } = yield* makeBench({ speed: 10 })
      yield* TestClock.setTime(1_700_000_000_000)
      yield* result("app_segment_clean", [18])
      yield* TestClock.adjust("2 minutes")
      const summary = yield* result("get_clean_summary")
      assert.deepInclude(summary, { clean_count: 1, records: [1_700_000_000] })
      const record = statusOf(yield* result("get_clean_record", [1_700_000_000]))
      assert.strictEqual(record["complete"], 1)
      assert.strictEqual(record["finish_reason"], 52)
      assert.isAbove(Number(record["area"]), 4e6)
      assert.isTrue(Number(record["duration"]) > 60 && Number(record["duration"]) < 600)
    }))

  it.effect("wears its parts, and takes new ones", () =>
    Effect.gen(function*() {
      const { result } = yield* makeBench()
      const brush = Effect.map(result("get_consumable"), (answer) => Number(statusOf(answer)["main_brush_work_time"]))
      const before = yield* brush
      yield* result("app_start")
      yield* TestClock.adjust("10 minutes")
      yield* result("app_stop")
      assert.strictEqual(yield* brush, before + 600)
      yield* result("reset_consumable", ["main_brush_work_time"])
      assert.strictEqual(yield* brush, 0)
    }))

  it.effect("remembers settings", () =>
    Effect.gen(function*() {
      const { device, result } = yield* makeBench()
      yield* result("set_custom_mode", [103])
      yield* result("set_water_box_custom_mode", { water_box_mode: 201 })
      yield* result("set_mop_mode", [301])
      yield* result("set_dnd_timer", [21, 30, 7, 15])
      assert.deepStrictEqual(yield* result("get_custom_mode"), [103])
      const status = statusOf(yield* result("get_status"))
      assert.deepInclude(status, { fan_power: 103, water_box_mode: 201, mop_mode: 301, dnd_enabled: 1 })
      yield* result("close_dnd_timer")
      assert.deepStrictEqual(yield* result("get_dnd_timer"), [
        { start_hour: 21, start_minute: 30, end_hour: 7, end_minute: 15, enabled: 0 }
      ])
      yield* result("find_me")
      assert.strictEqual(device.located(), 1)
    }))

  it.effect("cleans a zone and a spot, and drives to a point", () =>
    Effect.gen(function*() {
      const { ask, result, robot } = yield* makeBench({ speed: 10 })
      const { x, y } = robot.state.position
      const state = Effect.map(result("get_status"), (answer) => statusOf(answer)["state"])
      yield* result("app_zoned_clean", [[x - 800, y - 800, x + 800, y + 800, 2]])
      assert.strictEqual(yield* state, 17)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(yield* state, 8)
      const [record] = robot.state.records
      assert.deepInclude(record, { kind: "Zones", complete: true })
      assert.isAtMost(record?.areaMm2 ?? 0, 2 * 1600 * 1600)
      yield* result("app_spot")
      assert.strictEqual(yield* state, 11)
      yield* result("app_stop")
      yield* result("app_goto_target", [x, y])
      assert.strictEqual(yield* state, 16)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* state, 3)
      assert.isBelow(Math.hypot(robot.state.position.x - x, robot.state.position.y - y), 100)
      for (const [method, params] of [["app_zoned_clean", [[0, 0, 50, 50, 1]]], ["app_goto_target", [0, 0]]] as const) {
        assert.isTrue(Either.isLeft((yield* ask(method, params)).outcome))
      }
    }))

  it.effect("has a dock that works only while the robot is in it", () =>
    Effect.gen(function*() {
      const { ask, result } = yield* makeBench(undefined, "Qrevo Master")
      const status = Effect.map(result("get_status"), statusOf)
      yield* result("app_start_collect_dust")
      assert.deepInclude(yield* status, { state: 22, dock_type: 14, dust_collection_status: 1 })
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* status, { state: 8, dust_collection_status: 0 })
      yield* result("app_set_dryer_setting", { on: { dry_time: 7200 } })
      yield* result("app_set_dryer_status", { status: 1 })
      assert.deepInclude(yield* status, { dry_status: 1, rdt: 7200 })
      yield* result("app_start")
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(Either.isLeft((yield* ask("app_start_wash")).outcome))
    }))

  it.effect("a plain dock knows no such thing", () =>
    Effect.gen(function*() {
      const { ask } = yield* makeBench()
      const { outcome } = yield* ask("app_start_wash")
      assert.strictEqual(Either.isLeft(outcome) ? outcome.left.reason : undefined, "UnknownMethod")
    }))

  it.effect("keeps schedules and switches, and takes levels together or not at all", () =>
    Effect.gen(function*() {
      const { ask, result } = yield* makeBench()
      const plan = ["30 9 * * *", ["start_clean", ""]]
      yield* result("set_timer", [["1", plan]])
      yield* result("upd_timer", ["1", "off"])
      assert.deepStrictEqual(yield* result("get_timer"), [["1", "off", plan]])
      yield* result("del_timer", ["1"])
      assert.deepStrictEqual(yield* result("get_timer"), [])
      yield* result("set_child_lock_status", { lock_status: 1 })
      assert.deepStrictEqual(yield* result("get_child_lock_status"), { lock_status: 1 })
      yield* result("set_clean_motor_mode", [{ fan_power: 104, water_box_mode: 203, mop_mode: 301 }])
      const refused = yield* ask("set_clean_motor_mode", [{ fan_power: 101, water_box_mode: 7 }])
      assert.isTrue(Either.isLeft(refused.outcome))
      assert.deepInclude(statusOf(yield* result("get_status")), {
        fan_power: 104,
        water_box_mode: 203,
        mop_mode: 301,
        lock_status: 1
      })
    }))

  it.effect("says who it is", () =>
    Effect.gen(function*() {
      const { identity, result } = yield* makeBench()
      assert.deepStrictEqual(yield* result("get_serial_number"), [{ serial_number: identity.serialNumber }])
      assert.property(yield* result("get_network_info"), "ip")
      assert.property(statusOf(yield* result("get_multi_maps_list")), "map_info")
      assert.property(statusOf(yield* result("app_get_init_status")), "feature_info")
    }))

  it.effect("passes over what it cannot open", () =>
    Effect.gen(function*() {
      const { device, keys, request, robot } = yield* makeBench()
      const good = request("app_start")
      const wrongKey = Either.getOrThrow(Frame.encode(
        { ...Either.getOrThrow(Frame.decodeOne(good, keys)) },
        { localKey: Redacted.make("0123456789abcdef") }
      ))
      const damaged = good.slice()
      damaged[30] = (damaged[30] ?? 0) ^ 1
      for (const bytes of [wrongKey, damaged, good.subarray(0, 20), new Uint8Array(0), new Uint8Array(1000)]) {
        assert.deepStrictEqual(yield* device.handle(bytes), [])
      }
      assert.strictEqual(robot.state.activity, "Charging")
      assert.isTrue(Duration.equals(Duration.millis(yield* TestClock.currentTimeMillis), Duration.zero))
    }))
})
