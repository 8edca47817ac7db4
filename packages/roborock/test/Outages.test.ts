import { type Device, type DeviceState, RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, TestClock } from "effect"
import { makeSwiftTestClock } from "./swiftTestClock.ts"

const now = Effect.clockWith((clock) => clock.currentTimeMillis)

/** Lets the time go on until an hour of the day. */
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

/** The limits of PROTOCOL 7.3, as calls in a span of time. */
const limits = {
  logins: [["1 second", 1], ["1 minute", 3], ["1 hour", 10], ["1 day", 20]],
  homes: [["1 second", 1], ["1 minute", 3], ["1 hour", 5], ["1 day", 40]]
} as const

it.effect(
  "a day with everything that goes wrong: the state is right again each time, and the limits are kept",
  () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator.Simulator
      const { account, baseUrl, robots: [robot], startBroker, startWebApi, stopBroker, stopWebApi } = simulator
      assert.isDefined(robot)
      yield* Effect.gen(function*() {
        const session = yield* RoborockSession.RoborockSession
        const vacuum = yield* session.device("Living room")
        const silences = new Set<number>()
        yield* Effect.asVoid(vacuum.onState(({ available, silentSince }) => {
          if (!available && silentSince !== undefined) silences.add(silentSince)
        }))
        const route = Effect.map(vacuum.route.get, ({ _tag }) => _tag)
        const link = Effect.map(session.link.get, ({ _tag }) => _tag)

        // The nightly restart: shorter than what counts as unavailable.
        yield* until(3.5)
        assert.strictEqual(yield* route, "Local")
        yield* robot.restart("90 seconds")
        yield* TestClock.adjust("30 seconds")
        assert.isTrue((yield* vacuum.state.get).stale)
        yield* TestClock.adjust("60 seconds")
        yield* within("1 minute", vacuum, isLive)
        assert.strictEqual(silences.size, 0)

        // The broker is lost for ten minutes, while the robot sets out to clean: the home network carries on.
        yield* until(7)
        yield* stopBroker
        yield* robot.call("app_start", [])
        yield* within("1 minute", vacuum, ({ activity }) => activity === "cleaning")
        yield* TestClock.adjust("10 minutes")
        assert.isTrue(isLive(yield* vacuum.state.get))
        yield* startBroker
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(yield* link, "Up")
        yield* within("1 hour", vacuum, ({ activity }) => activity === "docked")

        // The local socket takes everything and says nothing, for six hours.
        yield* until(9)
        yield* robot.setLocal("silent")
        yield* TestClock.adjust("1 minute")
        yield* robot.fail(8)
        yield* within("30 seconds", vacuum, ({ error }) => error?.name === "robot_trapped")
        yield* robot.recover
        yield* robot.call("app_charge", [])
        yield* until(15)
        assert.isTrue(isLive(yield* vacuum.state.get))
        yield* robot.setLocal("open")
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(yield* route, "Local")

        // The cloud is gone for three hours, broker and web API; somebody keeps pressing "refresh".
        yield* until(16)
        yield* Effect.zipRight(stopBroker, stopWebApi)
        for (let minute = 0; minute < 180; minute++) {
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* Effect.flip(session.refresh))._tag, "ConnectError")
        }
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.strictEqual(silences.size, 0)
        yield* Effect.zipRight(startBroker, startWebApi)
        yield* TestClock.adjust("12 minutes")
        assert.strictEqual(yield* link, "Up")

        // The login has expired.
        yield* until(20.5)
        yield* simulator.revokeLogins
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(yield* link, "Up")
        yield* session.refresh
        assert.isTrue(isLive(yield* vacuum.state.get))

        // Nothing leads to the robot.
        yield* until(22)
        yield* Effect.zipRight(stopBroker, robot.setLocal("closed"))
        yield* within("10 seconds", vacuum, ({ stale }) => stale)
        yield* within("2 minutes", vacuum, ({ available }) => !available)
        assert.isDefined((yield* vacuum.state.get).trouble)
        yield* Effect.zipRight(startBroker, robot.setLocal("open"))
        yield* within("3 minutes", vacuum, isLive)

        yield* until(24)
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.strictEqual(yield* route, "Local")
        assert.strictEqual(silences.size, 1)
      }).pipe(
        Effect.provide(RoborockSession.layer({
          credentials: { email: account.email, password: account.password },
          baseUrl
        }))
      )

      const calls = yield* simulator.webCalls
      const times = (part: string) => calls.filter(({ path }) => path.includes(part)).map(({ at }) => at)
      const made = { logins: times("/login"), homes: times("/user/homes/") }
      assert.strictEqual(made.logins.length, 2)
      for (const kind of ["logins", "homes"] as const) {
        for (const [span, most] of limits[kind]) assert.isAtMost(busiest(made[kind], span), most, `${kind} in ${span}`)
      }
    }).pipe(
      Effect.provide(
        Layer.merge(Simulator.layer({ reconnectEvery: "20 seconds", speed: 20 }), KeyValueStore.layerMemory)
      ),
      Effect.withClock(makeSwiftTestClock())
    ),
  120_000
)
