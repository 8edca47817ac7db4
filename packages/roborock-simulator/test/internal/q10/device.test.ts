import { Frame, Q10DataPoints, Q10Map, Q10Packet, RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, TestClock } from "effect"
import { Account, FloorPlan, Robot, Simulator } from "../../../src/index.ts"
import { makeQ10Device } from "../../../src/internal/q10/device.ts"
import { withSession } from "../../support/session.ts"

const bench = Effect.gen(function*() {
  const { robots: [identity] } = yield* Account.make({ roomNames: [], robotNames: ["Robot"], products: ["Q10"] })
  assert.isDefined(identity)
  const robot = Robot.make(FloorPlan.flat(), { nowMillis: 0, speed: 10, otherFloors: [FloorPlan.upstairs()] })
  const device = yield* makeQ10Device({ identity, robot, host: "0.0.0.0" })
  const keys = { localKey: identity.localKey }
  const open = (messages: ReadonlyArray<Uint8Array>) => messages.flatMap((bytes) => Frame.decode(bytes, keys).frames)
  const send = (message: Q10DataPoints.Message) => {
    const payload = Q10DataPoints.encode(message)
    const frame = { version: "B01", seq: 1, random: 2, timestamp: 3, protocol: 101, payload } as const
    return Effect.map(device.handle(Either.getOrThrow(Frame.encode(frame, keys))), open)
  }
  return { robot, device, open, send }
})

const pointsIn = (frames: ReadonlyArray<Frame.Frame>) =>
  new Map(
    frames.filter(({ protocol }) => protocol === 102).flatMap(({ payload }) => [
      ...Either.getOrThrow(Q10DataPoints.decode(payload))
    ])
  )

const packetsIn = (frames: ReadonlyArray<Frame.Frame>) =>
  frames.filter(({ protocol }) => protocol === 301).map(({ payload }) => Either.getOrThrow(Q10Packet.decode(payload)))

