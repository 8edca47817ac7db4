import { Broker } from "@effect-mqtt/broker"
import { MqttClient, MqttError, Transport } from "@effect-mqtt/connection"
import { LocalNetwork, MqttCredentials, RoborockSession, UserData } from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Redacted, Schedule, Scope, Stream, TestClock } from "effect"
import * as FakeRobot from "./fakeRobot.ts"
import { loginAnswer, ok, refused, type Reply, type Script, scriptedCloud } from "./scriptedCloud.ts"

/** A home without a network, and nothing kept of earlier sessions. */
const platform = Layer.merge(LocalNetwork.layerNone, KeyValueStore.layerMemory)

const userData = Effect.runSync(UserData.decode(loginAnswer))
const owner = Effect.runSync(MqttCredentials.make(userData.rriot))
const localKey = Redacted.value(FakeRobot.localKey)

const product = { id: "p1", name: "S7", model: "roborock.vacuum.a15", category: "robot.vacuum.cleaner" }
const device = { duid: "d1", name: "Living room", localKey, productId: "p1", pv: "1.0", online: true }
const rooms = [{ id: 1001, name: "Kitchen" }]

const home = (devices: ReadonlyArray<unknown>): Reply => ({
  json: { success: true, result: { id: 77, products: [product], devices, rooms } }
})

/** A cloud that knows the account and the given devices. */
const cloudWith = (devices: ReadonlyArray<unknown>): Script => ({ path }) =>
  path.endsWith("/login")
    ? ok(loginAnswer)
    : path.endsWith("/getHomeDetail")
    ? ok({ rrHomeId: 77, name: "My home" })
    : path.endsWith("/rooms")
    ? { json: { success: true, result: [{ id: 1002, name: "Hall" }] } }
    : home(devices)

/** A robot at the broker, which answers until it is told to stop. */
const robotAt = (duid: string, answering = { now: true }) =>
  Effect.gen(function*() {
    const client = yield* MqttClient.make({ url: "mqtt://broker", reconnect: Schedule.spaced("500 millis") })
    const { messages } = yield* client.subscription(MqttCredentials.requestTopic(owner, duid))
    yield* Effect.forkScoped(Stream.runForEach(messages, ({ payload }) =>
      Effect.forEach(
        FakeRobot.requests(payload).filter(() => answering.now),
        (request) => {
          const answer = request.method === "get_status"
            ? { result: [{ state: 8, battery: 90, map_status: 252 }] }
            : { result: request.method === "get_room_mapping" ? [[16, "1001"], [17, "1002"]] : ["ok"] }
          return Effect.forEach(
            FakeRobot.replies(request, answer),
            (reply) => client.publish(MqttCredentials.responseTopic(owner, duid), reply)
          )
        }
      )))
  })

const password = Redacted.make("hunter2")
const baseUrl = "http://login.test"

const sessionOn = (
  script: Script,
  options: Partial<RoborockSession.Options> = {},
  network = LocalNetwork.layerNone
) => {
  const cloud = scriptedCloud(script)
  const layer = RoborockSession.layer({
    credentials: { userData },
    baseUrl,
    reconnect: Schedule.spaced("2 seconds"),
    ...options
  }).pipe(
    Layer.provide(cloud.layer),
    Layer.provide(Layer.merge(platform, network)),
    Layer.provideMerge(Broker.layerMemory())
  )
  return { seen: cloud.seen, layer }
}

const paths = (seen: ReturnType<typeof sessionOn>["seen"]) => seen.map(({ path }) => path)

/** Calls of one kind are made a second apart. */
const aSecond = TestClock.adjust("1 second")

const settle = TestClock.adjust("100 millis")

