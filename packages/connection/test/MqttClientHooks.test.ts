import { Packet } from "@effect-mqtt/codec"
import type { ClientEvent, Message } from "@effect-mqtt/connection"
import { MqttClient, MqttConnection, MqttError, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Logger, LogLevel, Schedule, Scope, Stream, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import type * as Scripted from "./scriptedServer.ts"
import { incoming } from "./sessionRig.ts"
import { granted, unsubscribed } from "./subscribing.ts"

/** A client, the events of its hooks, and what it has warned of, by level. */
const observed = (options: Partial<MqttClient.Options>) =>
  Effect.gen(function*() {
    const logged: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      if (logLevel._tag !== "Info") {
        logged.push(`${logLevel.label} ${String(Array.isArray(message) ? message[0] : message)}`)
      }
    })
    const started = yield* Effect.provide(start(options), Logger.replace(Logger.defaultLogger, logger))
    const failed: Array<Extract<ClientEvent.ClientEvent, { readonly _tag: "HookFailed" }>> = []
    yield* Effect.forkScoped(
      Stream.runForEach(started.client.events, (event) =>
        Effect.sync(() => {
          if (event._tag === "HookFailed") failed.push(event)
        }))
    )
    yield* settle
    return { ...started, failed, logged }
  })

type Making = Effect.Effect<unknown, MqttError.AuthError | MqttError.ConnectError, Scope.Scope | Transport.Transport>

const next = ({ link, server }: Effect.Effect.Success<ReturnType<typeof start>>) =>
  Effect.gen(function*() {
    yield* link.close
    yield* settle
    yield* TestClock.adjust("1 second")
    const again = yield* server.accept({ sessionPresent: true })
    yield* settle
    return again
  })

describe("what goes wrong in a hook is told, and ends nothing", () => {
  it.scoped("a defect of onConnected", () =>
    Effect.gen(function*() {
      let runs = 0
      const seen = yield* observed({
        onConnected: () =>
          Effect.suspend(() => {
            runs++
            return Effect.dieMessage("a slip of the program")
          })
      })
      yield* next(seen)
      assert.strictEqual(runs, 2)
      assert.deepStrictEqual(seen.failed.map(({ hook }) => hook), ["onConnected"])
      assert.isTrue(seen.failed.every(({ cause }) => Cause.isDie(cause)))
      assert.deepStrictEqual(seen.logged, ["ERROR onConnected failed", "ERROR onConnected failed"])
      assert.strictEqual((yield* seen.client.status.get)._tag, "Connected")
    }))

  it.scoped("a hook that throws before it is an Effect", () =>
    Effect.gen(function*() {
      const seen = yield* observed({
        onConnected: () => {
          throw new TypeError("thrown")
        }
      })
      assert.deepStrictEqual(seen.logged, ["ERROR onConnected failed"])
      assert.strictEqual((yield* seen.client.status.get)._tag, "Connected")
    }))

  it.scoped("a failure of onConnected, but not its interruption by the end of the link", () =>
    Effect.gen(function*() {
      let runs = 0
      const seen = yield* observed({
        onConnected: (self) => ++runs === 1 ? Effect.never : self.publish("no/+/topic", "x")
      })
      yield* next(seen)
      assert.deepStrictEqual(seen.logged, ["WARN onConnected failed"])
      assert.deepStrictEqual(seen.failed.map(({ cause }) => Cause.failureOption(cause)._tag), ["Some"])
    }))

  it.scoped("a defect of deadLetter: its message is acknowledged", () =>
    Effect.gen(function*() {
      const seen = yield* observed({ deadLetter: () => Effect.dieMessage("full"), consumerTimeout: "1 second" })
      yield* seen.link.send(incoming("t", 7))
      yield* settle
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* seen.link.expect("PubAck"), { packetId: 7 })
      assert.deepStrictEqual(seen.failed.map(({ hook }) => hook), ["deadLetter"])
      assert.include(seen.logged, "ERROR deadLetter failed")
      yield* seen.link.close
    }))

  it.scoped.each<[string, (options: MqttClient.Options) => Making]>([
    ["a client", MqttClient.make],
    ["a connection", (how) => MqttConnection.make({ ...how, url: "mqtt://memory" })]
  ])(
    "a failure of an option of CONNECT of %s, which the caller gets and nobody calls unhandled",
    ([, make]) =>
      Effect.gen(function*() {
        const logged: Array<unknown> = []
        const logger = Logger.make(({ message }) => {
          logged.push(message)
        })
        const refused = new MqttError.AuthError({ reason: "BadCredentials" })
        const making = make({ ...options, username: Effect.fail(refused) }).pipe(
          Effect.provide([Transport.layerMemory(() => Effect.never), Logger.replace(Logger.defaultLogger, logger)]),
          Logger.withMinimumLogLevel(LogLevel.All)
        )
        assert.strictEqual(yield* Effect.flip(making), refused)
        assert.notInclude(logged.flat(), "Fiber terminated with an unhandled error")
      })
  )
})

