import { type CloudChannel, Device, type DeviceState, Q10DataPoints, RoborockSession } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import { openAppliance } from "./cloudAppliance.ts"
import * as FakeRobot from "./fakeRobot.ts"
import { makeSwiftTestClock } from "./swiftTestClock.ts"
import { docked, home } from "./vacuumWith.ts"

const isLive = ({ available, stale }: DeviceState.DeviceState) => available && !stale

/** What was asked of the home by the web API. */
const homeCalls = Effect.map(
  Effect.flatMap(Simulator.Simulator, ({ webCalls }) => webCalls),
  (calls) => calls.filter(({ path }) => /^\/v\d\/user\/homes\/\d+$/.test(path)).length
)

const onSimulator = (robot: Simulator.RobotOptions) => <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(
    Effect.provide(Simulator.layer({ robots: [robot], reconnectEvery: "20 seconds" })),
    Effect.withClock(makeSwiftTestClock())
  )

/** A session that has opened the one robot there is. */
const opened = Effect.gen(function*() {
  const { account, baseUrl, robots: [robot] } = yield* Simulator.Simulator
  assert.isDefined(robot)
  const session = yield* Layer.build(
    RoborockSession.layer({ credentials: { email: account.email, password: account.password }, baseUrl }).pipe(
      Layer.provide(KeyValueStore.layerMemory)
    )
  )
  const { device } = yield* Effect.provide(RoborockSession.RoborockSession, session)
  const vacuum = yield* device(robot.name)
  yield* TestClock.adjust("5 seconds")
  assert.isTrue(isLive(yield* vacuum.state.get))
  return { robot, vacuum }
})

describe("a robot that is paired again is talked to with its new key", () => {
  for (const localVersion of ["1.0", "L01"] as const) {
    it.scoped(`at home (${localVersion}), over a new connection`, () =>
      Effect.gen(function*() {
        const { robot, vacuum } = yield* opened
        assert.strictEqual((yield* vacuum.route.get)._tag, "Local")
        yield* robot.pairAgain
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual((yield* vacuum.route.get)._tag, "Local")
        yield* (yield* vacuum.trait("cleaning")).start
        assert.strictEqual((yield* robot.state).activity, "Cleaning")
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.strictEqual(yield* homeCalls, 2)
      }).pipe(onSimulator({ name: "Robot", localVersion })))
  }

  for (const robot of [{ name: "Robot", localVersion: "none" }, { name: "Robot", product: "Q7" }] as const) {
    it.scoped(`through the cloud (${"product" in robot ? robot.product : "V1"})`, () =>
      Effect.gen(function*() {
        const { robot, vacuum } = yield* opened
        yield* robot.pairAgain
        yield* TestClock.adjust("1 minute")
        yield* (yield* vacuum.trait("cleaning")).start
        assert.strictEqual((yield* robot.state).activity, "Cleaning")
        assert.isTrue(isLive(yield* vacuum.state.get))
        assert.strictEqual(yield* homeCalls, 2)
      }).pipe(onSimulator(robot)))
  }

  it.scoped("twice, each time", () =>
    Effect.gen(function*() {
      const { robot, vacuum } = yield* opened
      for (const _ of [1, 2]) {
        yield* robot.pairAgain
        yield* TestClock.adjust("2 minutes")
        yield* (yield* vacuum.trait("locate")).locate
      }
      assert.strictEqual(yield* robot.located, 2)
    }).pipe(onSimulator({ name: "Robot" })))
})

it.scoped("a robot that is switched off is a reason to ask for its key after some minutes, and again an hour later", () =>
  Effect.gen(function*() {
    const { robot, vacuum } = yield* opened
    yield* robot.switchOff
    yield* TestClock.adjust("1 hour")
    assert.isFalse((yield* vacuum.state.get).available)
    assert.strictEqual(yield* homeCalls, 2)
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual(yield* homeCalls, 3)
  }).pipe(onSimulator({ name: "Robot" })))

it.scoped("a silent robot is asked as seldom as ever while its key is in doubt, if it is the right one", () =>
  Effect.gen(function*() {
    let isSilent = false
    const robot = FakeRobot.make(({ method }) =>
      isSilent ? "silence" : { result: method === "get_status" ? [docked] : ["ok"] }
    )
    const doubts: Array<string> = []
    yield* Device.make({
      home,
      mqttKey: FakeRobot.mqttKey,
      homeRooms: () => Effect.succeed([]),
      renewKey: (inDoubt, reason) =>
        Effect.sync(() => {
          doubts.push(reason)
          return inDoubt
        })
    }).pipe(Effect.provide(robot.layer))
    isSilent = true
    yield* TestClock.adjust("10 minutes")
    robot.sent.length = 0
    yield* TestClock.adjust("30 minutes")
    assert.isAtMost(robot.sent.length, 10)
    assert.include(doubts, "silent")
  }))

describe("a robot that answers nothing after an outage of ours is not said to have been silent in it", () => {
  /** One question without an answer before the connection goes for an hour, and those after it. */
  const outage = (
    device: Device.Device,
    setLink: (link: CloudChannel.Link) => Effect.Effect<unknown>,
    doubts: ReadonlyArray<string>
  ) =>
    Effect.gen(function*() {
      yield* Effect.fork((yield* device.trait("status")).refresh)
      yield* TestClock.adjust("11 seconds")
      assert.isDefined((yield* device.state.get).silentSince)
      yield* setLink({ _tag: "Down" })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(doubts, [])
      yield* setLink({ _tag: "Up" })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(doubts, [])
    })

  const doubting = () => {
    const doubts: Array<string> = []
    const renewKey: Device.Options["renewKey"] = (inDoubt, reason) =>
      Effect.sync(() => {
        doubts.push(reason)
        return inDoubt
      })
    return { doubts, renewKey }
  }

  it.scoped("V1", () =>
    Effect.gen(function*() {
      let isSilent = false
      const { doubts, renewKey } = doubting()
      const robot = FakeRobot.make(({ method }) =>
        isSilent ? "silence" : { result: method === "get_status" ? [docked] : ["ok"] }
      )
      const device = yield* Device.make({
        home,
        mqttKey: FakeRobot.mqttKey,
        homeRooms: () => Effect.succeed([]),
        renewKey
      }).pipe(Effect.provide(robot.layer))
      isSilent = true
      const setLink = (link: CloudChannel.Link) =>
        Effect.suspend(() => {
          robot.setTrouble(link._tag === "Up" ? Effect.void : Effect.never)
          return robot.setLink(link)
        })
      yield* outage(device, setLink, doubts)
    }))

  it.scoped("through the cloud only", () =>
    Effect.gen(function*() {
      const { doubts, renewKey } = doubting()
      const robot = yield* openAppliance(
        { version: "B01", model: "roborock.vacuum.ss07", category: "robot.vacuum.cleaner" },
        () => [[102, Q10DataPoints.encode({ top: [121, 122, 123, 124, 125, 137].map((id) => [id, 8]) })]],
        { renewKey }
      )
      robot.silence(true)
      const setLink = (link: CloudChannel.Link) =>
        Effect.suspend(() => {
          robot.delay(link._tag === "Up" ? Effect.void : Effect.never)
          return robot.setLink(link)
        })
      yield* outage(robot.device, setLink, doubts)
    }))
})
