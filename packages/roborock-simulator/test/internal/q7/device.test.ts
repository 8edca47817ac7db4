import { Frame, Q7Map, Q7MapPayload, Q7Rpc, RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, TestClock } from "effect"
import { Account, FloorPlan, Robot, Simulator } from "../../../src/index.ts"
import { makeQ7Device } from "../../../src/internal/q7/device.ts"
import { withSession } from "../../support/session.ts"

const bench = Effect.gen(function*() {
  const { robots: [identity] } = yield* Account.make({ roomNames: [], robotNames: ["Robot"], products: ["Q7"] })
  assert.isDefined(identity)
  const robot = Robot.make(FloorPlan.flat(), { nowMillis: 0, speed: 10, otherFloors: [FloorPlan.upstairs()] })
  const device = yield* makeQ7Device({ identity, robot, host: "0.0.0.0" })
  const keys = { localKey: identity.localKey }
  let lastId = 100_000_000_000
  const ask = (method: string, params: Q7Rpc.Request["params"]) =>
    Effect.gen(function*() {
      const payload = Q7Rpc.encodeRequest({ msgId: String(++lastId), method, params })
      const frame = { version: "B01", seq: 1, random: 2, timestamp: 3, protocol: 101, payload } as const
      const answers = yield* device.handle(Either.getOrThrow(Frame.encode(frame, keys)))
      return answers.flatMap((bytes) => Frame.decode(bytes, keys).frames)
    })
  const data = (method: string, params: Q7Rpc.Request["params"] = {}) =>
    Effect.gen(function*() {
      const [frame] = yield* ask(method, params)
      const reply = Either.getOrThrow(Q7Rpc.decode(frame?.payload ?? new Uint8Array(0)))
      return reply._tag === "Response" ? Either.getOrElse(reply.outcome, ({ code }) => ({ code })) : undefined
    })
  const map = (method: string, params: Q7Rpc.Request["params"]) =>
    Effect.gen(function*() {
      const frame = (yield* ask(method, params)).find(({ protocol }) => protocol === 301)
      const origin = { model: "roborock.vacuum.sc01", serial: identity.serialNumber }
      const content = Either.getOrThrow(Q7MapPayload.decode(frame?.payload ?? new Uint8Array(0), origin))
      return Either.getOrThrow(Q7Map.parse(content))
    })
  return { robot, device, keys, data, map }
})