it.scoped("dead letters have as many hooks at a time as Receive Maximum, over all links; as many wait for one", () =>
  Effect.gen(function*() {
    const gate = yield* Deferred.make<void>()
    const taken: Array<string> = []
    const deadLetter = ({ topic }: Message.Message) => {
      taken.push(topic)
      return Deferred.await(gate)
    }
    const { link, server } = yield* start({ deadLetter, consumerTimeout: 0, receiveMaximum: 2 })
    yield* link.send(incoming("a", 1), incoming("b", 2))
    yield* settle
    /** The server has lost the session, so what waits is of no link any more. */
    const next = (last: Scripted.Link, ...topics: readonly [string, string]) =>
      Effect.gen(function*() {
        yield* last.close
        yield* settle
        yield* TestClock.adjust("4 seconds")
        const link = yield* server.accept()
        yield* link.send(...topics.map((topic, index) => incoming(topic, index + 1)))
        yield* settle
        return link
      })
    const second = yield* next(link, "c", "d")
    const third = yield* next(second, "e", "f")
    assert.deepStrictEqual(taken, ["a", "b"])
    yield* Deferred.succeed(gate, undefined)
    // Once a hook is free, those that wait have their turn, and are acknowledged.
    assert.strictEqual((yield* third.expect("PubAck")).packetId, 1)
    assert.strictEqual((yield* third.expect("PubAck")).packetId, 2)
    assert.deepStrictEqual(taken, ["a", "b", "e", "f"])
    yield* third.close
  }))

describe("what the caller hears of, nobody calls unhandled", () => {
  /** A client, and all that a program logs whose logger is provided to it. */
  const logging = (options: Partial<MqttClient.Options> = {}) =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => {
        logged.push(message)
      })
      const heard = <A, E, R>(self: Effect.Effect<A, E, R>) =>
        Logger.withMinimumLogLevel(
          Effect.provide(self, Logger.replace(Logger.defaultLogger, logger)),
          LogLevel.All
        )
      return { ...yield* heard(start(options)), logged: () => logged.flat(), heard }
    })
  const unhandled = "Fiber terminated with an unhandled error"

  it.scoped("the failure of one of several handlers", () =>
    Effect.gen(function*() {
      const { client, heard, link, logged } = yield* logging()
      const handle = () => Effect.fail("broken")
      const consuming = yield* Effect.fork(heard(Effect.flip(client.consume("t", handle, { concurrency: 2 }))))
      yield* granted(link)
      yield* link.send(Packet.publish({ topic: "t", payload: new Uint8Array(1) }))
      yield* unsubscribed(link)
      assert.strictEqual(yield* Fiber.join(consuming), "broken")
      assert.notInclude(logged(), unhandled)
    }))

  it.scoped("the end of a subscription that has several handlers", () =>
    Effect.gen(function*() {
      const { client, heard, link, logged } = yield* logging()
      const consuming = yield* Effect.fork(
        heard(Effect.flip(client.consume("t", () => Effect.void, { concurrency: 2 })))
      )
      yield* granted(link)
      yield* settle
      // Another session has taken the client over.
      yield* link.send(Packet.disconnect({ reasonCode: 0x8e }))
      yield* link.close
      assert.deepInclude(yield* Fiber.join(consuming), { reason: "Closed" })
      assert.notInclude(logged(), unhandled)
    }))

  it.scoped("a refused subscription of a request", () =>
    Effect.gen(function*() {
      const { client, heard, link, logged } = yield* logging()
      const asking = yield* Effect.fork(heard(Effect.flip(client.request("t", "x"))))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0x87] }))
      assert.strictEqual((yield* Fiber.join(asking)).reason, "Rejected")
      assert.notInclude(logged(), unhandled)
      yield* link.close
    }))

  it.scoped("a schedule that dies", () =>
    Effect.gen(function*() {
      const reconnect = Schedule.mapEffect(Schedule.forever, () => Effect.die("broken"))
      const { client, link, logged } = yield* logging({ reconnect })
      yield* link.close
      assert.deepStrictEqual(yield* Effect.exit(client.failure), Exit.die("broken"))
      assert.notInclude(logged(), unhandled)
    }))
})

it.scoped("a dead letter ends with its client, also one that was made where nothing is interruptible", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    let interrupted = 0
    const deadLetter = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
    const making = start({ deadLetter, consumerTimeout: 0 })
    const { link } = yield* Effect.uninterruptible(Scope.extend(making, scope))
    yield* link.send(incoming("t", 7))
    yield* settle
    const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
    yield* settle
    assert.isNotNull(closing.unsafePoll())
    assert.strictEqual(interrupted, 1)
  }))
