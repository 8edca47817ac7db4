import {
  CloudChannel,
  DeviceChannel,
  DiscoveryBroadcast,
  Frame,
  LocalDiscovery,
  LocalNetwork,
  RoborockApi,
  RoborockAuth,
  type Route
} from "@effect-mqtt/roborock"
import { Simulator } from "@effect-mqtt/roborock-simulator"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Redacted, Stream, TestClock } from "effect"
import * as localLink from "../../../src/internal/channel/localLink.ts"
import { localKey } from "../../fakeRobot.ts"
import * as LocalDevice from "../../localDevice.ts"
import { utf8 } from "../../vectors.ts"

/** A channel to the simulated robot, as a session opens it. */
const open = (options: Partial<DeviceChannel.Options> = {}) =>
  Effect.gen(function*() {
    const { account, baseUrl, robots: [robot] } = yield* Simulator.Simulator
    assert.isDefined(robot)
    const api = yield* RoborockApi.make({ baseUrl })
    const userData = yield* api.login({ email: account.email, password: account.password })
    const home = yield* api.homeData(userData, (yield* api.homeDetail(userData)).homeId)
    const device = home.devices.find(({ duid }) => duid === robot.duid)
    assert.isDefined(device)
    const auth = Layer.succeed(RoborockAuth.RoborockAuth, RoborockAuth.fixed(userData))
    const context = yield* Layer.build(
      Layer.merge(Layer.provide(CloudChannel.layer(), auth), LocalDiscovery.layer)
    )
    const channel = yield* Effect.provide(
      DeviceChannel.make({
        duid: device.duid,
        localKey: device.localKey,
        mqttKey: userData.rriot.k,
        ...options
      }),
      context
    )
    return { channel, robot }
  })

const on = (options: Simulator.Options = {}) => Effect.provide(Simulator.layer(options))

const route = (channel: DeviceChannel.DeviceChannel) => Effect.map(channel.route.get, ({ _tag }) => _tag)

const settle = TestClock.adjust("1 second")

const ask = (channel: DeviceChannel.DeviceChannel) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(channel.request("get_status"))
    yield* TestClock.adjust("4 seconds")
    return yield* Fiber.join(fiber)
  })

describe("the home network", () => {
  for (const localVersion of ["1.0", "L01"] as const) {
    it.scoped(`${localVersion}: a robot that the cloud knows is found and asked there, also without the cloud`, () =>
      Effect.gen(function*() {
        const places: Array<Route.Place> = []
        const { channel, robot } = yield* open({ onPlace: (place) => Effect.sync(() => void places.push(place)) })
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* channel.route.get, {
          _tag: "Local",
          host: robot.host ?? "none",
          version: localVersion
        })
        assert.deepStrictEqual(places, [{ host: robot.host ?? "none", version: localVersion }])
        const { stopBroker } = yield* Simulator.Simulator
        yield* stopBroker
        yield* settle
        assert.strictEqual(yield* route(channel), "Local")
        assert.isArray(yield* channel.request("get_status"))
        assert.deepStrictEqual(yield* channel.request("app_start"), ["ok"])
        assert.strictEqual((yield* robot.state).activity, "Cleaning")
      }).pipe(on({ robots: [{ name: "Robot", localVersion }] })))
  }

  it.scoped("a place that is known makes the cloud unnecessary from the beginning", () =>
    Effect.gen(function*() {
      const { robots: [robot], stopBroker } = yield* Simulator.Simulator
      yield* stopBroker
      const { channel } = yield* open({ place: { host: robot?.host ?? "none", version: "1.0" } })
      assert.strictEqual(yield* route(channel), "Local")
      assert.isArray(yield* channel.request("get_status"))
    }).pipe(on()))

  it.scoped("a broadcast is enough to find it, without the cloud", () =>
    Effect.gen(function*() {
      const { stopBroker } = yield* Simulator.Simulator
      yield* stopBroker
      const opening = yield* Effect.fork(open({ evenUnreachable: true, place: { host: "192.0.2.99" } }))
      yield* TestClock.adjust("2 minutes")
      const { channel } = yield* Fiber.join(opening)
      assert.strictEqual(yield* route(channel), "Local")
    }).pipe(on()))

  it.scoped("a stranger who says that he is the robot does not hide where it is known to be", () =>
    Effect.gen(function*() {
      const { robots: [robot], stopBroker } = yield* Simulator.Simulator
      yield* stopBroker
      const real = yield* LocalNetwork.LocalNetwork
      const lie = { bytes: DiscoveryBroadcast.encode({ version: "1.0", duid: robot?.duid ?? "", ip: "192.0.2.66" }) }
      const network = {
        ...real,
        datagrams: () => Stream.make({ ...lie, from: "192.0.2.66" }).pipe(Stream.concat(Stream.never))
      }
      const opening = yield* Effect.fork(
        open({ place: { host: robot?.host ?? "none", version: "1.0" } }).pipe(
          Effect.provideService(LocalNetwork.LocalNetwork, network)
        )
      )
      yield* TestClock.adjust("15 seconds")
      const { channel } = yield* Fiber.join(opening)
      assert.strictEqual(yield* route(channel), "Local")
    }).pipe(on()))

  it.scoped("maps come through the cloud all the same", () =>
    Effect.gen(function*() {
      const { channel } = yield* open()
      yield* settle
      assert.strictEqual(yield* route(channel), "Local")
      assert.deepStrictEqual([...(yield* channel.requestMap("get_map_v1")).subarray(0, 2)], [0x72, 0x72])
    }).pipe(on()))
})

