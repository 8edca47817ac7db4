import { RoborockApi, RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Simulator } from "../../../src/index.ts"
import { withSession } from "../../support/session.ts"

const options: Simulator.Options = {
  robots: [
    { name: "Mine" },
    { name: "Theirs", shared: true, product: "S4" },
    { name: "Seven", product: "Q7" },
    { name: "Away", offline: true }
  ],
  appliances: [{ name: "Washer", product: "Zeo" }]
}

describe("home data", () => {
  it.effect("lists devices with family, owner and whether they are there", () =>
    Effect.scoped(
      Effect.gen(function*() {
        const { account, baseUrl, robots } = yield* Simulator.Simulator
        const api = yield* RoborockApi.make({ baseUrl })
        const userData = yield* api.login({ email: account.email, password: account.password })
        const { homeId } = yield* api.homeDetail(userData)
        const list = Effect.map(api.homeData(userData, homeId), ({ devices }) =>
          devices.filter(({ unsupported }) =>
            unsupported === undefined
          ).map(
            ({ name, online, protocolVersion, shared }) => [name, protocolVersion, shared, online]
          ))
        assert.deepStrictEqual(yield* list, [
          ["Mine", "1.0", false, true],
          ["Seven", "B01", false, true],
          ["Away", "1.0", false, false],
          ["Washer", "A01", false, true],
          ["Theirs", "1.0", true, true]
        ])
        const [, theirs, , away] = robots
        yield* away?.switchOn ?? Effect.void
        yield* away?.awaitOnline ?? Effect.never
        yield* theirs?.switchOff ?? Effect.void
        yield* theirs?.awaitOffline ?? Effect.never
        const online = new Map((yield* list).map(([name, , , isOnline]) => [name, isOnline]))
        assert.deepStrictEqual([online.get("Away"), online.get("Theirs")], [true, false])
        assert.lengthOf(yield* api.sharedRooms(userData, theirs?.duid ?? ""), 5)
        assert.isDefined(yield* Effect.flip(api.sharedRooms(userData, away?.duid ?? "")))
      }).pipe(Effect.provide(Simulator.layer(options)))
    ))

  it.effect("a robot has the schedules that the app has planned for it, and other devices have none", () =>
    withSession(
      {
        robots: [
          {
            name: "Planned",
            cloudSchedules: [{ id: "7", cron: "0 9 * * *", repeated: true, enabled: false, param: "1" }]
          },
          { name: "Free" }
        ]
      },
      Effect.gen(function*() {
        const { device } = yield* RoborockSession.RoborockSession
        const schedulesOf = (name: string) =>
          Effect.flatMap(device(name), (vacuum) => Effect.flatMap(vacuum.trait("cloudSchedules"), ({ list }) => list))
        assert.deepStrictEqual(yield* schedulesOf("Planned"), [
          { id: "7", cron: "0 9 * * *", repeated: true, enabled: false, param: 1 }
        ])
        assert.deepStrictEqual(yield* schedulesOf("Free"), [])
      })
    ))

  it.effect("a shared robot is used as one's own, with the rooms that its owner shares", () =>
    withSession(
      { robots: [{ name: "Theirs", shared: true }] },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Theirs")
        assert.isTrue(vacuum.shared)
        yield* (yield* vacuum.trait("cleaning")).rooms(["Kitchen"])
        assert.deepStrictEqual((yield* robot?.state ?? Effect.die("none")).task, { kind: "Segments", segments: [17] })
      })
    ), 20_000)
})
