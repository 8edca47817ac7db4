import { type Device, type DeviceState, RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, TestClock } from "effect"

const now = Effect.clockWith((clock) => clock.currentTimeMillis)

/** Lets the time go on until an hour of it. */
const until = (hour: number) =>
  Effect.flatMap(now, (millis) => TestClock.adjust(Duration.millis(hour * 3_600_000 - millis)))

/** Lets time pass in steps until the state is as it should be; gives the time that took. */
const within = (
  bound: Duration.DurationInput,
  device: Device.Device,
  isRight: (state: DeviceState.DeviceState) => boolean
) =>
  Effect.gen(function*() {
    const begun = yield* now
    while (!isRight(yield* device.state.get)) {
      assert.isBelow((yield* now) - begun, Duration.toMillis(bound), `not right within ${Duration.format(bound)}`)
      yield* TestClock.adjust("5 seconds")
    }
  })

const isLive = ({ available, stale }: DeviceState.DeviceState) => available && !stale

/** The most calls in any span of this length. */
const busiest = (times: ReadonlyArray<number>, span: Duration.DurationInput) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + Duration.toMillis(span)).length))

it.effect(
  "hours with everything that goes wrong: the state is right again each time, and the limits are kept",
  () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator.Simulator
      const { account, baseUrl, robots: [robot], startBroker, startWebApi, stopBroker, stopWebApi } = simulator
      assert.isDefined(robot)
      yield* Effect.gen(function*() {
        const session = yield* RoborockSession.RoborockSession
        const vacuum = yield* session.device("Living room")
        const wasUnavailable: Array<number> = []
        yield* Effect.asVoid(vacuum.onState(({ available, silentSince }) => {
          if (!available && silentSince !== undefined) wasUnavailable.push(silentSince)
        }))
        const route = Effect.map(vacuum.route.get, ({ _tag }) => _tag)
        const link = Effect.map(session.link.get, ({ _tag }) => _tag)

        // The nightly restart.
        yield* until(0.2)
        assert.strictEqual(yield* route, "Local")
        yield* robot.restart("90 seconds")
        yield* TestClock.adjust("30 seconds")
        assert.isTrue((yield* vacuum.state.get).stale)
        yield* TestClock.adjust("60 seconds")
        yield* within("1 minute", vacuum, isLive)
        assert.deepStrictEqual(wasUnavailable, [])

        // The broker is lost for ten minutes: the home network carries on.
        yield* until(0.5)
        yield* stopBroker
        yield* robot.call("app_start", [])
        yield* within("1 minute", vacuum, ({ activity }) => activity === "cleaning")
        yield* TestClock.adjust("10 minutes")
        assert.isTrue(isLive(yield* vacuum.state.get))
        yield* startBroker
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(yield* link, "Up")

        // The local socket takes everything and says nothing.
        yield* until(0.9)
        yield* robot.setLocal("silent")
        yield* TestClock.adjust("1 minute")
        yield* robot.fail(8)
        yield* within("30 seconds", vacuum, ({ error }) => error?.name === "robot_trapped")
        yield* robot.recover
        yield* robot.call("app_charge", [])
        yield* TestClock.adjust("5 minutes")
        yield* robot.setLocal("open")
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(yield* route, "Local")

        // The cloud is gone for half an hour.
        yield* until(1.3)
        yield* Effect.zipRight(stopBroker, stopWebApi)
        assert.strictEqual((yield* Effect.flip(session.refresh))._tag, "ConnectError")
        yield* until(1.8)
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.deepStrictEqual(wasUnavailable, [])
        yield* Effect.zipRight(startBroker, startWebApi)
        yield* TestClock.adjust("12 minutes")
        assert.strictEqual(yield* link, "Up")

        // The login has expired.
        yield* until(2.1)
        yield* simulator.revokeLogins
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(yield* link, "Up")
        yield* session.refresh
        assert.isTrue(isLive(yield* vacuum.state.get))

        // Nothing leads to the robot.
        yield* until(2.3)
        yield* Effect.zipRight(stopBroker, robot.setLocal("closed"))
        yield* within("10 seconds", vacuum, ({ stale }) => stale)
        yield* within("2 minutes", vacuum, ({ available }) => !available)
        assert.isDefined((yield* vacuum.state.get).trouble)
        yield* Effect.zipRight(startBroker, robot.setLocal("open"))
        yield* within("3 minutes", vacuum, isLive)

        yield* until(2.5)
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.strictEqual(yield* route, "Local")
        assert.strictEqual(new Set(wasUnavailable).size, 1)
      }).pipe(
        Effect.provide(RoborockSession.layer({
          credentials: { email: account.email, password: account.password },
          baseUrl
        }))
      )

      const calls = yield* simulator.webCalls
      const times = (part: string) => calls.filter(({ path }) => path.includes(part)).map(({ at }) => at)
      const [logins, homes] = [times("/login"), times("/user/homes/")]
      assert.strictEqual(logins.length, 2)
      assert.isAtMost(homes.length, 4)
      assert.isAtMost(busiest(homes, "1 hour"), 5)
      assert.isAtMost(calls.length, 10)
    }).pipe(
      // Fewer events for the test clock to go through: robots of the wild are neither faster nor slower.
      Effect.provide(Layer.merge(
        Simulator.layer({ broadcastEvery: "10 minutes", reconnectEvery: "20 seconds", speed: 20 }),
        KeyValueStore.layerMemory
      ))
    ),
  280_000
)