describe("building a session", () => {
  it.scoped("with a stored login makes one request, and connects to nothing", () => {
    const { layer, seen } = sessionOn(cloudWith([device]))
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      assert.deepStrictEqual(yield* session.account, {
        uid: "123456",
        nickname: "Ada",
        region: "eu",
        country: "DE",
        homeId: 77,
        homeName: "My home"
      })
      assert.deepStrictEqual(paths(seen), ["/api/v1/getHomeDetail"])
      assert.lengthOf(yield* Effect.flatMap(Broker.Broker, ({ clients }) => clients), 0)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("with a password logs in, and has the login to store", () => {
    const { layer, seen } = sessionOn(cloudWith([]), { credentials: { email: "ada@example.com", password } })
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      assert.strictEqual(Redacted.value((yield* session.userData).token), "the-token")
      assert.deepStrictEqual(paths(seen), ["/api/v1/login", "/api/v1/getHomeDetail"])
    }).pipe(Effect.provide(layer))
  })

  const failing = (script: Script, credentials: RoborockSession.Options["credentials"]) =>
    Effect.flip(Effect.provide(RoborockSession.RoborockSession, sessionOn(script, { credentials }).layer))

  it.effect("fails with AuthError when the password or the login is not accepted", () =>
    Effect.gen(function*() {
      const wrong = yield* failing(() => refused(2012), { email: "ada@example.com", password })
      assert.deepInclude(wrong, { _tag: "AuthError", reason: "InvalidCredentials" })
      const revoked = yield* failing(() => refused(2010), { userData })
      assert.deepInclude(revoked, { _tag: "AuthError", reason: "SessionRevoked" })
    }))

  it.effect("fails with ConnectError when the cloud cannot be reached", () =>
    Effect.gen(function*() {
      const error = yield* failing(() => "unreachable", { userData })
      assert.deepInclude(error, { _tag: "ConnectError", reason: "Unreachable" })
    }))
})

