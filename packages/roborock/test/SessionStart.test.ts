import { Broker } from "@effect-mqtt/broker"
import { Transport } from "@effect-mqtt/connection"
import { LocalNetwork, RoborockSession, TokenStore } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Redacted, TestClock } from "effect"
import { loginAnswer, ok, refused, type Script, scriptedCloud } from "./scriptedCloud.ts"

const credentials = { email: "ada@example.com", password: Redacted.make("hunter2") }
const home = { json: { success: true, result: { id: 77, products: [], devices: [], rooms: [] } } }

const known: Script = ({ path }) =>
  path.endsWith("/login")
    ? ok(loginAnswer)
    : path.endsWith("/getHomeDetail")
    ? ok({ rrHomeId: 77, name: "My home" })
    : home

/** One start of a program; what it keeps is in the store of the test. */
const start = <A, E>(
  script: Script,
  use: (session: RoborockSession.RoborockSession["Type"]) => Effect.Effect<A, E>,
  options: RoborockSession.SessionOptions = {}
) => {
  const cloud = scriptedCloud(script)
  const layer = RoborockSession.layer({ ...options, credentials, baseUrl: "http://login.test" }).pipe(
    Layer.provide(Layer.mergeAll(cloud.layer, LocalNetwork.layerNone, Broker.layerMemory()))
  )
  return Effect.flatMap(RoborockSession.RoborockSession, use).pipe(
    Effect.provide(layer),
    Effect.map((result) => ({ result, paths: cloud.seen.map(({ path }) => path) }))
  )
}

const kept = Effect.provide(KeyValueStore.layerMemory)

const aMinute = TestClock.adjust("1 minute")

describe("the second start", () => {
  it.effect("makes one call: the login and the home are kept", () =>
    Effect.gen(function*() {
      const first = yield* start(known, (session) => session.devices)
      assert.deepStrictEqual(first.paths, ["/api/v1/login", "/api/v1/getHomeDetail", "/v3/user/homes/77"])
      yield* aMinute
      const second = yield* start(known, (session) => session.devices)
      assert.deepStrictEqual(second.paths, ["/api/v1/getHomeDetail"])
      yield* TestClock.adjust("12 hours")
      const third = yield* start(known, (session) => session.devices)
      assert.deepStrictEqual(third.paths, ["/api/v1/getHomeDetail", "/v3/user/homes/77"])
    }).pipe(kept))

  it.effect("asks nobody as long as what was kept is trusted", () =>
    Effect.gen(function*() {
      const use = (session: RoborockSession.RoborockSession["Type"]) =>
        Effect.zipRight(session.devices, session.account)
      yield* start(known, use, { trustKept: "1 hour" })
      yield* aMinute
      const second = yield* start(() => "unreachable", use, { trustKept: "1 hour" })
      assert.deepStrictEqual(second.paths, [])
      assert.strictEqual(second.result.homeName, "My home")
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* start(known, use, { trustKept: "1 hour" })).paths, ["/api/v1/getHomeDetail"])
    }).pipe(kept))

  it.effect("asks again by itself also where only the home could not be read", () =>
    Effect.gen(function*() {
      yield* start(known, (session) => session.devices)
      yield* TestClock.adjust("13 hours")
      let down = true
      const script: Script = (request) => down && request.path.startsWith("/v3/") ? "unreachable" : known(request)
      yield* start(script, (session) =>
        Effect.gen(function*() {
          assert.isUndefined(yield* session.stale)
          assert.deepStrictEqual(yield* session.devices, [])
          assert.strictEqual((yield* session.stale)?.since, 0)
          down = false
          yield* TestClock.adjust("5 minutes")
          yield* TestClock.adjust("1 second")
          assert.isUndefined(yield* session.stale)
        }))
    }).pipe(kept))

  it.effect("works without the cloud, says so, and asks again by itself", () =>
    Effect.gen(function*() {
      yield* start(known, (session) => session.devices)
      yield* aMinute
      let down = true
      const script: Script = (request) => down ? "unreachable" : known(request)
      const { paths } = yield* start(script, (session) =>
        Effect.gen(function*() {
          assert.strictEqual((yield* session.account).homeName, "My home")
          assert.deepStrictEqual(yield* session.devices, [])
          const stale = yield* session.stale
          assert.deepInclude(stale?.cause, { _tag: "ConnectError", reason: "Unreachable" })
          assert.strictEqual(stale?.since, 0)
          down = false
          yield* TestClock.adjust("5 minutes")
          yield* TestClock.adjust("1 second")
          assert.isUndefined(yield* session.stale)
        }))
      assert.deepStrictEqual(paths, ["/api/v1/getHomeDetail", "/api/v1/getHomeDetail", "/v3/user/homes/77"])
    }).pipe(kept))

  it.effect("without the cloud and with nothing kept is a ConnectError", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(start(() => "unreachable", () => Effect.void))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "Unreachable" })
    }).pipe(kept))

  it.effect("with a login that is refused logs in again, once, and keeps the new one", () =>
    Effect.gen(function*() {
      yield* start(known, () => Effect.void)
      yield* aMinute
      let revoked = true
      const script: Script = (request) => {
        if (request.path.endsWith("/login")) {
          revoked = false
          return ok({ ...loginAnswer, token: "another-token" })
        }
        return revoked ? refused(2010) : known(request)
      }
      const second = yield* start(script, (session) => session.userData)
      assert.deepStrictEqual(second.paths, ["/api/v1/getHomeDetail", "/api/v1/login", "/api/v1/getHomeDetail"])
      assert.strictEqual(Redacted.value(second.result.token), "another-token")
      yield* aMinute
      const third = yield* start(known, (session) => session.userData)
      assert.strictEqual(Redacted.value(third.result.token), "another-token")
    }).pipe(kept))

  it.effect("with a login that is refused, and so is the next, is an AuthError also if a home was kept", () =>
    Effect.gen(function*() {
      yield* start(known, (session) => session.devices)
      yield* aMinute
      const refusing: Script = ({ path }) => path.endsWith("/login") ? refused(2012) : refused(2010)
      const error = yield* Effect.flip(start(refusing, () => Effect.void))
      assert.deepInclude(error, { _tag: "AuthError", reason: "InvalidCredentials" })
    }).pipe(kept))

  it.effect("after which everything was damaged is like the first", () =>
    Effect.gen(function*() {
      yield* start(known, (session) => session.devices)
      yield* aMinute
      const store = yield* KeyValueStore.KeyValueStore
      const damaged = KeyValueStore.make({
        ...store,
        get: (key) => Effect.map(store.get(key), (value) => Option.map(value, (text) => text.slice(0, -3)))
      })
      const second = yield* Effect.provideService(
        start(known, (session) => session.devices),
        KeyValueStore.KeyValueStore,
        damaged
      )
      assert.lengthOf(second.paths, 3)
    }).pipe(kept))
})

