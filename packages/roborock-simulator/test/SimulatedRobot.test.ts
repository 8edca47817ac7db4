import { RoborockSession } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Simulator } from "../src/index.ts"
import { withSession } from "./support/session.ts"

const running = <A, E>(options: Simulator.Options, program: Effect.Effect<A, E, Simulator.Simulator>) =>
  Effect.scoped(Effect.provide(program, Simulator.layer(options)))

const statusOf = (robot: Simulator.Simulator["Type"]["robots"][number]) => robot.call("get_status", [])

describe("SimulatedRobot", () => {
  it.effect("has troubles in the codes of its family", () =>
    running(
      { robots: [{ name: "V1" }, { name: "Q7", product: "Q7" }, { name: "Q10", product: "Q10" }] },
      Effect.gen(function*() {
        const { robots } = yield* Simulator.Simulator
        const codes = Effect.forEach(["stuck", "binFull", "noWater"] as const, (trouble) =>
          Effect.forEach(robots, (robot) =>
            robot.fail(trouble).pipe(
              Effect.zipRight(Effect.map(robot.state, ({ errorCode }) =>
                errorCode)),
              Effect.zipLeft(robot.recover)
            )))
        assert.deepStrictEqual(yield* codes, [[8, 513, 8], [644, 503, 500], [38, 522, 27]])
        const states = yield* Effect.forEach(robots, (robot) =>
          Effect.map(robot.state, ({ activity }) => activity))
        assert.deepStrictEqual(states, ["Charging", "Charging", "Charging"], "put right in the dock, it charges")
      })
    ))

  it.effect("an empty tank is told by the dock, too", () =>
    running(
      { robots: [{ name: "Robot", product: "Qrevo Master" }] },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        yield* robot.fail("noWater")
        assert.include(JSON.stringify(yield* statusOf(robot)), "\"dock_error_status\":38")
        yield* robot.recover
        assert.include(JSON.stringify(yield* statusOf(robot)), "\"dock_error_status\":0")
      })
    ))

  it.effect("lives faster from the moment it is told", () =>
    running(
      {},
      Effect.gen(function*() {
        const { robots: [robot], setSpeed } = yield* Simulator.Simulator
        assert.isDefined(robot)
        yield* robot.call("app_start", [])
        const seconds = Effect.map(robot.state, ({ cleanTimeSeconds }) => cleanTimeSeconds)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* seconds, 10)
        yield* setSpeed(20)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* seconds, 210)
      })
    ))

  it.effect("switched off it is nowhere, and comes back when it is switched on or its time is up", () =>
    running(
      {},
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        yield* robot.switchOff
        yield* robot.awaitOffline
        yield* TestClock.adjust("5 minutes")
        assert.isFalse(yield* robot.isOnline)
        yield* robot.switchOn
        yield* robot.switchOn
        yield* robot.awaitOnline
        yield* robot.restart("90 seconds")
        yield* robot.awaitOffline
        yield* TestClock.adjust("89 seconds")
        assert.isFalse(yield* robot.isOnline)
        yield* TestClock.adjust("1 second")
        yield* robot.awaitOnline
      })
    ))

  it.effect("clients are told at once when it goes and when it comes", () =>
    withSession(
      { robots: [{ name: "Robot", localVersion: "none" }] },
      Effect.gen(function*() {
        const { robots: [robot] } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Robot")
        const isOnline = Effect.map(vacuum.state.get, ({ online }) => online)
        assert.isTrue(yield* isOnline)
        yield* robot.switchOff
        yield* Effect.sleep("2 seconds")
        assert.isFalse(yield* isOnline)
        yield* robot.switchOn
        yield* robot.awaitOnline
        yield* Effect.sleep("2 seconds")
        assert.isTrue(yield* isOnline)
      })
    ), 20_000)

  it.effect("tells over the home network what happens to it, also while there is no cloud", () =>
    withSession(
      { robots: [{ name: "Robot" }] },
      Effect.gen(function*() {
        const { robots: [robot], stopBroker } = yield* Simulator.Simulator
        assert.isDefined(robot)
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Robot")
        yield* Effect.sleep("10 seconds")
        assert.strictEqual((yield* vacuum.route.get)._tag, "Local")
        yield* stopBroker
        yield* Effect.sleep("10 seconds")
        yield* robot.fail("stuck")
        // The status is asked for a second after a push, and within a minute without one.
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* vacuum.state.get).activity, "error")
      })
    ))
})
