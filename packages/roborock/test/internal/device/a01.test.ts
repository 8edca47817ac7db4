import { A01, type WasherTrait } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Redacted, Stream, TestClock } from "effect"
import { testData } from "../../../../../vitest.testData.ts"
import { type Answer, openAppliance } from "../../cloudAppliance.ts"
import { reasonOf } from "../../vacuumWith.ts"

/** A device that tells the values it has, and takes others. */
const withValues = (values: Record<number, unknown>): Answer => (payload) => {
  const request = Either.getOrThrow(A01.decodeRequest(payload))
  if (request._tag === "Set") {
    const taken = [...request.dataPoints]
    for (const [id, value] of taken) values[id] = value
    return [[102, A01.encode(taken)]]
  }
  return [[102, A01.encode(request.ids.flatMap((id) => id in values ? [[id, values[id]] as const] : []))]]
}

const washer = { version: "A01", model: "roborock.wm.a102", category: "roborock.wm" } as const
const wetDry = { version: "A01", model: "roborock.wetdryvac.a56", category: "roborock.wetdryvac" } as const

const openWith = (kind: typeof washer | typeof wetDry, values: Record<number, unknown>) =>
  Effect.gen(function*() {
    // Values that a device does not have are waited for once.
    const opening = yield* Effect.fork(openAppliance(kind, withValues(values)))
    yield* TestClock.adjust("10 seconds")
    return yield* Fiber.join(opening)
  })

describe("a wet-dry vacuum", () => {
  it.scoped("tells its state, its battery and what is wrong in words", () =>
    Effect.gen(function*() {
      const { device } = yield* openWith(wetDry, { 201: 3, 209: 87, 216: 20_002, 205: 1, 214: 60, 228: 420 })
      assert.isUndefined(device.unsupported)
      const state = yield* device.state.get
      assert.deepInclude(state, {
        stateName: "charging",
        activity: "docked",
        battery: 87,
        charging: true,
        stale: false
      })
      assert.strictEqual(state.error?.text, "Clean tank empty")
      const values = yield* (yield* device.trait("appliance")).values
      assert.deepInclude(values, { clean_mode: "auto", mesh_left: 356_400, silent_mode_end_time: "07:00" })
    }))

  it.scoped("is set by word, code or switch, and refuses what it does not know", () =>
    Effect.gen(function*() {
      const values: Record<number, unknown> = { 201: 3 }
      const { device } = yield* openWith(wetDry, values)
      const appliance = yield* device.trait("appliance")
      yield* appliance.set("clean_mode", "max")
      yield* appliance.set("volume_set", 40)
      yield* appliance.set("auto_dry", true)
      yield* (yield* device.trait("wetDry")).reset("brush")
      assert.deepInclude(values, { 205: 2, 221: 40, 213: 1, 219: 1 })
      for (const attempt of [appliance.set("clean_mode", "ultra"), appliance.set("status", 1), appliance.set("x", 1)]) {
        assert.strictEqual(yield* reasonOf(attempt), "InvalidArgument")
      }
    }))
})

