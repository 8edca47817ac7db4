import { RoborockSession, RoborockTest } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"

const options: RoborockTest.Options = {
  vacuums: [
    {
      name: "Upstairs",
      rooms: ["Kitchen", "Hall"],
      answer: (method) => method === "get_sound_volume" ? [74] : undefined
    },
    {
      name: "Downstairs",
      rooms: ["Hall"],
      status: { battery: 40 },
      cloudSchedules: [{ id: "1", enabled: true, cron: "0 9 * * *", repeated: true, param: undefined }]
    }
  ],
  routines: [{ id: 3, name: "Evening", enabled: true, duids: [] }]
}

const open = Effect.gen(function*() {
  const session = yield* RoborockSession.RoborockSession
  const { vacuums: [robot] } = yield* RoborockTest.RoborockTest
  assert.isDefined(robot)
  return { session, robot, vacuum: yield* session.device("Upstairs") }
})

const on = Effect.provide(RoborockTest.layer(options))

describe("RoborockTest", () => {
  it.scoped("has devices with state and rooms, and does what it is told", () =>
    Effect.gen(function*() {
      const { robot, session, vacuum } = yield* open
      assert.deepStrictEqual((yield* session.devices).map(({ name }) => name), ["Upstairs", "Downstairs"])
      assert.strictEqual((yield* (yield* session.device("Downstairs")).state.get).battery, 40)
      const seen = yield* Effect.fork(
        vacuum.state.changes.pipe(Stream.map(({ activity }) => activity), Stream.take(2), Stream.runCollect)
      )
      yield* TestClock.adjust(0)
      yield* (yield* vacuum.trait("cleaning")).rooms(["hall"], { repeat: 2 })
      assert.deepStrictEqual([...yield* Fiber.join(seen)], ["docked", "cleaning"])
      const commands = (yield* robot.received).filter(({ method }) => method === "app_segment_clean")
      assert.deepStrictEqual(commands.map(({ params }) => params), [[{
        segments: [17],
        repeat: 2,
        clean_order_mode: 0
      }]])
    }).pipe(on))

  it.scoped("answers what the test wants it to answer", () =>
    Effect.gen(function*() {
      const { vacuum } = yield* open
      const raw = yield* vacuum.trait("raw")
      assert.deepStrictEqual(yield* raw.request("get_sound_volume"), [74])
      assert.deepInclude(yield* Effect.flip(raw.request("get_timer")), { _tag: "DeviceError", reason: "UnknownMethod" })
    }).pipe(on))

  it.scoped("has trouble when the test makes it", () =>
    Effect.gen(function*() {
      const { robot, vacuum } = yield* open
      const { setConnected } = yield* RoborockTest.RoborockTest
      yield* robot.change({ error_code: 8, state: 12 })
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* vacuum.state.get).error?.text, "Robot trapped")
      yield* setConnected(false)
      yield* TestClock.adjust("3 minutes")
      assert.isFalse((yield* vacuum.state.get).available)
      yield* setConnected(true)
      yield* TestClock.adjust("10 seconds")
      assert.isFalse((yield* vacuum.state.get).stale)
      yield* robot.setAnswering(false)
      yield* TestClock.adjust("4 minutes")
      assert.isTrue((yield* vacuum.state.get).stale)
    }).pipe(on))

  it.scoped("lists what the cloud keeps for each device", () =>
    Effect.gen(function*() {
      const { session, vacuum } = yield* open
      assert.deepStrictEqual(yield* (yield* vacuum.trait("cloudSchedules")).list, [])
      const other = yield* (yield* session.device("Downstairs")).trait("cloudSchedules")
      assert.deepStrictEqual((yield* other.list).map(({ cron }) => cron), ["0 9 * * *"])
    }).pipe(on))

  it.scoped("runs routines", () =>
    Effect.gen(function*() {
      const { session } = yield* open
      const { routinesRun } = yield* RoborockTest.RoborockTest
      assert.deepStrictEqual((yield* session.routines).map(({ name }) => name), ["Evening"])
      yield* session.runRoutine(3)
      assert.deepStrictEqual(yield* routinesRun, [3])
    }).pipe(on))
})
