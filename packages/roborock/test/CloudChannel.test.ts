import { Broker } from "@effect-mqtt/broker"
import { MqttClient, MqttError, Transport } from "@effect-mqtt/connection"
import { CloudChannel, MqttCredentials, RoborockAuth, UserData } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import {
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  Option,
  Redacted,
  Schedule,
  Scope,
  Stream,
  TestClock
} from "effect"
import { loginAnswer } from "./scriptedCloud.ts"

const userData = Effect.runSync(UserData.decode(loginAnswer))
const credentials = Effect.runSync(MqttCredentials.make(userData.rriot))
const fromDevice = MqttCredentials.responseTopic(credentials, "d1")
const toDevice = MqttCredentials.requestTopic(credentials, "d1")

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

const login = Effect.provideService(RoborockAuth.RoborockAuth, RoborockAuth.fixed(userData))

const open = login(CloudChannel.make({ reconnect: Schedule.spaced("2 seconds") }))

const collect = (into: Array<Uint8Array>) => (payload: Uint8Array) => Effect.sync(() => void into.push(payload))

/** Lets fibers and the in-memory wires work until nothing more happens. */
const settle = TestClock.adjust("100 millis")

describe("the shared connection", () => {
  it.scoped("is made when it is first needed, with the account's credentials, and serves all devices", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Idle" })
      assert.lengthOf(yield* broker.clients, 0)
      yield* Effect.all([cloud.listen("d1", () => Effect.void), cloud.listen("d2", () => Effect.void)], {
        concurrency: 2
      })
      yield* settle
      const clients = yield* broker.clients
      assert.lengthOf(clients, 1)
      assert.strictEqual(clients[0]?.username, credentials.username)
      assert.strictEqual(clients[0].subscriptions, 2)
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Up" })
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("carries what a device sends, and what is sent to it", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const [app, robot] = [yield* open, yield* open]
      const heard: Array<Uint8Array> = []
      yield* app.listen("d1", collect(heard))
      yield* broker.publish({ topic: fromDevice, payload: bytes(1, 2) })
      yield* broker.publish({ topic: MqttCredentials.responseTopic(credentials, "d2"), payload: bytes(9) })
      yield* broker.publish({ topic: toDevice, payload: bytes(9) })
      yield* settle
      assert.deepStrictEqual(heard, [bytes(1, 2)])
      yield* robot.send("d1", bytes(3))
      yield* settle
      assert.strictEqual((yield* broker.stats).messagesReceived, 4)
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("tells no log of topics, which name the user and the device", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ annotations, message }) =>
      void lines.push(JSON.stringify([message, Object.fromEntries(annotations)]))
    )
    return Effect.gen(function*() {
      const cloud = yield* open
      yield* cloud.listen("d1", () => Effect.void)
      yield* cloud.send("d1", bytes(1))
      yield* settle
      assert.include(lines.join(), "MQTT connected")
      assert.notInclude(lines.join(), credentials.username)
    }).pipe(
      Effect.provide(Layer.merge(Broker.layerMemory(), Logger.replace(Logger.defaultLogger, logger))),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
  })

  it.scoped("carries what must arrive at QoS 1, and all else at QoS 0", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      const robot = yield* MqttClient.make({ url: credentials.url })
      const { messages } = yield* robot.subscription(toDevice, { qos: 1 })
      const heard = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 2)))
      yield* cloud.send("d1", bytes(1))
      yield* cloud.send("d1", bytes(2), true)
      assert.deepStrictEqual(
        Array.from(yield* Fiber.join(heard), ({ payload, qos }) => [...payload, qos]),
        [[1, 0], [2, 1]]
      )
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.effect("ends with its scope", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const scope = yield* Scope.make()
      const cloud = yield* Scope.extend(open, scope)
      yield* Effect.uninterruptible(Scope.extend(cloud.listen("d1", () => Effect.void), scope))
      assert.lengthOf(yield* broker.clients, 1)
      yield* Scope.close(scope, Exit.void)
      yield* settle
      assert.lengthOf(yield* broker.clients, 0)
    }).pipe(Effect.provide(Broker.layerMemory())))
})

