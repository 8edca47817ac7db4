import { HomeData, RoborockApi, RoborockError, UserData } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as roomNames from "../../../src/internal/session/roomNames.ts"
import { loginAnswer, scriptedCloud } from "../../scriptedCloud.ts"
import { home as device } from "../../vacuumWith.ts"

const userData = Effect.runSync(UserData.decode(loginAnswer))

const homeWith = (...names: ReadonlyArray<string>) =>
  HomeData.decode({ devices: [], rooms: names.map((name, index) => ({ id: index, name })) })

/** A home as it was read, and the rooms that the cloud has now. */
const makeHome = Effect.gen(function*() {
  const cloud: { home: HomeData.HomeData; rooms: ReadonlyArray<HomeData.HomeRoom>; asked: number; isDown: boolean } = {
    home: homeWith("Kitchen"),
    rooms: [],
    asked: 0,
    isDown: false
  }
  const api = yield* Effect.provide(RoborockApi.make(), scriptedCloud(() => "unreachable").layer)
  const ask = () =>
    Effect.suspend(() => {
      cloud.asked++
      return cloud.isDown
        ? new RoborockError.ConnectError({ reason: "Unreachable", service: "home API", retryable: true })
        : Effect.succeed(cloud.rooms)
    })
  const roomsOf = yield* Effect.provideService(
    roomNames.make({
      account: () => ({
        uid: undefined,
        nickname: undefined,
        region: undefined,
        country: undefined,
        homeId: 1,
        homeName: undefined
      }),
      authorised: (call) => call(userData),
      home: Effect.sync(() => cloud.home)
    }),
    RoborockApi.RoborockApi,
    { ...api, rooms: ask, sharedRooms: ask }
  )
  const namesOf = (shared: boolean) => {
    const rooms = roomsOf({ ...device, shared })
    return (missing: boolean) => Effect.map(rooms(missing), (all) => all.map(({ name }) => name))
  }
  return { cloud, namesOf }
})

describe("the rooms of a home", () => {
  for (const shared of [false, true]) {
    it.effect(`are looked for again an hour after one was missing (${shared ? "shared" : "own"} device)`, () =>
      Effect.gen(function*() {
        const { cloud, namesOf } = yield* makeHome
        const names = namesOf(shared)
        assert.deepStrictEqual([yield* names(true), cloud.asked], [["Kitchen"], 1])
        cloud.rooms = [{ id: 7, name: "Attic" }]
        yield* TestClock.adjust("59 minutes")
        assert.deepStrictEqual([yield* names(true), cloud.asked], [["Kitchen"], 1])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual([yield* names(true), cloud.asked], [["Kitchen", "Attic"], 2])
        assert.deepStrictEqual([yield* names(false), cloud.asked], [["Kitchen", "Attic"], 2])
      }))
  }

  it.effect("are asked for once when several devices miss some", () =>
    Effect.gen(function*() {
      const { cloud, namesOf } = yield* makeHome
      cloud.rooms = [{ id: 7, name: "Attic" }]
      for (const names of [namesOf(false), namesOf(false)]) assert.include(yield* names(true), "Attic")
      assert.strictEqual(cloud.asked, 1)
    }))

  it.effect("have the names that they got since, once the home is read anew", () =>
    Effect.gen(function*() {
      const { cloud, namesOf } = yield* makeHome
      const names = namesOf(false)
      assert.deepStrictEqual(yield* names(false), ["Kitchen"])
      cloud.home = homeWith("Pantry")
      assert.deepStrictEqual(yield* names(false), ["Pantry"])
    }))

  it.effect("that were found stay when the home is read anew and the cloud cannot be asked for them again", () =>
    Effect.gen(function*() {
      const { cloud, namesOf } = yield* makeHome
      const names = namesOf(false)
      cloud.rooms = [{ id: 7, name: "Attic" }]
      assert.deepStrictEqual(yield* names(true), ["Kitchen", "Attic"])
      yield* TestClock.adjust("2 hours")
      cloud.home = homeWith("Pantry")
      cloud.isDown = true
      assert.deepStrictEqual(yield* names(false), ["Pantry"])
      for (const _ of [1, 2]) assert.deepStrictEqual([yield* names(true), cloud.asked], [["Pantry", "Attic"], 2])
      cloud.isDown = false
      cloud.rooms = [{ id: 7, name: "Loft" }]
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* names(true), ["Pantry", "Loft"])
      assert.deepStrictEqual(yield* names(false), ["Pantry", "Loft"])
    }))

  it.effect("are those that were known while the cloud cannot be asked, which is not done each time", () =>
    Effect.gen(function*() {
      const { cloud, namesOf } = yield* makeHome
      const names = namesOf(false)
      cloud.isDown = true
      for (const _ of [1, 2, 3]) assert.deepStrictEqual(yield* names(true), ["Kitchen"])
      assert.strictEqual(cloud.asked, 1)
    }))
})