it.effect("the key of a login does not tell whose it is", () =>
  Effect.gen(function*() {
    const asked: Array<string> = []
    const store = yield* KeyValueStore.KeyValueStore
    const spy = KeyValueStore.make({ ...store, get: (key) => Effect.tap(store.get(key), () => asked.push(key)) })
    yield* Effect.flatMap(TokenStore.TokenStore, ({ get }) => get("ada@example.com")).pipe(
      Effect.provide(Layer.provide(TokenStore.layer, Layer.succeed(KeyValueStore.KeyValueStore, spy)))
    )
    assert.lengthOf(asked, 1)
    assert.match(asked[0] ?? "", /^login-[0-9a-f]{24}$/)
  }).pipe(kept))

describe("with the robot at home and the internet down", () => {
  it.scoped("the robot is driven, its rooms and its last map are there", () =>
    Effect.gen(function*() {
      const { account, baseUrl, robots: [robot], stopBroker } = yield* Simulator.Simulator
      assert.isDefined(robot)
      const layer = RoborockSession.layer({
        credentials: { email: account.email, password: account.password },
        baseUrl
      })
      yield* Effect.gen(function*() {
        const vacuum = yield* (yield* RoborockSession.RoborockSession).device("Living room")
        yield* (yield* vacuum.trait("map")).fetch
        yield* TestClock.adjust("20 seconds")
      }).pipe(Effect.provide(layer))
      yield* TestClock.adjust("10 minutes")
      yield* stopBroker
      const offline = Layer.provide(layer, scriptedCloud(() => "unreachable").layer)
      yield* Effect.gen(function*() {
        const session = yield* RoborockSession.RoborockSession
        assert.isDefined(yield* session.stale)
        const vacuum = yield* session.device("Living room")
        assert.strictEqual((yield* vacuum.route.get)._tag, "Local")
        const state = yield* vacuum.state.get
        assert.deepInclude(state, { stale: false, activity: "docked" })
        assert.include(state.rooms.map(({ name }) => name), "Kitchen")
        const map = yield* (yield* vacuum.trait("map")).last
        assert.isDefined(map)
        assert.isAtLeast((yield* Effect.clockWith((clock) => clock.currentTimeMillis)) - map.fetchedAt, 600_000)
        yield* (yield* vacuum.trait("cleaning")).rooms(["Kitchen"])
        assert.strictEqual((yield* robot.state).activity, "Cleaning")
      }).pipe(Effect.provide(offline))
    }).pipe(Effect.provide(Simulator.layer()), kept))
})

