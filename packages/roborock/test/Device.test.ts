import { Device, type HomeData, RoborockError } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Logger, LogLevel, Scope, Stream, TestClock } from "effect"
import * as FakeRobot from "./fakeRobot.ts"

const home: HomeData.HomeDevice = {
  duid: "d1",
  name: "Living room",
  localKey: FakeRobot.localKey,
  protocolVersion: "1.0",
  model: "roborock.vacuum.a15",
  productName: "S7",
  category: "robot.vacuum.cleaner",
  firmware: "1",
  serialNumber: undefined,
  online: true,
  shared: false,
  dataPoints: new Map([[122, 55]])
}

const homeRooms = [{ id: 1001, name: "Kitchen" }, { id: 1002, name: "Hall" }]

/** A robot that answers like a real one, with a status that the test changes. */
const makeRobot = (initial: Readonly<Record<string, unknown>> = {}) => {
  const status: Record<string, unknown> = { state: 8, battery: 100, map_status: 3, in_cleaning: 0, ...initial }
  const rooms: Array<unknown> = [[16, "1001"], [17, "1002"]]
  let silent = false
  let commandResult: unknown = ["ok"]
  const robot = FakeRobot.make(({ method }) => {
    if (silent) return "silence"
    if (method === "get_status") return { result: [status] }
    if (method === "get_room_mapping") return { result: rooms }
    if (method === "get_map_v1") return { map: new TextEncoder().encode("no map at all") }
    return { result: commandResult }
  })
  return {
    ...robot,
    status,
    rooms,
    answerCommandsWith: (result: unknown) => {
      commandResult = result
    },
    silence: (value: boolean) => {
      silent = value
    },
    count: (method: string) => robot.sent.filter((request) => request.method === method).length
  }
}

const open = (robot: ReturnType<typeof makeRobot>, change: Partial<HomeData.HomeDevice> = {}) =>
  Device.make({
    home: { ...home, ...change },
    mqttKey: FakeRobot.mqttKey,
    homeRooms: () => Effect.succeed(homeRooms)
  }).pipe(Effect.provide(robot.layer))

const settle = TestClock.adjust(0)