describe("an outage", () => {
  it.scoped("is survived: listeners hear again, and what is sent meanwhile waits for the link", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      const heard: Array<Uint8Array> = []
      yield* cloud.listen("d1", collect(heard))
      yield* broker.disconnectAll
      yield* settle
      assert.strictEqual((yield* cloud.link.get)._tag, "Down")
      const sending = yield* Effect.fork(cloud.send("d1", bytes(7)))
      yield* settle
      assert.strictEqual((yield* Fiber.poll(sending))._tag, "None")
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(sending)
      yield* broker.publish({ topic: fromDevice, payload: bytes(1) })
      yield* settle
      assert.deepStrictEqual(heard, [bytes(1)])
      assert.strictEqual((yield* cloud.link.get)._tag, "Up")
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("does not send later what the caller has given up on", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      yield* cloud.listen("d1", () => Effect.void)
      yield* broker.disconnectAll
      yield* settle
      const sending = yield* Effect.fork(cloud.send("d1", bytes(7)))
      yield* settle
      yield* Fiber.interrupt(sending)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* broker.stats).messagesReceived, 0)
    }).pipe(Effect.provide(Broker.layerMemory())))
})

describe("a connection that cannot be made", () => {
  it.scoped("refused credentials are an AuthError with the broker's code", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      const error = yield* Effect.flip(cloud.listen("d1", () => Effect.void))
      assert.strictEqual(error._tag, "AuthError")
      assert.strictEqual(error.reason, "BrokerRefused")
      assert.strictEqual(error.code, 0x87)
      assert.strictEqual((yield* cloud.link.get)._tag, "Down")
    }).pipe(Effect.provide(Broker.layerMemory({ authenticate: () => "NotAuthorized" }))))

  it.scoped("any other refusal is a ConnectError", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      const error = yield* Effect.flip(cloud.send("d1", bytes(1)))
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual(error.reason, "Unavailable")
      assert.match(error.message, /^The MQTT broker of Roborock has a problem of its own/)
    }).pipe(Effect.provide(Broker.layerMemory({ authenticate: () => "ServerUnavailable" }))))

  it.scoped("an unreachable broker is a ConnectError, and the next try may succeed", () => {
    let reachable = false
    const flaky = Layer.effect(
      Transport.Transport,
      Effect.map(Transport.Transport, ({ open }) => ({
        open: (endpoint) =>
          reachable
            ? open(endpoint)
            : new MqttError.TransportError({ reason: "Open", cause: new Error("ECONNREFUSED") })
      }))
    ).pipe(Layer.provideMerge(Broker.layerMemory()))
    return Effect.gen(function*() {
      const cloud = yield* open
      const error = yield* Effect.flip(cloud.listen("d1", () => Effect.void))
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual(error.reason, "Unreachable")
      assert.strictEqual(error.message, "The MQTT broker of Roborock cannot be reached. Check the network connection.")
      reachable = true
      yield* cloud.listen("d1", () => Effect.void)
    }).pipe(Effect.provide(flaky))
  })

  it.scoped("a broker that says nothing is a ConnectError after a while", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      const fiber = yield* Effect.fork(Effect.flip(cloud.listen("d1", () => Effect.void)))
      yield* TestClock.adjust("30 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ConnectError")
      assert.strictEqual(error.reason, "TimedOut")
    }).pipe(Effect.provide(Transport.layerMemory(() => Effect.never))))

  it.scoped("all who wait for it are told at the same time; who comes later tries again", () => {
    let tries = 0
    const never = Transport.layerMemory(() => Effect.zipRight(Effect.sync(() => void tries++), Effect.never))
    return Effect.gen(function*() {
      const cloud = yield* open
      const listeners = yield* Effect.forEach(
        ["d1", "d2", "d3"],
        (duid) => Effect.fork(Effect.flip(cloud.listen(duid, () => Effect.void)))
      )
      yield* TestClock.adjust("30 seconds")
      for (const fiber of listeners) {
        assert.isTrue(Option.isSome(yield* Fiber.poll(fiber)))
        assert.deepInclude(yield* Fiber.join(fiber), { _tag: "ConnectError", reason: "TimedOut" })
      }
      assert.strictEqual(tries, 1)
      yield* Effect.fork(cloud.send("d1", bytes(1)))
      yield* settle
      assert.strictEqual(tries, 2)
    }).pipe(Effect.provide(never))
  })

  for (
    const [refusal, most] of [["NotAuthorized", 1], ["ServerUnavailable", 15]] as const
  ) {
    it.scoped(`${refusal}: whoever asks again and again makes at most ${most} attempts an hour`, () => {
      let attempts = 0
      const authenticate = () => {
        attempts++
        return refusal
      }
      return Effect.gen(function*() {
        const cloud = yield* open
        for (let second = 0; second < 3600; second += 15) {
          const error = yield* Effect.flip(cloud.send("d1", bytes(1)))
          assert.strictEqual(error._tag, refusal === "NotAuthorized" ? "AuthError" : "ConnectError")
          yield* TestClock.adjust("15 seconds")
        }
        assert.isAtMost(attempts, most)
      }).pipe(Effect.provide(Broker.layerMemory({ authenticate })))
    })
  }

  it.scoped("a broker that lets us in and leaves the subscription open is a ConnectError, too", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      const fiber = yield* Effect.fork(Effect.flip(cloud.listen("d1", () => Effect.void)))
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Up" })
      yield* TestClock.adjust("31 seconds")
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "ConnectError", reason: "TimedOut" })
    }).pipe(
      Effect.provide(Broker.layerMemory({ authorize: (_, action) => action === "subscribe" ? Effect.never : true }))
    ))

  it.scoped("whoever was to make it may go away: the link is idle then, and the next one makes it", () => {
    let answers = false
    return Effect.gen(function*() {
      const cloud = yield* open
      const fiber = yield* Effect.fork(cloud.send("d1", bytes(1)))
      yield* settle
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Connecting" })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Idle" })
      answers = true
      yield* cloud.send("d1", bytes(1))
      yield* settle
      assert.deepStrictEqual(yield* cloud.link.get, { _tag: "Up" })
    }).pipe(Effect.provide(Broker.layerMemory({ authenticate: () => answers || Effect.never })))
  })

  it.scoped("a message that the broker does not take is told apart from a lost connection", () =>
    Effect.gen(function*() {
      const cloud = yield* open
      yield* cloud.listen("d1", () => Effect.void)
      const error = yield* Effect.flip(cloud.send("d1", new Uint8Array(1000)))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "Unsendable", retryable: false })
    }).pipe(Effect.provide(Broker.layerMemory({ limits: { maxPacketBytes: 500 } }))))

  it.scoped("an address that is none is a ConnectError that will not change", () =>
    Effect.gen(function*() {
      const rriot = { ...userData.rriot, r: { ...userData.rriot.r, m: "nonsense" } }
      const cloud = yield* Effect.provideService(
        CloudChannel.make(),
        RoborockAuth.RoborockAuth,
        RoborockAuth.fixed({ ...userData, rriot })
      )
      const error = yield* Effect.flip(cloud.send("d1", bytes(1)))
      assert.deepInclude(error, { _tag: "ConnectError", reason: "InvalidAddress", retryable: false })
    }).pipe(Effect.provide(Broker.layerMemory())))
})