describe("a washing machine", () => {
  it.scoped("tells its softener as its detergent, and when either is used up", () =>
    Effect.gen(function*() {
      const { device } = yield* openWith(washer, { 203: 1, 211: 1, 212: 1, 213: 2, 214: 2, 226: 0, 227: 1 })
      const { values } = yield* device.trait("appliance")
      assert.deepInclude(yield* values, {
        detergent_type: "medium",
        softener_set: 1,
        softener_type: "medium",
        softener_empty: 1
      })
    }))

  it.scoped("starts with one message, in words", () =>
    Effect.gen(function*() {
      const values = { 203: 1 }
      const { acknowledged, device, sent } = yield* openWith(washer, values)
      const before = sent.length
      yield* (yield* device.trait("washer")).start({
        mode: "wash_and_dry",
        program: "cotton_linen",
        spin: "high",
        drying: "iron"
      })
      const [start] = sent.slice(before)
      assert.deepStrictEqual(
        start === undefined ? undefined : Either.getOrThrow(A01.decodeRequest(start)),
        { _tag: "Set", dataPoints: new Map([[200, 1], [204, 2], [205, 23], [209, 5], [210, 2]]) }
      )
      // A washing machine takes no start but at QoS 1.
      assert.deepStrictEqual(acknowledged, [start])
      const unknown = (yield* device.trait("washer")).start({ mode: "wash", program: "levitate" })
      assert.strictEqual(yield* reasonOf(unknown), "InvalidArgument")
      assert.match((yield* Effect.flip(unknown)).message, /^program: program has to be one of: .*\bcotton_linen\b/)
    }))

  it.scoped("is told with the start all that it reports of the program it is set to, and nothing of another one", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openWith(washer, { 203: 1, 204: 1, 205: 4, 207: 2, 208: 3, 209: 77, 210: 0.5 })
      const started = (program: WasherTrait.Program) =>
        Effect.gen(function*() {
          const before = sent.length
          yield* (yield* device.trait("washer")).start(program)
          const [start] = sent.slice(before)
          const request = start === undefined ? undefined : Either.getOrThrow(A01.decodeRequest(start))
          return request?._tag === "Set" ? Object.fromEntries(request.dataPoints) : undefined
        })
      assert.deepStrictEqual(yield* started({ mode: "wash", program: "wool", rinse: "max" }), {
        200: 1,
        204: 1,
        205: 4,
        207: 2,
        208: 5,
        209: 77
      })
      assert.deepStrictEqual(yield* started({ mode: "wash", program: "quick" }), { 200: 1, 204: 1, 205: 2 })
      const care = { dryCare: "soft", dryingMethod: "l2", steam: "high" }
      assert.deepStrictEqual(yield* started({ mode: "dry", program: "towels", ...care }), {
        200: 1,
        204: 3,
        205: 31,
        244: 1,
        256: 2,
        257: 3
      })
    }))

  it.scoped("is not started from afar when its owner has not allowed it", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openWith(washer, { 203: 1, 232: 0 })
      const before = sent.length
      const start = (yield* device.trait("washer")).start({ mode: "wash", program: "quick" })
      assert.strictEqual(yield* reasonOf(start), "InvalidState")
      assert.lengthOf(sent, before)
    }))

  it.scoped("asks for what its features have, and tells what it pushes", () =>
    Effect.gen(function*() {
      const { device, push, sent } = yield* openWith(washer, { 203: 4, 218: 90, 237: 1 << 8, 233: 1 })
      yield* TestClock.adjust("30 seconds")
      const queries = sent.map((payload) => Either.getOrThrow(A01.decodeRequest(payload)))
      assert.isTrue(queries.some((query) => query._tag === "Query" && query.ids.includes(233)))
      const left = yield* Effect.fork(
        device.state.changes.pipe(
          Stream.map(({ fields }) => fields["washing_left"]),
          Stream.takeUntil((minutes) => minutes === 89),
          Stream.runCollect
        )
      )
      yield* TestClock.adjust(0)
      yield* push(102, A01.encode([[218, 89]]))
      assert.include([...yield* Fiber.join(left)], 89)
    }))

  it.scoped("has no trait of vacuums, and says so", () =>
    Effect.gen(function*() {
      const { device } = yield* openWith(washer, { 203: 1 })
      assert.sameMembers([...yield* device.traits], ["status", "appliance", "washer", "childLock"])
      const error = yield* Effect.flip(device.trait("map"))
      assert.include(error.message, "devices of this kind have no such trait")
    }))

  it.scoped("that is silent becomes stale, and then unavailable", () =>
    Effect.gen(function*() {
      const { device, silence } = yield* openWith(washer, { 203: 1 })
      silence(true)
      yield* TestClock.adjust("6 minutes")
      assert.deepInclude(yield* device.state.get, { stale: true, available: false, stateName: "standby" })
      silence(false)
      yield* TestClock.adjust("4 minutes")
      assert.deepInclude(yield* device.state.get, { stale: false, available: true })
    }))

  it.scoped("is not held to be silent by what could not be sent, and neither is the connection", () =>
    Effect.gen(function*() {
      const { delay, device, health } = yield* openWith(washer, { 203: 1 })
      const before = health.unanswered
      delay(Effect.never)
      const waiting = yield* Effect.fork(reasonOf((yield* device.trait("status")).refresh))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "NotConnected")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(health.unanswered, before)
    }))

  it.scoped("with a key that cannot be one is told nothing, and that is not said to be too large", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance({ ...washer, localKey: Redacted.make("masked") }, () => [])
      const { refresh } = yield* device.trait("status")
      assert.strictEqual(yield* reasonOf(refresh), "InvalidKey")
      assert.include((yield* device.state.get).trouble ?? "", "no key that can seal")
      assert.lengthOf(sent, 0)
    }))

  it.scoped("shows what the cloud knew before it answers", () =>
    Effect.gen(function*() {
      const file = testData("roborock/fixtures/home-data/device-zeo-one.json")
      if (file === undefined) return
      const captured = JSON.parse(String(file)) as { readonly deviceStatus: Readonly<Record<string, unknown>> } // our own test data
      const dataPoints = new Map(Object.entries(captured.deviceStatus).map(([id, value]) => [Number(id), value]))
      const opening = yield* Effect.fork(openAppliance({ ...washer, dataPoints }, () => []))
      yield* TestClock.adjust("10 seconds")
      const { device } = yield* Fiber.join(opening)
      assert.deepInclude(yield* device.state.get, { stateName: "drying", activity: "cleaning", stale: true })
      assert.deepInclude(yield* (yield* device.trait("appliance")).values, {
        mode: "wash",
        program: "exo_40_60",
        temp: "high",
        washing_left: 227
      })
    }))
})
