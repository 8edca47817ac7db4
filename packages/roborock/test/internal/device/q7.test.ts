import { DeviceMemory, Q7Codes, Q7MapPayload, Q7Rpc } from "@effect-mqtt/roborock"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Either, Fiber, TestClock } from "effect"
import { type Answer, openAppliance, serialNumber } from "../../cloudAppliance.ts"
import { smallQ7 } from "../../q7Bytes.ts"
import { reasonOf } from "../../vacuumWith.ts"

const kind = { version: "B01", model: "roborock.vacuum.sc01", category: "robot.vacuum.cleaner" } as const

const request = (payload: Uint8Array) => Either.getOrThrow(Q7Rpc.decodeRequest(payload))

/** A robot with properties; `refusing` are methods that it answers with an error. */
const withProperties =
  (properties: Record<string, unknown>, refusing: ReadonlyArray<string> = []): Answer => (payload) => {
    const { method, msgId, params } = request(payload)
    if (refusing.includes(method)) return [[102, Q7Rpc.encodeReply({ msgId, method, code: 7 }, 1)]]
    if (method === "prop.set") Object.assign(properties, params)
    const data = method === "prop.get" ? properties : method === "service.get_record_list" ? records : {}
    const reply = Q7Rpc.encodeReply({ msgId, method, data }, 1)
    return method === "service.upload_by_maptype"
      ? [[102, reply], [301, Q7MapPayload.encode(smallQ7(), { model: kind.model, serial: serialNumber })]]
      : [[102, reply]]
  }

const records = {
  total_time: 500,
  total_area: 1234,
  total_count: 1,
  record_list: [{ detail: JSON.stringify({ record_start_time: 100, record_use_time: 60, record_clean_area: 150 }) }]
}

const charging = { status: 4, quantity: 93, wind: 2, water: 1, mode: 1, repeat_state: 0, fault: 0 }

const commandsOf = (sent: ReadonlyArray<Uint8Array>) =>
  sent.map(request).filter(({ method }) => method !== "prop.get").map(({ method, params }) => [method, params])