describe("a login that is revoked while it runs", () => {
  it.scoped("and was renewed for the web API leaves the topics of the connection that is there as they are", () => {
    let userDataNow = userData
    const auth: RoborockAuth.RoborockAuth["Type"] = {
      ...RoborockAuth.fixed(userData),
      userData: Effect.sync(() => userDataNow)
    }
    return Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* Effect.provideService(CloudChannel.make(), RoborockAuth.RoborockAuth, auth)
      const robot = yield* MqttClient.make({ url: credentials.url })
      const { messages } = yield* robot.subscription(toDevice)
      const asked = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 2)))
      const heard: Array<Uint8Array> = []
      yield* cloud.listen("d1", collect(heard))
      yield* cloud.send("d1", bytes(1))
      userDataNow = { ...userData, rriot: { ...userData.rriot, k: Redacted.make("another") } }
      yield* cloud.send("d1", bytes(2))
      yield* settle
      assert.deepStrictEqual(Array.from(yield* Fiber.join(asked), ({ payload }) => [...payload]), [[1], [2]])
      yield* broker.publish({ topic: fromDevice, payload: bytes(3) })
      yield* settle
      assert.deepStrictEqual(heard, [bytes(3)])
    }).pipe(Effect.provide(Broker.layerMemory()))
  })

  it.scoped("is not hammered: the next try comes after six hours, and listeners go on when it succeeds", () => {
    let attempts = 0
    let welcome = true
    const authenticate = () => {
      attempts++
      return welcome || "NotAuthorized" as const
    }
    return Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      const heard: Array<Uint8Array> = []
      yield* cloud.listen("d1", collect(heard))
      welcome = false
      yield* broker.disconnectAll
      yield* TestClock.adjust("5 minutes")
      const before = attempts
      yield* TestClock.adjust("350 minutes")
      assert.strictEqual(attempts, before)
      const link = yield* cloud.link.get
      assert.strictEqual(link._tag === "Down" ? link.error?._tag : link._tag, "AuthError")
      assert.strictEqual((yield* Effect.flip(cloud.send("d1", bytes(1))))._tag, "AuthError")
      welcome = true
      yield* TestClock.adjust("6 minutes")
      yield* broker.publish({ topic: fromDevice, payload: bytes(5) })
      yield* settle
      assert.strictEqual(attempts, before + 1)
      assert.deepStrictEqual(heard, [bytes(5)])
    }).pipe(Effect.provide(Broker.layerMemory({ authenticate })))
  })
})

