import { MqttClient, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Redacted, Scope, TestClock } from "effect"
import { FloorPlan, Simulator } from "../src/index.ts"
import { connect } from "./support/phone.ts"

const running = <A, E, R>(effect: Effect.Effect<A, E, R>, options?: Simulator.Options) =>
  Effect.scoped(Effect.provide(effect, Simulator.layer(options)))

describe("Simulator", () => {
  it.effect("serves a client from login to the docked robot", () =>
    running(Effect.gen(function*() {
      const { account, robots } = yield* Simulator.Simulator
      assert.deepStrictEqual(yield* robots[0]?.isOnline ?? Effect.succeed(false), true)
      const phone = yield* connect
      assert.strictEqual(phone.home.name, account.homeName)
      assert.deepStrictEqual(
        phone.home.devices.map(({ name, online, unsupported }) => [name, online, unsupported === undefined]),
        [["Living room", true, true], ["Window cleaner", true, false]]
      )
      assert.deepInclude(yield* phone.call("get_status"), { state: 8, battery: 100 })
    })))

  it.effect("drives while the clock runs, and pushes what changes", () =>
    running(
      Effect.gen(function*() {
        const { floorPlan, robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const phone = yield* connect
        yield* phone.call("app_segment_clean", [{ segments: [17], repeat: 1 }])
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(phone.dataPoints.get(121), 18)
        const map = yield* phone.map
        const state = yield* robot.state
        assert.deepStrictEqual(map.robot, state.position)
        assert.deepStrictEqual(map.activeRooms, [17])
        assert.isAbove(map.path.length, 5)
        yield* TestClock.adjust("2 minutes")
        assert.deepInclude(yield* robot.state, { activity: "Charging", position: floorPlan.parking, progress: 100 })
        assert.strictEqual(phone.dataPoints.get(121), 8)
        assert.isBelow(Number(phone.dataPoints.get(122)), 101)
      }),
      { speed: 10 }
    ))

  it.effect("brings robots and clients back after the broker was away", () =>
    running(
      Effect.gen(function*() {
        const { robots: [robot], startBroker, stopBroker } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const phone = yield* connect
        yield* phone.call("app_start")
        yield* stopBroker
        yield* stopBroker
        yield* TestClock.adjust("5 seconds")
        assert.isFalse(yield* robot.isOnline)
        const during = yield* robot.state
        assert.strictEqual(during.activity, "Cleaning")
        yield* startBroker
        yield* startBroker
        yield* TestClock.adjust("5 seconds")
        assert.isTrue(yield* robot.isOnline)
        const status = yield* phone.call("get_status")
        assert.deepInclude(status, { state: 5 })
        assert.isAbove((yield* robot.state).cleanAreaMm2, during.cleanAreaMm2)
      })
    ))

  it.effect("lets nobody in but the account and its robots", () =>
    running(Effect.gen(function*() {
      const { mqttUrl } = yield* Simulator.Simulator
      const attempt = (username: string | undefined, password: string) =>
        Effect.flip(MqttClient.make({ url: mqttUrl, username, password: Redacted.make(password) }))
      assert.strictEqual((yield* attempt("nobody", "nothing"))._tag, "AuthError")
      const phone = yield* connect
      assert.strictEqual((yield* attempt(phone.credentials.username, "wrong"))._tag, "AuthError")
      const refused = yield* Effect.exit(phone.client.subscription("rr/m/i/#"))
      assert.isTrue(Exit.isFailure(refused))
    })))

  it.effect("ends logins when they are revoked", () =>
    running(Effect.gen(function*() {
      const { mqttUrl, revokeLogins } = yield* Simulator.Simulator
      const phone = yield* connect
      const { password, username } = phone.credentials
      yield* revokeLogins
      assert.strictEqual((yield* Effect.flip(phone.api.homeDetail(phone.userData)))._tag, "AuthError")
      assert.strictEqual((yield* Effect.flip(phone.api.homeData(phone.userData, phone.homeId)))._tag, "AuthError")
      const again = yield* Effect.flip(MqttClient.make({ url: mqttUrl, username, password }))
      assert.strictEqual(again._tag, "AuthError")
      assert.strictEqual((yield* Effect.exit(connect))._tag, "Success")
    })))

  it.effect("makes up the same account for the same seed", () =>
    Effect.gen(function*() {
      const duids = (seed: string) =>
        running(Effect.map(Simulator.Simulator, ({ robots }) => robots.map(({ duid }) => duid)), { seed })
      assert.deepStrictEqual(yield* duids("a"), yield* duids("a"))
      assert.notDeepEqual(yield* duids("a"), yield* duids("b"))
    }))

  it.effect("has as many robots as asked, each with its own battery", () =>
    running(
      Effect.gen(function*() {
        const { robots } = yield* Simulator.Simulator
        const states = yield* Effect.forEach(robots, ({ state }) => state)
        assert.deepStrictEqual(robots.map(({ name }) => name), ["Upstairs", "Downstairs"])
        assert.deepStrictEqual(states.map(({ battery }) => battery), [100, 40])
      }),
      { robots: [{ name: "Upstairs" }, { name: "Downstairs", battery: 40 }] }
    ))

  it.effect("lets a test cause trouble, and help", () =>
    running(Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      assert.isDefined(robot)
      const phone = yield* connect
      yield* phone.call("app_start")
      yield* TestClock.adjust("1 minute")
      yield* robot.fail(8)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(phone.dataPoints.get(120), 8)
      assert.strictEqual(phone.dataPoints.get(121), 12)
      yield* robot.recover
      assert.deepInclude(yield* phone.call("get_status"), { state: 10, error_code: 0 })
      yield* phone.call("find_me")
      assert.strictEqual(yield* robot.located, 1)
    })))

  it.effect("leaves nothing behind", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Simulator.layer(), scope)
      yield* Effect.gen(function*() {
        const open = Effect.flatMap(Transport.Transport, (transport) =>
          transport.open({ scheme: "mqtt", host: "roborock.test", port: 1883, path: "" }))
        const wire = yield* open
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        // The broker waits a moment for the peer of a connection, and this one says nothing.
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.forever(wire.read))))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(open)))
      }).pipe(Effect.scoped, Effect.provide(context))
    }))

  it.effect("takes another floor plan", () =>
    Effect.gen(function*() {
      const floorPlan = yield* FloorPlan.make({
        rooms: [{ segment: 16, name: "Studio", areas: [{ x0: 25_000, y0: 25_000, x1: 29_000, y1: 28_000 }] }],
        doors: [],
        furniture: [],
        dock: { x: 25_150, y: 26_000, angle: 0 }
      })
      yield* running(
        Effect.gen(function*() {
          const phone = yield* connect
          assert.deepStrictEqual(phone.home.rooms.map(({ name }) => name), ["Studio"])
          assert.deepStrictEqual((yield* phone.map).rooms.map(({ id }) => id), [16])
        }),
        { floorPlan }
      )
    }))
})
