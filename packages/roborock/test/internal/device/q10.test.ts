import { Q10DataPoints, type Q10Map } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Either, Fiber, TestClock } from "effect"
import { testData } from "../../../../../vitest.testData.ts"
import { type Answer, openAppliance } from "../../cloudAppliance.ts"
import { i16s, pathPacket, smallQ10 } from "../../q10Bytes.ts"
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

/** A robot in its dock that lists these maps, and has one to send. */
const withMaps = (data: ReadonlyArray<unknown>): Answer => (payload) => {
  const wanted = decoded(payload)?.[61] as { readonly op: string } | undefined // our own message
  return wanted?.op === "list"
    ? [[102, Q10DataPoints.encode({ common: [[61, { op: "list", result: 1, data }]] })]]
    : wanted?.op === "get"
    ? [[301, smallQ10()]]
    : answering(docked)(payload)
}

interface ZonesOrder {
  readonly cmd: number
  readonly clean_paramters: string
}

describe("a Q10 vacuum", () => {
  it.scoped("tells its state; a notice is no error", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, answering(docked))
      assert.deepInclude(yield* device.state.get, { stateName: "charging", battery: 100, charging: true, fanPower: 2 })
      assert.isUndefined((yield* device.state.get).error)
      yield* push(102, Q10DataPoints.encode({ top: [[121, 12], [90, 8]] }))
      assert.strictEqual((yield* device.state.get).error?.text, "Robot trapped")
      yield* push(102, Q10DataPoints.encode({ top: [[121, -1], [123, -1]] }))
      assert.strictEqual((yield* device.state.get).stateName, "unknown")
      assert.strictEqual((yield* (yield* device.trait("modes")).current).fan, "unknown")
      yield* push(102, Q10DataPoints.encode({ top: [[121, 77]] }))
      assert.strictEqual((yield* device.state.get).stateName, "unknown_77")
    }))

  it.scoped("is not said to have settings that it does not tell", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, answering(docked))
      assert.isTrue(yield* (yield* device.trait("childLock")).get)
      assert.strictEqual(yield* reasonOf((yield* device.trait("led")).get), "BadAnswer")
      assert.strictEqual(yield* reasonOf((yield* device.trait("sound")).volume), "BadAnswer")
    }))

  it.scoped("takes part in routines, which are the cloud's", () =>
    Effect.gen(function*() {
      const run: Array<number> = []
      const routines = { list: Effect.succeed([]), run: (id: number) => Effect.sync(() => void run.push(id)) }
      const { device } = yield* openAppliance(kind, answering(docked), { routines })
      yield* (yield* device.trait("routines")).run(7)
      assert.deepStrictEqual(run, [7])
    }))

  it.scoped("is not held to have answered because of a push", () =>
    Effect.gen(function*() {
      const { device, push, silence } = yield* openAppliance(kind, answering(docked))
      silence(true)
      const volume = yield* Effect.fork(Effect.flatMap(device.trait("sound"), (sound) => sound.volume))
      yield* TestClock.adjust("1 second")
      yield* push(102, Q10DataPoints.encode({ top: [[121, 5], [138, 1]] }))
      yield* TestClock.adjust("4 seconds")
      assert.isNull(volume.unsafePoll())
      yield* push(102, Q10DataPoints.encode({ ...docked, common: [[26, 74]] }))
      assert.strictEqual(yield* Fiber.join(volume), 74)
      const runs = yield* Effect.fork(Effect.flatMap(device.trait("history"), (history) => history.latest()))
      yield* TestClock.adjust("1 second")
      const run = "7760q1736a38b564_1782100895_6_4_7869_1877_42_00_01_01_1_0"
      yield* push(102, Q10DataPoints.encode({ common: [[52, { op: "notify", id: run }]] }))
      yield* TestClock.adjust("1 second")
      yield* push(102, Q10DataPoints.encode({ common: [[52, { op: "list", data: [run] }]] }))
      assert.lengthOf(yield* Fiber.join(runs), 1)
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
      yield* modes.set({ route: "fine" })
      yield* modes.setMode("mop")
      yield* (yield* device.trait("childLock")).set(false)
      yield* (yield* device.trait("doNotDisturbSwitch")).set(true)
      yield* (yield* device.trait("sound")).setVolume(30)
      assert.deepStrictEqual(sent.slice(before).map(decoded), [
        { 201: 1 },
        { 205: 0 },
        { 202: 5 },
        { 201: 5 },
        { 123: 4, 124: 3 },
        { 78: 2 },
        { 137: 3 },
        { 47: 0 },
        { 25: 1 },
        { 26: 30 }
      ])
      assert.strictEqual(yield* reasonOf(modes.set({ route: "deep" })), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(modes.set({ fan: "warp" })), "InvalidArgument")
    }))

  it.scoped("is driven by hand, and released with the scope", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, answering(docked))
      const before = sent.length
      const { steer } = yield* device.trait("steering")
      yield* Effect.scoped(Effect.gen(function*() {
        const robot = yield* steer
        yield* robot.forward
        yield* robot.left
        yield* robot.right
        yield* robot.halt
      }))
      const container = (payload: Uint8Array) => Buffer.from(payload).toString().replace(/,"t":\d+|"t":\d+,/, "")
      assert.deepStrictEqual(
        sent.slice(before).map(container),
        [4, 0, 2, 3, 4, 5].map((code) => `{"dps":{"101":{"12":${code}}}}`)
      )
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

  it.scoped("sends its map when told to, and the path of the robot by itself", () =>
    Effect.gen(function*() {
      const { device, push, sent } = yield* openAppliance(kind, withMaps([{ id: "m1" }]))
      const map = yield* device.trait("map")
      assert.isUndefined(yield* map.last)
      const snapshot = yield* map.fetch
      assert.deepStrictEqual(decoded(sent.at(-1)), { 61: { op: "get", id: "m1" } })
      assert.deepStrictEqual(snapshot.rooms.map(({ name }) => name), ["Living Room", "Büro"])
      assert.isAbove((yield* map.png({ scale: 2 })).length, 100)
      yield* push(301, pathPacket([[0, 0], [20, 0]]))
      assert.lengthOf((yield* map.last)?.map.path ?? [], 2)
      assert.strictEqual((yield* device.state.get).currentRoomId, (yield* map.last)?.map.robotRoom)
    }))

  it.scoped("has on its map what the owner drew, as long as the cells are of the same map", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, answering(docked))
      const map = yield* device.trait("map")
      const told = (points: Q10DataPoints.Message["common"]) => push(102, Q10DataPoints.encode({ common: points }))
      const drawn = Effect.map(map.last, (last) => {
        const { noGoAreas, path, virtualWalls, zones } = last?.map ?? {}
        return [noGoAreas, virtualWalls, zones, path].map((list) => list?.length)
      })
      const area = Buffer.alloc(40)
      i16s(0, 0, 10, 0, 10, 10, 0, 10).copy(area, 4)
      area.set([1, 1, 0, 4])
      const wall = Buffer.concat([Buffer.from([1]), i16s(0, 0, 10, 20)])
      yield* told([[55, area.toString("base64")]])
      yield* push(301, smallQ10())
      yield* push(301, pathPacket([[0, 0], [20, 0]]))
      assert.deepStrictEqual(yield* drawn, [1, 0, 0, 2])
      yield* told([[57, wall.toString("base64")], [59, area.toString("base64")]])
      assert.deepStrictEqual(yield* drawn, [1, 1, 1, 2])
      yield* push(301, smallQ10())
      yield* told([[55, "AA=="], [59, 7]])
      assert.deepStrictEqual(yield* drawn, [0, 1, 0, 2])
      // The cells of a past run are no part of it.
      const past = smallQ10()
      past.set([3, 1, 9, 9, 9, 9])
      yield* push(301, past)
      assert.deepStrictEqual(yield* drawn, [0, 1, 0, 2])
      const other = smallQ10()
      other.set([9, 9, 9, 9], 2)
      yield* push(301, other)
      assert.deepStrictEqual(yield* drawn, [0, 0, 0, 0])
    }))

  it.scoped("has the time-out of a map for all that it takes to have one", () =>
    Effect.gen(function*() {
      const { delay, device, silence } = yield* openAppliance(kind, withMaps([{ id: "m1" }]))
      const { fetch } = yield* device.trait("map")
      delay(Effect.sleep("8 seconds"))
      const waiting = yield* Effect.fork(reasonOf(fetch))
      yield* TestClock.adjust("9 seconds")
      silence(true)
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual((yield* Fiber.poll(waiting))._tag, "Some")
      assert.strictEqual(yield* Fiber.join(waiting), "TimedOut")
    }))

  it.scoped("keeps its map when a saved one passes by that nobody here has asked for", () =>
    Effect.gen(function*() {
      const saved = smallQ10()
      saved.set([4, 1, 9, 9, 9, 9])
      const { device, push } = yield* openAppliance(kind, (payload) => {
        const wanted = decoded(payload)?.[61] as { readonly op: string } | undefined // our own message
        return wanted?.op === "get" ? [[301, saved]] : withMaps([{ id: "m1" }])(payload)
      })
      const map = yield* device.trait("map")
      const mapId = Effect.map(map.last, (last) => (last?.map as Q10Map.Q10Map | undefined)?.mapId) // of this family
      yield* push(301, smallQ10())
      yield* push(301, pathPacket([[0, 0], [20, 0]]))
      yield* push(301, saved)
      assert.strictEqual(yield* mapId, 4711)
      assert.lengthOf((yield* map.last)?.map.path ?? [], 2)
      yield* map.fetch
      assert.strictEqual(yield* mapId, 0x09090909)
      // The path is none of the saved map, and is there again with the cells that it belongs to.
      assert.lengthOf((yield* map.last)?.map.path ?? [], 0)
      yield* push(301, smallQ10())
      assert.strictEqual(yield* mapId, 4711)
      assert.lengthOf((yield* map.last)?.map.path ?? [], 2)
      yield* map.fetch
      yield* push(301, pathPacket([[0, 0], [20, 0], [20, 20]]))
      assert.strictEqual(yield* mapId, 4711)
      assert.lengthOf((yield* map.last)?.map.path ?? [], 3)
    }))

  it.scoped("has on its map carpets and what the robot suspects, as text or as values", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, answering(docked))
      const map = yield* device.trait("map")
      const told = (points: Q10DataPoints.Message["common"]) => push(102, Q10DataPoints.encode({ common: points }))
      const carpet = { id: 1, vertexs: [[0, 0], [10, 0], [10, -10], [0, -10]] }
      yield* push(301, smallQ10())
      yield* told([[65, JSON.stringify([carpet])], [98, [[10, 0]]], [100, "[[20,0],[30,0]]"], [103, "[[1]]"]])
      const told1 = (yield* map.last)?.map as Q10Map.Q10Map // of this family
      assert.deepStrictEqual(told1.carpets.map((quad) => quad.map(told1.toDevice)), [
        carpet.vertexs.map(([x, y]) => ({ x, y }))
      ])
      assert.deepStrictEqual(told1.suspected.areas.map(told1.toDevice), [{ x: 10, y: 0 }])
      assert.deepStrictEqual([told1.suspected.sills.length, told1.suspected.cliffs.length], [2, 0])
      yield* told([[65, "AA=="], [98, null], [100, [[1e9, 0], "x", [0, {}]]], [103, 3]])
      const told2 = (yield* map.last)?.map as Q10Map.Q10Map // of this family
      assert.deepStrictEqual(told2.carpets, [])
      assert.deepStrictEqual(told2.suspected, { areas: [], sills: [], cliffs: [] })
    }))

  it.scoped("cleans zones, counted from the origin of its map, which it is asked for", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, withMaps([{ id: "m1" }]))
      const { clean } = yield* device.trait("zones")
      yield* clean([{ x0: 100, y0: 350, x1: 0, y1: 150 }], { repeat: 2 })
      const asked = sent.slice(-3).flatMap((payload) => Object.keys(decoded(payload) ?? {}))
      assert.deepStrictEqual(asked, ["61", "61", "201"])
      const { clean_paramters: blob, cmd } = decoded(sent.at(-1))?.[201] as ZonesOrder // our own message
      assert.strictEqual(cmd, 3)
      // Its origin is in the middle of a column: 25 mm from where the cells of the map begin.
      const corners = [{ x: -5, y: 30 }, { x: 15, y: 30 }, { x: 15, y: 70 }, { x: -5, y: 70 }]
      assert.deepStrictEqual(Either.getOrThrow(Q10DataPoints.decodeZones(blob)), {
        repeat: 2,
        zones: [{ corners, name: "" }]
      })
      yield* clean([{ x0: 0, y0: 0, x1: 50, y1: 50 }])
      assert.hasAllKeys(decoded(sent.at(-1)), ["201"])
      assert.hasAllKeys(decoded(sent.at(-2)), ["201"])
    }))

  it.scoped("zones that are none, or out of reach of its numbers, are not sent; nor any without a map", () =>
    Effect.gen(function*() {
      const zone = { x0: 0, y0: 0, x1: 50, y1: 50 }
      const { device, sent } = yield* openAppliance(kind, withMaps([{ id: "m1" }]))
      const { clean } = yield* device.trait("zones")
      for (const attempt of [clean([]), clean([zone], { repeat: 4 }), clean([{ ...zone, x1: 200_000 }])]) {
        assert.strictEqual(yield* reasonOf(attempt), "InvalidArgument")
      }
      assert.isUndefined(sent.map(decoded).find((points) => points?.[201] !== undefined))
      const { device: other } = yield* openAppliance(kind, withMaps([]))
      assert.strictEqual(yield* reasonOf((yield* other.trait("zones")).clean([zone])), "NoMap")
    }))

  it.scoped("lists the maps it keeps, and does not say which is in use", () =>
    Effect.gen(function*() {
      const data = [{ id: "m1", name: "Upstairs", timestamp: 1 }, { id: "m2", name: "" }, { name: "no id" }]
      const { device, sent } = yield* openAppliance(kind, withMaps(data))
      assert.deepStrictEqual(yield* (yield* device.trait("savedMaps")).list, [
        { id: "m1", name: "Upstairs", inUse: undefined },
        { id: "m2", name: undefined, inUse: undefined }
      ])
      assert.deepStrictEqual(decoded(sent.at(-1)), { 61: { op: "list" } })
    }))

  it.scoped("a device without maps has none", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, withMaps([]))
      assert.strictEqual(yield* reasonOf((yield* device.trait("map")).fetch), "NoMap")
    }))

  it.scoped("is asked sixteen things at a time; what comes after that waits for its turn, and a command does not", () =>
    Effect.gen(function*() {
      const { device, push, sent } = yield* openAppliance(kind, answering(docked))
      const history = yield* device.trait("history")
      const { pause } = yield* device.trait("cleaning")
      const before = sent.length
      const asking = yield* Effect.forEach(Array.from({ length: 17 }), () => Effect.fork(reasonOf(history.summary)))
      yield* TestClock.adjust("100 millis")
      const pausing = yield* Effect.fork(reasonOf(pause))
      yield* TestClock.adjust("100 millis")
      assert.lengthOf(sent, before + 17)
      assert.deepStrictEqual(decoded(sent[before + 16]), { 204: 0 })
      yield* push(102, Q10DataPoints.encode({ common: [[52, { op: "list", data: [] }]] }))
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(decoded(sent[before + 17]), decoded(sent[before]))
      yield* push(102, Q10DataPoints.encode({ common: [[52, { op: "list", data: [] }]] }))
      const reasons = yield* Effect.forEach([...asking, pausing], Fiber.join)
      assert.deepStrictEqual([...new Set(reasons)], [undefined])
    }))

  it.scoped("tells its history, all runs at once", () =>
    Effect.gen(function*() {
      const run = (begin: number) => `abc_${begin}_6_4_946_1829_4_00_01_01_1_0`
      const { device } = yield* openAppliance(kind, (payload) =>
        decoded(payload)?.[52] === undefined
          ? answering({ ...docked, common: [[31, 10], [29, 7], [30, 2]] })(payload)
          : [[102, Q10DataPoints.encode({ common: [[52, { op: "list", data: [run(100), run(900)] }]] })]])
      const history = yield* device.trait("history")
      assert.deepStrictEqual(yield* history.summary, {
        cleanTime: Duration.minutes(10),
        area: 7,
        count: 2,
        emptied: undefined,
        records: [900, 100]
      })
      assert.deepStrictEqual((yield* history.latest(1)).map(({ id }) => id), [900])
      assert.deepInclude(yield* history.record(100), { duration: Duration.minutes(6), area: 4, complete: true })
      assert.strictEqual(yield* reasonOf(history.record(5)), "InvalidArgument")
      assert.strictEqual(yield* reasonOf(history.map(100)), "UnknownMethod")
    }))

  it.scoped("keeps path and place when the map comes again without saying where it lies", () =>
    Effect.gen(function*() {
      const { device, push } = yield* openAppliance(kind, answering(docked))
      yield* push(301, smallQ10())
      yield* push(301, pathPacket([[0, 0], [20, 0], [20, 20]]))
      const last = Effect.map((yield* device.trait("map")).last, (found) => found?.map)
      const before = yield* last
      const again = Buffer.from(smallQ10())
      again.writeInt32BE(0, 11)
      yield* push(301, new Uint8Array(again))
      const after = yield* last
      assert.lengthOf(after?.path ?? [], 3)
      assert.deepStrictEqual([after?.path, after?.robot, after?.grid], [before?.path, before?.robot, before?.grid])
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

  it.scoped("a part that is overdue is below zero, which comes without a sign", () =>
    Effect.gen(function*() {
      const { device } = yield* openAppliance(kind, answering({ top: [...docked.top, [126, 4_294_965_348]] }))
      assert.deepInclude(yield* (yield* device.trait("consumables")).list, {
        part: "sideBrush",
        unit: "percent",
        used: 2048,
        life: 100,
        left: -1948,
        leftPercent: 0
      })
    }))

  it.scoped("has its bin emptied, now or every so often", () =>
    Effect.gen(function*() {
      const { device, sent } = yield* openAppliance(kind, answering({ ...docked, common: [[50, 30]] }))
      const emptying = yield* device.trait("emptying")
      assert.strictEqual(yield* emptying.mode, "interval_30")
      yield* emptying.start
      yield* emptying.setMode("regular")
      assert.deepStrictEqual(sent.slice(-2).map(decoded), [{ 203: 2 }, { 50: 0 }])
      assert.strictEqual(yield* reasonOf(emptying.setMode("never")), "InvalidArgument")
      // How it would be told to stop is not known.
      assert.strictEqual(yield* reasonOf(emptying.stop), "UnknownMethod")
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
      assert.strictEqual((yield* (yield* device.trait("modes")).current).route, "fast")
      assert.deepStrictEqual(yield* (yield* device.trait("network")).info, {
        ip: "1.1.1.2",
        ssid: "wifi-network-name",
        mac: "99:AA:88:BB:77:CC",
        bssid: undefined,
        rssi: -50
      })
    }))
})