describe("state", () => {
  it.scoped("is read before the device is handed out, with its rooms", () =>
    Effect.gen(function*() {
      const device = yield* open(makeRobot())
      const state = yield* device.state.get
      assert.deepInclude(state, { stateName: "charging", battery: 100, stale: false })
      assert.deepStrictEqual(state.rooms.map(({ name }) => name), ["Kitchen", "Hall"])
    }))

  it.scoped("changes begin with the state now and follow pushes", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      const names = yield* Effect.fork(
        device.state.changes.pipe(Stream.map((state) => state.stateName), Stream.take(2), Stream.runCollect)
      )
      yield* settle
      yield* robot.push({ 121: 5 })
      assert.deepStrictEqual([...yield* Fiber.join(names)], ["charging", "cleaning"])
    }))

  it.scoped("a push of a new state has the rest read soon after, once for many", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      robot.status["clean_area"] = 3_000_000
      for (const state of [5, 10, 5, 10, 5]) yield* robot.push({ 121: state })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* device.state.get).cleanedArea, 3)
      assert.isAtMost(robot.count("get_status"), 3)
    }))

  it.scoped("rooms that were changed in the app are known when the robot has begun or ended something", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      const names = Effect.map(device.state.get, ({ rooms }) => rooms.map(({ name }) => name))
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(robot.count("get_room_mapping"), 1)
      robot.rooms.push([18, "1003"])
      robot.status["state"] = 5
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* names, ["Kitchen", "Hall", "Room 18"])
      assert.strictEqual(robot.count("get_room_mapping"), 2)
    }))

  it.scoped("that cannot be read is told to the log without the topic that it was asked for on", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, message }) =>
      void lines.push(
        ...[message].flat().map((part) =>
          Cause.isCause(part) ? Cause.pretty(part, { renderErrorCause: true }) : String(part)
        ),
        Cause.pretty(cause, { renderErrorCause: true })
      )
    )
    return Effect.gen(function*() {
      const robot = makeRobot()
      const cause = new Error("Publishing to rr/m/i/user/device failed")
      robot.setTrouble(
        new RoborockError.ConnectError({ reason: "ConnectionLost", service: "MQTT broker", retryable: true, cause })
      )
      yield* open(robot)
      yield* TestClock.adjust("10 minutes")
      assert.isAbove(lines.filter((line) => line.includes("get_status")).length, 3)
      assert.notInclude(lines.join(), "rr/m/i")
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)), Logger.withMinimumLogLevel(LogLevel.All))
  })

  it.scoped("what the log has of a device says of which package it is", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ annotations, cause, logLevel }) => {
      // (Those with a cause are of the runtime.)
      if (Cause.isEmpty(cause)) lines.push(`${logLevel.label} ${JSON.stringify(Object.fromEntries(annotations))}`)
    })
    return Effect.gen(function*() {
      const robot = makeRobot()
      robot.setTrouble(
        new RoborockError.ConnectError({ reason: "ConnectionLost", service: "MQTT broker", retryable: true })
      )
      const device = yield* open(robot)
      const stop = yield* device.onState(() => {
        throw new Error("of the program")
      })
      yield* TestClock.adjust("1 minute")
      yield* stop
      assert.sameMembers([...new Set(lines)], [
        "DEBUG {\"package\":\"roborock\"}",
        "WARN {\"package\":\"roborock\"}"
      ])
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)), Logger.withMinimumLogLevel(LogLevel.All))
  })

  it.scoped("a push of what the status tells otherwise has it read, once", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      robot.status["dry_status"] = 1
      for (let second = 0; second < 10; second++) {
        yield* robot.push({ 134: 1 })
        yield* TestClock.adjust("3 seconds")
      }
      assert.include((yield* device.state.get).dockJobs, "drying")
      assert.strictEqual(robot.count("get_status"), 2)
    }))

  it.scoped("is polled slowly while idle and faster while cleaning", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      yield* open(robot)
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(robot.count("get_status"), 1 + 3)
      robot.status["state"] = 5
      yield* TestClock.adjust("3 minutes")
      const before = robot.count("get_status")
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(robot.count("get_status"), before + 6)
    }))

  it.scoped("a map is asked for while cleaning and on changes, never while idle", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      yield* open(robot)
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual(robot.count("get_map_v1"), 1)
      robot.status["state"] = 5
      yield* TestClock.adjust("5 minutes")
      assert.isAtLeast(robot.count("get_map_v1"), 5)
    }))

  it.scoped("a device that stops answering is stale until it answers again", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      robot.silence(true)
      yield* TestClock.adjust("4 minutes")
      assert.deepInclude(yield* device.state.get, { stale: true, battery: 100 })
      robot.silence(false)
      yield* TestClock.adjust("4 minutes")
      assert.isFalse((yield* device.state.get).stale)
    }))

  it.scoped("is stale at once and unavailable after two minutes of silence, with the cause", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      robot.silence(true)
      yield* robot.push({ 121: 5 })
      yield* TestClock.adjust("11 seconds")
      const silent = yield* device.state.get
      assert.deepInclude(silent, {
        stale: true,
        available: true,
        trouble: "get_status: the device did not answer in time"
      })
      yield* TestClock.adjust("119 seconds")
      assert.isTrue((yield* device.state.get).available)
      yield* TestClock.adjust("1 second")
      assert.isFalse((yield* device.state.get).available)
      robot.silence(false)
      yield* TestClock.adjust("3 minutes")
      assert.deepInclude(yield* device.state.get, { stale: false, available: true, trouble: undefined })
    }))

  it.scoped("a robot that is back within two minutes was never unavailable", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      const seen: Array<boolean> = []
      yield* Effect.asVoid(device.onState(({ available }) => seen.push(available)))
      robot.silence(true)
      yield* robot.push({ 121: 5 })
      yield* TestClock.adjust("100 seconds")
      robot.silence(false)
      yield* TestClock.adjust("20 seconds")
      assert.isFalse((yield* device.state.get).stale)
      assert.notInclude(seen, false)
    }))

  it.scoped("is stale at once when no way leads to the device", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      const error = new RoborockError.ConnectError({
        reason: "ConnectionLost",
        service: "MQTT broker",
        retryable: true
      })
      yield* robot.setLink({ _tag: "Down", error })
      yield* settle
      assert.deepInclude(yield* device.state.get, { stale: true, available: true, trouble: error.message })
      assert.strictEqual((yield* device.route.get)._tag, "None")
    }))

  it.scoped("a device that never answered is there all the same", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      robot.silence(true)
      const fiber = yield* Effect.fork(open(robot))
      yield* TestClock.adjust("10 seconds")
      const device = yield* Fiber.join(fiber)
      assert.deepInclude(yield* device.state.get, { stale: true, battery: 55, stateName: "unknown" })
    }))
})

describe("onState", () => {
  it.scoped("calls back until it is removed; one that throws goes on", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      const seen: Array<string> = []
      const remove = yield* device.onState((state) => {
        seen.push(state.stateName)
        throw new Error("my bug")
      })
      yield* settle
      yield* robot.push({ 121: 10 })
      yield* settle
      yield* remove
      yield* robot.push({ 121: 12 })
      yield* settle
      assert.deepStrictEqual(seen, ["charging", "paused"])
    }))
})