describe("a Q7 vacuum", () => {
  it.scoped("tells its state; faults in words, notices not at all", () =>
    Effect.gen(function*() {
      const properties = { ...charging }
      const { device, push } = yield* openAppliance(kind, withProperties(properties))
      assert.deepInclude(yield* device.state.get, { stateName: "charging", battery: 93, activity: "docked" })
      const post = (data: unknown) => push(102, Q7Rpc.encodeReply({ msgId: "1", method: "prop.post", data }, 1))
      yield* post({ fault: 2102 })
      assert.isUndefined((yield* device.state.get).error)
      yield* post({ fault: 510, status: 2 })
      assert.deepInclude(yield* device.state.get, { activity: "paused", battery: 93 })
      assert.strictEqual((yield* device.state.get).error?.text, "Bumper stuck")
      yield* post({ fault: 599 })
      assert.strictEqual((yield* device.state.get).error?.name, "unknown_599")
    }))

  it.scoped("is not said to have settings that it does not tell", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, withProperties({ ...charging }))
      assert.strictEqual(yield* reasonOf((yield* device.trait("childLock")).get), "BadAnswer")
      assert.strictEqual(yield* reasonOf((yield* device.trait("sound")).volume), "BadAnswer")
    }))

  it.scoped("tells more by numbers: the battery at once, and of a change of state it is asked once", () =>
    Effect.gen(function*() {
      const dataPoints = new Map([[121, 8], [122, 40]])
      const { device, push, sent } = yield* openAppliance({ ...kind, dataPoints }, withProperties({ ...charging }))
      const points = (dps: Record<number, unknown>) => push(102, new TextEncoder().encode(JSON.stringify({ dps })))
      const asked = sent.length
      for (let step = 0; step < 30; step++) {
        yield* points({ 121: 8, 122: 90 - step, 141: step })
        yield* TestClock.adjust("5 seconds")
      }
      assert.strictEqual((yield* device.state.get).battery, 61)
      assert.lengthOf(sent, asked)
      yield* points({ 121: 5 })
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(sent, asked + 1)
    }))

  it.scoped("that was silent is asked when it tells something, which is not the whole of its state", () =>
    Effect.gen(function*() {
      const properties = { ...charging, status: 5 }
      const dataPoints = new Map([[121, 5]])
      const { device, push, silence } = yield* openAppliance({ ...kind, dataPoints }, withProperties(properties))
      silence(true)
      yield* TestClock.adjust("1205 seconds")
      assert.deepInclude(yield* device.state.get, { available: false, activity: "cleaning" })
      silence(false)
      properties.status = 4
      yield* push(102, new TextEncoder().encode(JSON.stringify({ dps: { 122: 50 } })))
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* device.state.get, { stale: false, activity: "docked" })
    }))

  it.scoped("shows the battery that the cloud knew before it answers", () =>
    Effect.gen(function*() {
      const opening = yield* Effect.fork(openAppliance({ ...kind, dataPoints: new Map([[122, 40]]) }, () => []))
      yield* TestClock.adjust("10 seconds")
      const { device } = yield* Fiber.join(opening)
      assert.deepInclude(yield* device.state.get, { battery: 40, stale: true, stateName: "unknown" })
    }))

  it.scoped("is offline when the cloud says so, and asked at once when that changes", () =>
    Effect.gen(function*() {
      const { device, push, sent } = yield* openAppliance(kind, withProperties({ ...charging }))
      const cloudSays = (status: unknown) => push(500, new TextEncoder().encode(JSON.stringify(status)))
      const asked = sent.length
      yield* cloudSays({ mqttOtaData: { mqttOtaProgress: { progress: 5 } } })
      yield* cloudSays([])
      assert.isTrue((yield* device.state.get).online)
      yield* cloudSays({ online: false })
      assert.isFalse((yield* device.state.get).online)
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(sent, asked + 1)
    }))

  it.scoped("keeps no endless number of properties, and those that count", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, withProperties({ ...charging }))
      const post = (data: unknown) => push(102, Q7Rpc.encodeReply({ msgId: "1", method: "prop.post", data }, 1))
      for (let round = 0; round < 20; round++) {
        yield* post(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`p${round}-${index}`, 1])))
      }
      yield* post({ quantity: 12 })
      const { battery, fields } = yield* device.state.get
      assert.isBelow(Object.keys(fields).length, 1000)
      assert.strictEqual(battery, 12)
    }))

  it.scoped("is told what to do by methods", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, withProperties({ ...charging }))
      const cleaning = yield* device.trait("cleaning")
      const modes = yield* device.trait("modes")
      yield* cleaning.start
      yield* cleaning.pause
      yield* cleaning.dock
      yield* modes.set({ fan: "turbo", route: "deep" })
      yield* modes.setMode("vacuum")
      yield* (yield* device.trait("locate")).locate
      yield* (yield* device.trait("doNotDisturb")).set({ start: { hour: 22, minute: 0 }, end: { hour: 7, minute: 0 } })
      yield* (yield* device.trait("consumables")).reset("filter")
      assert.deepStrictEqual(commandsOf(sent), [
        ["service.set_room_clean", { clean_type: 0, ctrl_value: 1, room_ids: [] }],
        ["service.set_room_clean", { clean_type: 0, ctrl_value: 2, room_ids: [] }],
        ["service.start_recharge", {}],
        ["prop.set", { wind: 3, clean_path_preference: 1 }],
        ["prop.set", { mode: 0 }],
        ["service.find_device", {}],
        ["service.set_quiet_time", { is_open: 1, quiet_begin_time: 1320, quiet_end_time: 420 }],
        ["service.reset_consumable", { consumable: 3 }]
      ])
      assert.strictEqual(yield* reasonOf(modes.set({ water: "flood" })), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(modes.setMode("custom")), "InvalidArgument")
    }))

  it.scoped("cleans rooms by the names on its map, which it is asked for", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, withProperties({ ...charging }))
      const rooms = yield* (yield* device.trait("rooms")).list
      assert.lengthOf(rooms, 2)
      const cleaning = yield* device.trait("cleaning")
      yield* cleaning.rooms([rooms[1]?.name ?? ""], { repeat: 2 })
      assert.deepStrictEqual(commandsOf(sent).slice(-2), [
        ["prop.set", { repeat_state: 1 }],
        ["service.set_room_clean", { clean_type: 1, ctrl_value: 1, room_ids: [rooms[1]?.id] }]
      ])
      assert.strictEqual(yield* reasonOf(cleaning.rooms(["Cellar"])), "UnknownRoom")
    }))

  it.scoped("tells its serial number where the cloud does not: maps cannot be opened without", () =>
    Effect.gen(function*() {
      const told = { ...charging, serial_number: serialNumber }
      const { device } = yield* openAppliance({ ...kind, anonymous: true }, withProperties(told))
      assert.isDefined((yield* (yield* device.trait("map")).fetch).map.grid)
    }))

  it.scoped("sends its map when told to, and by itself", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, withProperties({ ...charging }))
      const map = yield* device.trait("map")
      assert.isUndefined(yield* map.last)
      const { map: found, rooms } = yield* map.fetch
      assert.lengthOf(found.path, 2)
      assert.deepStrictEqual(rooms.map(({ name }) => name), ["Küche", "Hall"])
      assert.strictEqual((yield* device.state.get).currentRoom, "Hall")
      assert.isAbove((yield* map.png({ scale: 2 })).length, 100)
      yield* TestClock.adjust("1 minute")
      yield* push(301, Q7MapPayload.encode(smallQ7(), { model: kind.model, serial: serialNumber }))
      assert.strictEqual((yield* map.last)?.fetchedAt, 60_000)
    }))

  it.scoped("a map that cannot be read is told apart from none, and one of another program does no harm", () =>
    Effect.gen(function*() {
      const { device, push, sent, silence } = yield* openAppliance(kind, withProperties({ ...charging }))
      const { fetch } = yield* device.trait("map")
      const accept = Effect.suspend(() => {
        const { method, msgId } = request(sent.at(-1) ?? new Uint8Array())
        return push(102, Q7Rpc.encodeReply({ msgId, method, data: {} }, 1))
      })
      const damaged = Q7MapPayload.encode(Uint8Array.of(8, 0, 18, 99), { model: kind.model, serial: serialNumber })
      const foreign = Q7MapPayload.encode(smallQ7(), { model: kind.model, serial: "another" })
      silence(true)
      const fetching = yield* Effect.fork(Effect.flip(fetch))
      yield* TestClock.adjust("1 second")
      yield* accept
      yield* push(301, damaged)
      yield* TestClock.adjust("20 seconds")
      assert.deepInclude(yield* Fiber.join(fetching), { reason: "BadAnswer", method: "service.upload_by_maptype" })
      const again = yield* Effect.fork(fetch)
      yield* TestClock.adjust("1 second")
      yield* accept
      yield* push(301, foreign)
      yield* push(301, Q7MapPayload.encode(smallQ7(), { model: kind.model, serial: serialNumber }))
      assert.isDefined((yield* Fiber.join(again)).map.grid)
    }))

  it.scoped("a map that is too large for one frame comes in two", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, withProperties({ ...charging }))
      const map = yield* device.trait("map")
      const payload = Q7MapPayload.encode(smallQ7(), { model: kind.model, serial: serialNumber })
      const [begin, end] = [payload.subarray(0, 100), payload.subarray(100)]
      yield* push(300, begin)
      yield* TestClock.adjust("9 seconds")
      yield* push(301, end)
      assert.strictEqual((yield* map.last)?.fetchedAt, 9000)
      // What was begun long ago is no part of a whole one.
      yield* push(300, begin)
      yield* TestClock.adjust("11 seconds")
      yield* push(301, payload)
      assert.strictEqual((yield* map.last)?.fetchedAt, 20_000)
    }))

  it.scoped("maps whose frames are mixed are told apart, also from one that came whole", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, withProperties({ ...charging }))
      const { last } = yield* device.trait("map")
      const halves = [smallQ7([0.1, 0.05]), smallQ7([0.2, 0.1])].map((file) => {
        const payload = Q7MapPayload.encode(file, { model: kind.model, serial: serialNumber })
        return { begin: payload.subarray(0, 100), end: payload.subarray(100), payload }
      })
      const [first, second] = halves
      assert.isDefined(first)
      assert.isDefined(second)
      const robot = Effect.map(last, (found) => found?.map.robot)
      yield* push(300, first.begin)
      yield* push(300, second.begin)
      yield* push(301, first.end)
      const atFirst = yield* robot
      assert.isDefined(atFirst)
      yield* push(301, second.end)
      const atSecond = yield* robot
      assert.notDeepEqual(atSecond, atFirst)
      yield* push(300, first.begin)
      yield* push(301, second.payload)
      assert.deepStrictEqual(yield* robot, atSecond)
      yield* push(301, first.end)
      assert.deepStrictEqual(yield* robot, atFirst)
    }))

  it.scoped("is asked and told sixteen things at a time; what comes after that waits for its turn, each kind for its own", () =>
    Effect.gen(function*() {
      const { device, push, sent, silence } = yield* openAppliance(kind, withProperties({ ...charging }))
      const { locate } = yield* device.trait("locate")
      const history = yield* device.trait("history")
      silence(true)
      const asking = yield* Effect.replicateEffect(Effect.fork(reasonOf(history.summary)), 17)
      yield* TestClock.adjust("1 second")
      const before = sent.length
      const waiting = yield* Effect.forEach(Array.from({ length: 17 }), () => Effect.fork(reasonOf(locate)))
      yield* TestClock.adjust("1 second")
      assert.lengthOf(sent, before + 16)
      const { method, msgId } = request(sent[before] ?? new Uint8Array())
      yield* push(102, Q7Rpc.encodeReply({ msgId, method, data: {} }, 1))
      yield* TestClock.adjust("100 millis")
      assert.lengthOf(sent.map(request).filter((message) => message.method === method), 17)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach(asking, Fiber.join)
      const reasons = yield* Effect.forEach(waiting, Fiber.join)
      assert.deepStrictEqual(reasons, [undefined, ...Array.from({ length: 16 }, () => "TimedOut")])
    }))

  it.scoped("gives its messages ids of twelve digits that those of another program do not have", () =>
    Effect.gen(function*() {
      const first = yield* openAppliance(kind, withProperties({ ...charging }))
      const second = yield* openAppliance(kind, withProperties({ ...charging }))
      const [a, b] = [first, second].map(({ sent }) => sent.map(request).map(({ msgId }) => msgId))
      assert.isNotEmpty(a)
      for (const id of [...a ?? [], ...b ?? []]) assert.match(id, /^[1-9]\d{11}$/)
      assert.isEmpty(a?.filter((id) => b?.includes(id) === true))
    }))

  it.scoped("its last map is there at the next start, with its age, also while it does not answer", () =>
    Effect.gen(function*() {
      const first = yield* openAppliance(kind, withProperties({ ...charging }), {
        memory: yield* DeviceMemory.make("d1")
      })
      const { rooms } = yield* (yield* first.device.trait("map")).fetch
      yield* TestClock.adjust("1 hour")
      const opening = yield* Effect.fork(openAppliance(kind, () => [], { memory: yield* DeviceMemory.make("d1") }))
      yield* TestClock.adjust("10 seconds")
      const { device } = yield* Fiber.join(opening)
      const last = yield* (yield* device.trait("map")).last
      assert.deepInclude(last, { fetchedAt: 0, rooms })
      assert.lengthOf(last?.map.path ?? [], 2)
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))

  it.scoped("tells its history, all runs at once", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, withProperties({ ...charging }))
      const history = yield* device.trait("history")
      assert.deepInclude(yield* history.summary, { cleanTime: Duration.seconds(500), area: 12.34, records: [100] })
      assert.deepInclude(yield* history.record(100), { duration: Duration.seconds(60), area: 1.5 })
      assert.lengthOf(yield* history.latest(), 1)
      assert.strictEqual(yield* reasonOf(history.remove(100)), "UnknownMethod")
    }))

  it.scoped("lists the maps it keeps, and says which is in use", () =>
    Effect.gen(function*() {
      let answer: unknown = {
        map_list: [{ id: 3, cur: true }, { id: 4, cur: false, name: "Attic" }, { cur: false }, 5]
      }
      const { device } = yield* openAppliance(kind, (payload) => {
        const { method, msgId } = request(payload)
        return method === "service.get_map_list"
          ? [[102, Q7Rpc.encodeReply({ msgId, method, data: answer }, 1)]]
          : withProperties({ ...charging })(payload)
      })
      const { list } = yield* device.trait("savedMaps")
      assert.deepStrictEqual(yield* list, [
        { id: "3", name: undefined, inUse: true },
        { id: "4", name: "Attic", inUse: false }
      ])
      answer = {}
      assert.strictEqual(yield* reasonOf(list), "BadAnswer")
    }))

  it.scoped("wear is told in minutes", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, withProperties({ ...charging, main_brush: 4088 }))
      const [brush] = yield* (yield* device.trait("consumables")).list
      assert.deepInclude(brush, { part: "mainBrush", used: 4088 * 60, left: (18_000 - 4088) * 60, leftPercent: 77 })
    }))

  it.scoped("a refusal has its code, and silence its reason", () =>
    Effect.gen(function*() {
      const { device, silence } = yield* openAppliance(
        kind,
        withProperties({ ...charging }, ["service.find_device"])
      )
      const { locate } = yield* device.trait("locate")
      const error = yield* Effect.flip(locate)
      assert.deepInclude(error, { _tag: "DeviceError", reason: "Refused", code: 7 })
      silence(true)
      const waiting = yield* Effect.fork(reasonOf(locate))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "TimedOut")
    }))

  it.scoped("a time-out is the whole time, and says whether anything was sent", () =>
    Effect.gen(function*() {
      const { delay, device, silence } = yield* openAppliance(kind, withProperties({ ...charging }))
      const { locate } = yield* device.trait("locate")
      silence(true)
      for (const [wait, reason] of [["8 seconds", "TimedOut"], ["1 hour", "NotConnected"]] as const) {
        delay(Effect.sleep(wait))
        const waiting = yield* Effect.fork(reasonOf(locate))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* Fiber.poll(waiting))._tag, "Some", wait)
        assert.strictEqual(yield* Fiber.join(waiting), reason)
      }
    }))

  it.scoped("silence is told to the connection, which may be one that delivers nothing", () =>
    Effect.gen(function*() {
      const { health, silence } = yield* openAppliance(kind, withProperties({ ...charging }))
      assert.strictEqual(health.unanswered, 0)
      silence(true)
      yield* TestClock.adjust("10 minutes")
      assert.isAtLeast(health.unanswered, 3)
    }))

  it.scoped("damage and answers of others are passed over", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, withProperties({ ...charging }))
      for (const junk of ["", "{", "{\"dps\":{\"10001\":\"x\"}}", "{\"dps\":{}}"]) {
        yield* push(102, new TextEncoder().encode(junk))
        yield* push(301, new TextEncoder().encode(junk))
      }
      yield* push(102, Q7Rpc.encodeReply({ msgId: "999", method: "prop.get", data: { quantity: 1 } }, 1))
      assert.deepInclude(yield* device.state.get, { battery: 93, stale: false })
    }))

  it("asks for every property that is known", () => {
    assert.include(Q7Codes.properties, "quantity")
    assert.strictEqual(new Set(Q7Codes.properties).size, Q7Codes.properties.length)
  })
})