describe("a loss", () => {
  it.scoped("of the home network is covered by the cloud, and the way back is found", () =>
    Effect.gen(function*() {
      const { channel, robot } = yield* open()
      yield* settle
      const seen: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(channel.route.changes, ({ _tag }) => Effect.sync(() => seen.push(_tag)))
      )
      yield* settle
      yield* robot.setLocal("closed")
      yield* settle
      assert.strictEqual(yield* route(channel), "Cloud")
      assert.isArray(yield* channel.request("get_status"))
      yield* robot.setLocal("open")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(seen, ["Local", "Cloud", "Local"])
    }).pipe(on()))

  it.scoped("that only silence tells: questions go to the cloud after three seconds, commands at once from then on", () =>
    Effect.gen(function*() {
      const { channel, robot } = yield* open()
      yield* settle
      yield* robot.setLocal("silent")
      assert.isArray(yield* ask(channel))
      assert.deepStrictEqual(yield* channel.request("app_start"), ["ok"])
      assert.isArray(yield* ask(channel))
      assert.isArray(yield* ask(channel))
      yield* settle
      // The third silence has ended the connection.
      assert.strictEqual(yield* route(channel), "Cloud")
      yield* robot.setLocal("open")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* route(channel), "Local")
    }).pipe(on()))

  it.scoped("of a command's answer is no reason to send it again", () =>
    Effect.gen(function*() {
      const { channel, robot } = yield* open()
      yield* settle
      yield* robot.setLocal("silent")
      const starting = yield* Effect.fork(Effect.flip(channel.request("app_start")))
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* Fiber.join(starting), { _tag: "RequestError", reason: "TimedOut" })
      assert.strictEqual((yield* robot.state).activity, "Charging")
    }).pipe(on()))

  it.scoped("of both is told with its cause, and ends by itself", () =>
    Effect.gen(function*() {
      const { startBroker, stopBroker } = yield* Simulator.Simulator
      const { channel, robot } = yield* open()
      yield* settle
      yield* Effect.zipRight(stopBroker, robot.setLocal("closed"))
      yield* settle
      const lost = yield* channel.route.get
      assert.strictEqual(lost._tag === "None" && lost.error?._tag, "ConnectError")
      yield* Effect.zipRight(startBroker, robot.setLocal("open"))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* route(channel), "Local")
    }).pipe(on()))

  it.scoped("of a robot that restarts is over when it is back", () =>
    Effect.gen(function*() {
      const { channel, robot } = yield* open()
      yield* settle
      yield* robot.restart("90 seconds")
      yield* settle
      assert.strictEqual(yield* route(channel), "Cloud")
      yield* TestClock.adjust(Duration.sum("90 seconds", "2 minutes"))
      assert.strictEqual(yield* route(channel), "Local")
      assert.isArray(yield* channel.request("get_status"))
    }).pipe(on()))
})

it.scoped("a connection that was begun with a key which is no more the key when it is there gives way to the next one", () =>
  Effect.gen(function*() {
    const network = yield* LocalNetwork.makeMemory
    const device = yield* LocalDevice.listen(network, { version: "1.0" })
    const context = yield* Layer.build(
      Layer.provideMerge(LocalDiscovery.layer, Layer.succeed(LocalNetwork.LocalNetwork, network.network))
    )
    const keys = [Redacted.make("the key that was")]
    const link = yield* Effect.provide(
      localLink.make({
        duid: "d1",
        localKey: () => keys.shift() ?? localKey,
        known: { host: LocalDevice.host, version: "1.0" },
        ask: Effect.succeed(undefined),
        remember: () => Effect.void,
        onFrames: () => Effect.void,
        onRefused: Effect.void,
        onLost: () => Effect.void
      }),
      context
    )
    yield* link.connectAnew
    yield* Effect.forkScoped(Effect.provide(link.run, context))
    yield* settle
    yield* link.current()?.send(Frame.protocols.generalRequest, () => utf8("hello")) ?? Effect.void
    yield* settle
    assert.lengthOf(device.wires, 2)
    const asked = device.seen.at(-1)
    assert.strictEqual(asked?._tag === "Data" && new TextDecoder().decode(asked.frame.payload), "hello")
  }))