describe("a connection that delivers nothing", () => {
  const clientIds = Effect.flatMap(
    Broker.Broker,
    ({ clients }) => Effect.map(clients, (list) => list.map(({ clientId }) => clientId))
  )

  it.scoped("is not taken for one by what was not answered before an outage", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      yield* cloud.listen("d1", () => Effect.void)
      yield* cloud.unanswered
      yield* cloud.unanswered
      yield* broker.disconnectAll
      yield* TestClock.adjust("5 seconds")
      const before = yield* clientIds
      yield* cloud.unanswered
      yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* clientIds, before)
      yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      assert.notDeepEqual(yield* clientIds, before)
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("is replaced after three requests in a row without an answer, once in half an hour", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.Broker
      const cloud = yield* open
      const heard: Array<Uint8Array> = []
      yield* cloud.listen("d1", collect(heard))
      const first = yield* clientIds
      yield* cloud.unanswered
      yield* cloud.unanswered
      yield* cloud.answered
      yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* clientIds, first)
      yield* cloud.unanswered
      yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      const second = yield* clientIds
      assert.lengthOf(second, 1)
      assert.notDeepEqual(second, first)
      yield* broker.publish({ topic: fromDevice, payload: bytes(5) })
      yield* settle
      assert.deepStrictEqual(heard, [bytes(5)])
      const fibers = yield* Fiber.roots
      for (let round = 0; round < 9; round++) yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* clientIds, second)
      yield* TestClock.adjust("30 minutes")
      yield* cloud.unanswered
      yield* TestClock.adjust("5 seconds")
      assert.notDeepEqual(yield* clientIds, second)
      // Nobody waits for the failure of those that were replaced.
      assert.strictEqual((yield* Fiber.roots).length, fibers.length)
    }).pipe(Effect.provide(Broker.layerMemory())))
})