describe("traits", () => {
  it.scoped("an unsupported device is listed with what is known, and has no traits", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot, { unsupported: "it is a mower" })
      assert.strictEqual(device.unsupported, "it is a mower")
      assert.strictEqual((yield* device.state.get).battery, 55)
      const error = yield* Effect.flip(device.trait("map"))
      assert.strictEqual(error._tag, "UnsupportedTrait")
      assert.strictEqual(error.message, "\"Living room\" has no trait \"map\": it is a mower")
      assert.strictEqual(robot.handlers.size, 0)
    }))

  it.scoped("cleaning sends the robot's commands and reads the status after", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      const cleaning = yield* device.trait("cleaning")
      yield* cleaning.start
      yield* cleaning.pause
      yield* cleaning.stop
      yield* cleaning.dock
      const methods = robot.sent.map(({ method }) => method)
      assert.includeMembers(methods, ["app_start", "app_pause", "app_stop", "app_charge"])
      const before = robot.count("get_status")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(robot.count("get_status"), before + 1)
    }))

  it.scoped("a command whose answer is not \"ok\" has failed, and what the robot does is read all the same", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const device = yield* open(robot)
      yield* settle
      const cleaning = yield* device.trait("cleaning")
      const before = robot.count("get_status")
      robot.answerCommandsWith([{ reason: "lidar blocked" }])
      const error = yield* Effect.flip(cleaning.pause)
      assert.deepInclude(error, { _tag: "RequestError", reason: "BadAnswer", method: "app_pause" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(robot.count("get_status"), before + 1)
      robot.answerCommandsWith("ok")
      yield* cleaning.pause
    }))

  for (
    const [fields, method] of [
      [{ in_cleaning: 2 }, "resume_zoned_clean"],
      [{ in_cleaning: 3 }, "resume_segment_clean"],
      [{ in_cleaning: 4 }, "app_resume_build_map"],
      [{ in_cleaning: 1 }, "app_start"],
      [{ in_returning: 1 }, "app_charge"]
    ] as const
  ) {
    it.scoped(`start goes on with ${JSON.stringify(fields)}`, () =>
      Effect.gen(function*() {
        const robot = makeRobot(fields)
        const cleaning = yield* Effect.flatMap(open(robot), (device) => device.trait("cleaning"))
        yield* cleaning.start
        assert.strictEqual(robot.count(method), 1)
      }))
  }

  it.scoped("rooms are cleaned by name, in the order given", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const cleaning = yield* Effect.flatMap(open(robot), (device) => device.trait("cleaning"))
      yield* cleaning.rooms(["hall", "Kitchen"], { repeat: 2, order: "given" })
      const request = robot.sent.find(({ method }) => method === "app_segment_clean")
      assert.deepStrictEqual(request?.params, [{ segments: [17, 16], repeat: 2, clean_order_mode: 1 }])
    }))

  it.scoped("a room that is not on the map in use starts nothing", () =>
    Effect.gen(function*() {
      const robot = makeRobot()
      const cleaning = yield* Effect.flatMap(open(robot), (device) => device.trait("cleaning"))
      const error = yield* Effect.flip(cleaning.rooms(["Kitchen", "Attic"]))
      assert.strictEqual(error._tag, "UnknownRoom")
      assert.strictEqual(error.message, "No such room on the map in use: Attic. Known: Kitchen, Hall.")
      const messageOf = (rooms: ReadonlyArray<string>, repeat: number) =>
        Effect.map(Effect.flip(cleaning.rooms(rooms, { repeat })), ({ message }) => message)
      assert.strictEqual(yield* messageOf([], 1), "app_segment_clean: at least one room has to be given")
      for (const repeat of [4, 1.5]) {
        assert.strictEqual(yield* messageOf(["Hall"], repeat), "app_segment_clean: repeat has to be 1, 2 or 3")
      }
      robot.status["map_status"] = 252
      assert.strictEqual((yield* Effect.flip(cleaning.rooms(["Hall"])))._tag, "NoMap")
      assert.strictEqual(robot.count("app_segment_clean"), 0)
    }))

  it.scoped("a map that cannot be read is a typed failure", () =>
    Effect.gen(function*() {
      const device = yield* open(makeRobot())
      const map = yield* device.trait("map")
      assert.strictEqual((yield* Effect.flip(map.fetch))._tag, "MapError")
      assert.strictEqual((yield* Effect.flip(map.png()))._tag, "MapError")
    }))

  it.scoped("raw sends any command", () =>
    Effect.gen(function*() {
      const device = yield* open(makeRobot())
      const raw = yield* device.trait("raw")
      assert.deepStrictEqual(yield* raw.request("find_me"), ["ok"])
    }))
})

it.effect("closing the scope ends streams, listeners and polling", () =>
  Effect.gen(function*() {
    const robot = makeRobot()
    const scope = yield* Scope.make()
    const device = yield* Effect.uninterruptible(Scope.extend(open(robot), scope))
    const ended = yield* Effect.fork(Stream.runDrain(device.state.changes))
    let calls = 0
    yield* Effect.uninterruptible(Effect.asVoid(device.onState(() => calls++)))
    yield* settle
    yield* Scope.close(scope, Exit.void)
    yield* Fiber.join(ended)
    assert.strictEqual(robot.handlers.size, 0)
    const sent = robot.sent.length
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(robot.sent.length, sent)
    assert.strictEqual(calls, 1)
  }))