describe("a simulated Q7 robot", () => {
  it.effect("draws the rooms, itself and its way where they are", () =>
    Effect.gen(function*() {
      const { data, map, robot } = yield* bench
      yield* data("service.set_room_clean", { clean_type: 1, ctrl_value: 1, room_ids: [12] })
      yield* TestClock.adjust("10 seconds")
      const { mapType, path, robot: body, charger, grid, issues, roomNames, rooms } = yield* map(
        "service.upload_by_maptype",
        { force: 1, map_type: 0 }
      )
      const { parking, dock } = robot.plan
      assert.deepStrictEqual(issues, [])
      assert.strictEqual(mapType, 0)
      assert.deepStrictEqual([...roomNames.values()], robot.plan.rooms.map(({ name }) => name))
      for (const { cells, id } of rooms) {
        const segment = robot.plan.rooms[id - 10]?.segment
        const floor = robot.plan.cells.filter((_, cell) => FloorPlan.segmentOf(robot.plan, cell) === segment).length
        assert.isAtLeast(cells / floor, 0.99, `cells of room ${id}`)
      }
      assert.lengthOf(rooms, 5)
      assert.deepStrictEqual([grid?.width, grid?.height], [robot.plan.width, robot.plan.height])
      const away = (place: { readonly x: number; readonly y: number } | undefined, x: number, y: number) =>
        Math.hypot((place?.x ?? 0) - (x - parking.x), (place?.y ?? 0) - (y - parking.y))
      assert.isBelow(away(charger, dock.x, dock.y), 50)
      assert.isBelow(away(body, robot.state.position.x, robot.state.position.y), 50)
      assert.strictEqual(robot.state.segment, 18)
      assert.isAbove(path.length, 10)
    }))

  it.effect("keeps history, floors and settings, and refuses the rest", () =>
    Effect.gen(function*() {
      const { data, map, robot } = yield* bench
      yield* data("service.set_room_clean", { clean_type: 1, ctrl_value: 1, room_ids: [12] })
      assert.deepStrictEqual(yield* data("service.set_cur_map", { map_id: 2 }), { code: 3 })
      yield* TestClock.adjust("3 minutes")
      const list = yield* data("service.get_record_list")
      assert.deepInclude(list, { total_count: 1 })
      const { url } = (list as { record_list: ReadonlyArray<{ url: string }> }).record_list[0] ?? { url: "" } // our own answer
      assert.strictEqual((yield* map("service.upload_record_by_url", { url })).mapType, 21)
      yield* data("service.set_cur_map", { map_id: 2 })
      assert.strictEqual(robot.plan.name, "Upstairs")
      assert.deepStrictEqual([...(yield* map("service.upload_by_mapid", { map_id: 2 })).roomNames.values()], [
        "Landing",
        "Study",
        "Guest room"
      ])
      assert.deepStrictEqual(yield* data("prop.set", { wind: 4, main_brush: 0 }), { code: 2 })
      yield* data("prop.set", { wind: 4 })
      assert.deepStrictEqual(yield* data("prop.get", { property: ["wind", "current_map_id", "coffee"] }), {
        wind: 4,
        current_map_id: 2
      })
      assert.deepStrictEqual(yield* data("service.make_coffee"), { code: 1 })
    }))

  it.effect("pushes what changes by name, and maps while it cleans", () =>
    Effect.gen(function*() {
      const { data, device, keys } = yield* bench
      yield* data("service.set_room_clean", { clean_type: 0, ctrl_value: 1, room_ids: [] })
      yield* TestClock.adjust("1 minute")
      const frames = (yield* device.tick).flatMap((bytes) => Frame.decode(bytes, keys).frames)
      assert.deepStrictEqual(frames.map(({ protocol }) => protocol), [102, 301])
      const push = Either.getOrThrow(Q7Rpc.decode(frames[0]?.payload ?? new Uint8Array(0)))
      assert.deepInclude(push, { _tag: "Push", method: "prop.post" })
      assert.hasAllKeys(push._tag === "Push" ? push.data : {}, ["quantity"])
      assert.deepStrictEqual(yield* device.tick, [])
      yield* data("service.set_room_clean", { clean_type: 1, ctrl_value: 1, room_ids: [12] })
      yield* TestClock.adjust("3 minutes")
      const methods = (yield* device.tick).flatMap((bytes) => Frame.decode(bytes, keys).frames).map(({ payload }) => {
        const told = Either.getOrThrow(Q7Rpc.decode(payload))
        return told._tag === "Push" ? told.method : undefined
      })
      assert.deepStrictEqual(methods, ["prop.post", "event.clean_finish.post"])
    }))

  it.effect("does for our client what its traits say", () =>
    withSession(
      { speed: 10, robots: [{ name: "Q7", product: "Q7" }] },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Q7")
        assert.deepInclude(yield* vacuum.state.get, { stateName: "charging", battery: 100, activity: "docked" })
        yield* (yield* vacuum.trait("modes")).set({ fan: "turbo" })
        const cleaning = yield* vacuum.trait("cleaning")
        yield* cleaning.rooms(["kitchen"], { repeat: 2 })
        assert.deepStrictEqual((yield* robot.state).task, { kind: "Segments", segments: [17] })
        yield* Effect.sleep("3 seconds")
        assert.deepInclude(yield* vacuum.state.get, { activity: "cleaning", fanPower: 3 })
        yield* cleaning.pause
        assert.strictEqual((yield* robot.state).activity, "Paused")
        yield* robot.fail("stuck")
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* vacuum.state.get).error?.text, "Robot trapped")
        yield* robot.recover
        yield* cleaning.dock
        const maps = yield* (yield* vacuum.trait("savedMaps")).list
        assert.deepStrictEqual(
          maps.map(({ inUse, name }) => [name, inUse]),
          robot.floors.map(({ name }, floor) => [name, floor === 0])
        )
        const consumables = yield* vacuum.trait("consumables")
        yield* consumables.reset("filter")
        assert.strictEqual((yield* consumables.list).find(({ part }) => part === "filter")?.leftPercent, 100)
        yield* (yield* vacuum.trait("locate")).locate
        assert.strictEqual(yield* robot.located, 1)
        yield* Effect.sleep("3 seconds")
        const { map, rooms } = yield* (yield* vacuum.trait("map")).fetch
        assert.deepStrictEqual([map.grid?.width, rooms.length], [robot.floors[0]?.width, 5])
        yield* cleaning.stop
        yield* Effect.sleep("3 seconds")
        const [latest] = yield* (yield* vacuum.trait("history")).latest(1)
        assert.strictEqual(latest?.begin, ((yield* robot.state).records[0]?.beginSeconds ?? 0) * 1000)
      })
    ), 20_000)
})