describe("devices", () => {
  it.scoped("are opened once, over one connection, with names, rooms and state", () => {
    const { layer, seen } = sessionOn(cloudWith([device, { ...device, duid: "d2", name: "Attic" }]))
    return Effect.gen(function*() {
      yield* Effect.all([robotAt("d1"), robotAt("d2")])
      const session = yield* RoborockSession.RoborockSession
      const [devices, again] = yield* Effect.all([session.devices, session.devices], { concurrency: 2 })
      assert.deepStrictEqual(devices.map(({ name }) => name), ["Living room", "Attic"])
      assert.strictEqual(devices[0], again[0])
      assert.strictEqual(yield* session.device("living ROOM"), devices[0])
      assert.strictEqual(yield* session.device("d2"), devices[1])
      const state = yield* (yield* session.device("Attic")).state.get
      assert.strictEqual(state.battery, 90)
      // The second room is not in the home data; it was looked up by itself.
      assert.deepStrictEqual(state.rooms.map(({ name }) => name), ["Kitchen", "Hall"])
      const broker = yield* Broker.Broker
      assert.lengthOf((yield* broker.clients).filter(({ username }) => username === owner.username), 1)
      assert.lengthOf(paths(seen).filter((path) => path === "/v3/user/homes/77"), 1)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("one that is not supported, and an entry that makes no sense, stop no other", () => {
    const { layer } = sessionOn(cloudWith([null, { ...device, duid: "w", name: "Washer", pv: "A01" }, device]))
    return Effect.gen(function*() {
      yield* robotAt("d1")
      const session = yield* RoborockSession.RoborockSession
      const devices = yield* session.devices
      assert.deepStrictEqual(devices.map(({ name, unsupported }) => [name, unsupported === undefined]), [
        ["Washer", false],
        ["Living room", true]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.scoped("those that are hidden are left out, by name or id", () => {
    const devices = [device, { ...device, duid: "d2", name: "Attic" }, { ...device, duid: "d3", name: "Neighbour" }]
    const { layer } = sessionOn(cloudWith(devices), { hidden: ["d2", "neighbour "] })
    return Effect.gen(function*() {
      yield* robotAt("d1")
      const session = yield* RoborockSession.RoborockSession
      assert.deepStrictEqual((yield* session.devices).map(({ name }) => name), ["Living room"])
      assert.deepInclude(yield* Effect.flip(session.device("Attic")), { known: ["Living room"] })
    }).pipe(Effect.provide(layer))
  })

  it.scoped("those on another network are looked for where they are said to be, and nothing else is an address", () => {
    const tried: Array<unknown> = []
    const network = Layer.succeed(LocalNetwork.LocalNetwork, {
      isPresent: true,
      connect: (host) => {
        tried.push(host)
        return Effect.fail(new MqttError.TransportError({ reason: "Open" }))
      },
      datagrams: () => Stream.never
    })
    const named = [
      device,
      { ...device, duid: "d2", name: "constructor" },
      { ...device, duid: "d3", name: "Attic" },
      { ...device, duid: "d4", name: "Robi" },
      { ...device, duid: "d5", name: "ROBI" }
    ]
    const hosts = { "living room": "192.0.2.7", ROBI: "192.0.2.10", Robi: "192.0.2.9", d3: "192.0.2.8" }
    const { layer } = sessionOn(cloudWith(named), { hosts }, network)
    return Effect.gen(function*() {
      yield* Effect.all(named.map(({ duid }) => robotAt(duid)))
      yield* (yield* RoborockSession.RoborockSession).devices
      assert.deepStrictEqual(tried.sort(), ["192.0.2.10", "192.0.2.7", "192.0.2.8", "192.0.2.9"])
    }).pipe(Effect.provide(layer))
  })

  it.scoped("an unknown name says which there are", () => {
    const { layer } = sessionOn(cloudWith([device]))
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      const error = yield* Effect.flip(session.device("Garage"))
      assert.strictEqual(error.message, "There is no device \"Garage\". Known: Living room.")
    }).pipe(Effect.provide(layer))
  })

  it.scoped("home data that could not be read is asked for again, home data that was is not", () => {
    let broken = true
    const { layer, seen } = sessionOn((request) =>
      broken && request.path.startsWith("/v3/") ? "unreachable" : cloudWith([])(request)
    )
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      assert.strictEqual((yield* Effect.flip(session.devices))._tag, "ConnectError")
      broken = false
      yield* aSecond
      assert.deepStrictEqual(yield* session.devices, [])
      yield* session.devices
      assert.lengthOf(paths(seen).filter((path) => path.startsWith("/v3/")), 2)
      yield* aSecond
      yield* session.refresh
      assert.lengthOf(paths(seen).filter((path) => path.startsWith("/v3/")), 3)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("a refresh that fails leaves account and devices as they were", () => {
    let failing = "nothing"
    const { layer } = sessionOn((request) => request.path.startsWith(failing) ? "unreachable" : cloudWith([])(request))
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      const account = yield* session.account
      yield* session.devices
      failing = "/v3/"
      yield* aSecond
      assert.strictEqual((yield* Effect.flip(session.refresh))._tag, "ConnectError")
      assert.deepStrictEqual(yield* session.devices, [])
      assert.strictEqual(yield* session.account, account)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("a broker that cannot be reached is a ConnectError", () => {
    const cloud = scriptedCloud(cloudWith([device]))
    const layer = RoborockSession.layer({ credentials: { userData }, baseUrl }).pipe(
      Layer.provide(cloud.layer),
      Layer.provide(platform),
      Layer.provide(Transport.layerMemory(() => Effect.void))
    )
    return Effect.gen(function*() {
      const session = yield* RoborockSession.RoborockSession
      const error = yield* Effect.flip(session.device("Living room"))
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual((yield* session.link.get)._tag, "Down")
    }).pipe(Effect.provide(layer))
  })
})

describe("an outage of the broker", () => {
  it.scoped("leaves the session whole: requests and pushes work again without any doing", () => {
    const { layer } = sessionOn(cloudWith([device]))
    return Effect.gen(function*() {
      const broker = yield* Broker.Broker
      yield* robotAt("d1")
      const session = yield* RoborockSession.RoborockSession
      const vacuum = yield* session.device("Living room")
      const cleaning = yield* vacuum.trait("cleaning")
      yield* broker.disconnectAll
      yield* settle
      assert.strictEqual((yield* session.link.get)._tag, "Down")
      const paused = yield* Effect.fork(cleaning.pause)
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(paused)
      const frame = FakeRobot.seal(new TextEncoder().encode(`{"dps":{"122":42},"t":1}`), 102)
      yield* broker.publish({ topic: MqttCredentials.responseTopic(owner, "d1"), payload: frame })
      yield* settle
      assert.strictEqual((yield* vacuum.state.get).battery, 42)
      yield* broker.disconnectAll
      // The status is read again after an outage, without waiting for the next poll.
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* vacuum.state.get).battery, 90)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("a robot that is away is stale, and polling finds it when it is back", () => {
    const { layer } = sessionOn(cloudWith([device]), { poll: { idle: "1 minute" } })
    const answering = { now: true }
    return Effect.gen(function*() {
      yield* robotAt("d1", answering)
      const session = yield* RoborockSession.RoborockSession
      const vacuum = yield* session.device("Living room")
      answering.now = false
      yield* TestClock.adjust("90 seconds")
      assert.isTrue((yield* vacuum.state.get).stale)
      answering.now = true
      yield* TestClock.adjust("90 seconds")
      assert.isFalse((yield* vacuum.state.get).stale)
    }).pipe(Effect.provide(layer))
  })
})

describe("on the simulator", () => {
  it.effect("a room is cleaned: the state follows, and the map shows it", () =>
    Effect.gen(function*() {
      const { account, baseUrl } = yield* Simulator.Simulator
      const credentials = { email: account.email, code: Effect.succeed(account.code) }
      yield* Effect.gen(function*() {
        const session = yield* RoborockSession.RoborockSession
        const vacuum = yield* session.device("Living room")
        const activities: Array<string> = []
        const remove = yield* vacuum.onState(({ activity, currentRoom }) => {
          activities.push(activity)
          if (activity === "cleaning" && currentRoom === "Kitchen") activities.push("in the kitchen")
        })
        const cleaning = yield* vacuum.trait("cleaning")
        yield* cleaning.rooms(["Kitchen"], { repeat: 2 })
        yield* TestClock.adjust("8 seconds")
        const map = yield* vacuum.trait("map")
        const { map: { activeRooms, path }, rooms } = yield* map.fetch
        assert.deepStrictEqual(activeRooms, rooms.filter(({ name }) => name === "Kitchen").map(({ id }) => id))
        assert.isAbove(path.length, 10)
        assert.deepStrictEqual([...(yield* map.png({ scale: 1 })).subarray(1, 4)], [0x50, 0x4e, 0x47])
        yield* cleaning.dock
        yield* TestClock.adjust("15 seconds")
        const state = yield* vacuum.state.get
        assert.strictEqual(state.activity, "docked")
        assert.isAbove(state.cleanedArea ?? 0, 0.1)
        yield* remove
        assert.includeMembers(activities, ["docked", "cleaning", "in the kitchen", "returning"])
      }).pipe(
        Effect.provide(Layer.provide(
          RoborockSession.layer({ credentials, baseUrl, poll: { active: "1 second" } }),
          KeyValueStore.layerMemory
        ))
      )
    }).pipe(Effect.provide(Simulator.layer({ speed: 20 }))), 20_000)

  it.effect("a wrong password is an AuthError", () =>
    Effect.gen(function*() {
      const { account, baseUrl } = yield* Simulator.Simulator
      const credentials = { email: account.email, password: Redacted.make("wrong") }
      const error = yield* Effect.flip(
        Effect.provide(
          RoborockSession.RoborockSession,
          Layer.provide(RoborockSession.layer({ credentials, baseUrl }), KeyValueStore.layerMemory)
        )
      )
      assert.deepInclude(error, { _tag: "AuthError", reason: "InvalidCredentials" })
    }).pipe(Effect.provide(Simulator.layer())))
})

it.scoped("the end of the layer ends streams and the connection", () =>
  Effect.gen(function*() {
    const broker = yield* Broker.Broker
    yield* robotAt("d1")
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(
      Layer.provide(
        RoborockSession.layer({ credentials: { userData }, baseUrl }),
        Layer.merge(scriptedCloud(cloudWith([device])).layer, platform)
      ),
      scope
    )
    const session = yield* Effect.provide(RoborockSession.RoborockSession, context)
    const vacuum = yield* session.device("Living room")
    const ended = yield* Effect.fork(Stream.runDrain(vacuum.state.changes))
    yield* settle
    assert.lengthOf(yield* broker.clients, 2)
    yield* Scope.close(scope, Exit.void)
    yield* Fiber.join(ended)
    yield* settle
    assert.lengthOf(yield* broker.clients, 1)
  }).pipe(Effect.provide(Broker.layerMemory())))