describe("with a broker that is out of reach, and a web API that is not", () => {
  const robots = [
    { name: "Cellar", product: "Q7" },
    { name: "Attic", product: "Q7" },
    { name: "Living room" },
    { name: "Summer house", localVersion: "none" }
  ] as const

  const sessionOf = Effect.map(
    Simulator.Simulator,
    ({ account, baseUrl }) =>
      RoborockSession.layer({ credentials: { email: account.email, password: account.password }, baseUrl })
  )

  /** An earlier session, with all that it needs: it keeps where the robot at home is. */
  const earlier = Effect.gen(function*() {
    const { device } = yield* RoborockSession.RoborockSession
    const vacuum = yield* device("Living room")
    yield* TestClock.adjust("1 minute")
    assert.strictEqual((yield* vacuum.route.get)._tag, "Local")
  })

  /** The devices that are supported; it fails when they take longer. */
  const devicesWithin = (seconds: number) =>
    Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      const opening = yield* Effect.fork(Effect.either(session.devices))
      for (let second = 0; second < seconds; second += 5) yield* TestClock.adjust("5 seconds")
      assert.isTrue(Option.isSome(yield* Fiber.poll(opening)))
      const devices = yield* Effect.flatten(Fiber.join(opening))
      return devices.filter(({ unsupported }) => unsupported === undefined)
    })

  const silent = Transport.layerMemory(() => Effect.never)
  const refusing = Transport.layerMemory(() => Effect.void)

  for (const [which, transport, seconds] of [["refuses", refusing, 30], ["is silent", silent, 60]] as const) {
    it.effect(`that ${which}: the robot at home is there, the others are stale and say why`, () =>
      Effect.gen(function*() {
        const session = yield* sessionOf
        yield* Effect.provide(earlier, session)
        yield* Effect.gen(function*() {
          const devices = yield* devicesWithin(seconds)
          assert.deepStrictEqual(devices.map(({ name }) => name), robots.map(({ name }) => name))
          for (const device of devices) {
            const { stale, trouble } = yield* device.state.get
            const route = yield* device.route.get
            if (device.name === "Living room") {
              assert.deepInclude(route, { _tag: "Local" })
              assert.isFalse(stale)
            } else {
              assert.strictEqual(route._tag, "None")
              assert.isTrue(stale)
              assert.match(trouble ?? "", /^The MQTT broker of Roborock|no connection to the device/)
            }
          }
        }).pipe(Effect.provide(Layer.provide(session, transport)))
      }).pipe(Effect.provide(Simulator.layer({ robots })), kept))
  }

  it.effect("the others are back when it is", () =>
    Effect.gen(function*() {
      const { startBroker, stopBroker } = yield* Simulator.Simulator
      const session = yield* sessionOf
      yield* Effect.provide(earlier, session)
      yield* stopBroker
      yield* Effect.gen(function*() {
        const [cellar] = yield* devicesWithin(30)
        assert.isDefined(cellar)
        assert.isTrue((yield* cellar.state.get).stale)
        yield* startBroker
        for (let minute = 0; minute < 2; minute++) yield* TestClock.adjust("1 minute")
        assert.deepInclude(yield* cellar.state.get, { stale: false, available: true })
      }).pipe(Effect.provide(session))
    }).pipe(Effect.provide(Simulator.layer({ robots })), kept))

  it.effect("is a ConnectError when nothing is at home, and the next try may succeed", () =>
    Effect.gen(function*() {
      const { startBroker, stopBroker } = yield* Simulator.Simulator
      yield* stopBroker
      yield* Effect.gen(function*() {
        const error = yield* Effect.flip(devicesWithin(30))
        assert.deepInclude(error, { _tag: "ConnectError", reason: "Unreachable" })
        yield* startBroker
        yield* TestClock.adjust("2 seconds")
        const devices = yield* devicesWithin(10)
        for (const { state } of devices) assert.isFalse((yield* state.get).stale)
      }).pipe(Effect.provide(yield* sessionOf))
    }).pipe(
      Effect.provide(Simulator.layer({ robots: robots.filter(({ name }) => name !== "Living room") })),
      kept
    ))
})