describe("a simulated Q10 robot", () => {
  it.effect("dumps what it has, with map and way", () =>
    Effect.gen(function*() {
      const { robot, send } = yield* bench
      yield* send(Q10DataPoints.commands.cleanRooms([3]))
      yield* TestClock.adjust("10 seconds")
      const frames = yield* send(Q10DataPoints.commands.requestAll)
      assert.deepInclude(Object.fromEntries(pointsIn(frames)), { 121: 5, 138: 2, 123: 2, 26: 70 })
      const [raster, path] = packetsIn(frames)
      if (raster?._tag !== "Raster" || path?._tag !== "Path") return assert.fail("no map and way")
      assert.isFalse(raster.cutShort)
      const map = Q10Map.make(raster, { path })
      const { parking, dock, rooms } = robot.plan
      assert.deepStrictEqual(raster.roomList.map(({ name }) => name), rooms.map(({ name }) => name))
      for (const { cells, id } of map.rooms) {
        const segment = rooms[id - 1]?.segment
        const floor = robot.plan.cells.filter((_, cell) => FloorPlan.segmentOf(robot.plan, cell) === segment).length
        assert.strictEqual(cells, floor)
      }
      assert.lengthOf(map.rooms, 5)
      const { position } = robot.state
      const at = map.toDevice(map.robot ?? { x: 0, y: 0 })
      assert.isBelow(Math.hypot(at.x * 5 - (position.x - parking.x), at.y * 5 - (position.y - parking.y)), 10)
      const station = map.toDevice(map.charger ?? { x: 0, y: 0 })
      assert.isBelow(Math.hypot(station.x * 5 - (dock.x - parking.x), station.y * 5 - (dock.y - parking.y)), 10)
    }))

  it.effect("cleans a zone where the client draws it", () =>
    Effect.gen(function*() {
      const { robot, send } = yield* bench
      const corners = [{ x: -40, y: -40 }, { x: 80, y: -40 }, { x: 80, y: 80 }, { x: -40, y: 80 }]
      yield* send(Q10DataPoints.commands.cleanZones({ repeat: 1, zones: [{ corners }] }))
      assert.deepStrictEqual(robot.state.task, { kind: "Zones", segments: [] })
      yield* TestClock.adjust("30 seconds")
      const { x, y } = robot.state.position
      const { parking } = robot.plan
      assert.isAtMost(Math.max(Math.abs(x - parking.x), Math.abs(y - parking.y)), 400)
    }))

  it.effect("lists floors and cleanings, empties its bin, and is silent about what it cannot do", () =>
    Effect.gen(function*() {
      const { device, open, send } = yield* bench
      const floors = pointsIn(yield* send(Q10DataPoints.commands.listMaps)).get(61)
      assert.deepInclude(floors, { op: "list", result: 1 })
      const [upstairs] = packetsIn(yield* send(Q10DataPoints.commands.getMap("2")))
      assert.strictEqual(upstairs?._tag === "Raster" && upstairs.roomList.length, 3)
      yield* send(Q10DataPoints.commands.emptyBin)
      assert.strictEqual(pointsIn(open(yield* device.tick)).get(121) ?? 22, 22)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(pointsIn(open(yield* device.tick)).get(121), 8)
      assert.deepStrictEqual(yield* send(Q10DataPoints.commands.resume), [])
      assert.deepStrictEqual(yield* send({ top: [[123, 99]] }), [])
      yield* send(Q10DataPoints.commands.cleanRooms([3]))
      yield* TestClock.adjust("3 minutes")
      assert.match(JSON.stringify(pointsIn(open(yield* device.tick)).get(52)), /"op":"notify","id":"(\w+_){11}\d"/)
      const records = pointsIn(yield* send(Q10DataPoints.commands.listRecords)).get(52)
      assert.match(JSON.stringify(records), /"data":\["(\w+_){11}\d"\]/)
    }))

  it.effect("does for our client what its traits say", () =>
    withSession(
      { speed: 10, robots: [{ name: "Q10", product: "Q10" }] },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Q10")
        assert.deepInclude(yield* vacuum.state.get, { stateName: "charging", battery: 100, activity: "docked" })
        yield* (yield* vacuum.trait("modes")).set({ fan: "max" })
        const cleaning = yield* vacuum.trait("cleaning")
        yield* cleaning.rooms(["kitchen"])
        yield* Effect.sleep("1 second")
        assert.deepStrictEqual((yield* robot.state).task, { kind: "Segments", segments: [17] })
        yield* Effect.sleep("3 seconds")
        assert.deepInclude(yield* vacuum.state.get, { activity: "cleaning", fanPower: 4 })
        yield* cleaning.pause
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* robot.state).activity, "Paused")
        yield* cleaning.start
        yield* Effect.sleep("1 second")
        assert.strictEqual((yield* robot.state).activity, "Cleaning")
        yield* robot.fail("stuck")
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* vacuum.state.get).error?.text, "Robot trapped")
        yield* robot.recover
        yield* (yield* vacuum.trait("childLock")).set(true)
        assert.isTrue(yield* (yield* vacuum.trait("childLock")).get)
        yield* (yield* vacuum.trait("doNotDisturbSwitch")).set(false)
        assert.isFalse(yield* (yield* vacuum.trait("doNotDisturbSwitch")).get)
        const consumables = yield* vacuum.trait("consumables")
        yield* consumables.reset("filter")
        assert.strictEqual((yield* consumables.list).find(({ part }) => part === "filter")?.leftPercent, 100)
        yield* Effect.sleep("3 seconds")
        const { map, rooms } = yield* (yield* vacuum.trait("map")).fetch
        assert.deepStrictEqual([map.grid?.width, rooms.length], [robot.floors[0]?.width, 5])
        const maps = yield* (yield* vacuum.trait("savedMaps")).list
        assert.deepStrictEqual(maps.map(({ name }) => name), robot.floors.map(({ name }) => name))
        yield* cleaning.stop
        const { x = 0, y = 0 } = map.charger ?? {}
        yield* (yield* vacuum.trait("zones")).clean([{ x0: x - 600, y0: y - 600, x1: x + 600, y1: y + 600 }])
        yield* Effect.sleep("1 second")
        assert.strictEqual((yield* robot.state).task?.kind, "Zones")
        yield* cleaning.stop
        yield* Effect.sleep("3 seconds")
        yield* Effect.scoped(Effect.gen(function*() {
          const steered = yield* (yield* vacuum.trait("steering")).steer
          yield* steered.forward
          yield* Effect.sleep("3 seconds")
          assert.strictEqual((yield* vacuum.state.get).stateName, "remote_control_active")
        }))
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* vacuum.state.get).stateName, "idle")
        const [latest] = yield* (yield* vacuum.trait("history")).latest(1)
        assert.strictEqual(latest?.begin, ((yield* robot.state).records[0]?.beginSeconds ?? 0) * 1000)
      })
    ), 20_000)
})
