import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { Message, MqttClient, MqttError, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Config,
  ConfigProvider,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Redacted,
  Ref,
  Stream,
  TestClock
} from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

const texts = (messages: Chunk.Chunk<Message.Message>) => Chunk.toReadonlyArray(messages).map(Message.text)

describe("MqttClient", () => {
  describe("with a broker", () => {
    it.scoped("delivers what is published to a stream that asked for it", () =>
      Effect.gen(function*() {
        const client = yield* MqttClient.make(options)
        const { grantedQos, messages } = yield* client.subscription("home/+", { qos: 1 })
        yield* client.publish("home/a", "1")
        yield* client.publish("home/b", "2", { qos: 1 })
        yield* client.publish("elsewhere", "3")
        yield* client.publish("home/c", "4", { qos: 2 })
        const got = yield* Stream.runCollect(Stream.take(messages, 3))
        assert.deepStrictEqual(grantedQos, [1])
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(got).map((message) => [message.topic, Message.text(message), message.qos]),
          [["home/a", "1", 0], ["home/b", "2", 1], ["home/c", "4", 1]]
        )
      }).pipe(Effect.provide(Broker.layerMemory())))

    it.scoped("reconnects, sends what was published meanwhile in order, and the streams go on", () =>
      Effect.gen(function*() {
        const broker = yield* Broker.Broker
        const client = yield* MqttClient.make(options)
        const { messages } = yield* client.subscription("t", { qos: 2 })
        const fiber = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 4)))
        yield* client.publish("t", "1", { qos: 1 })
        yield* settle
        yield* broker.disconnectAll
        yield* client.status.changes.pipe(Stream.takeUntil(({ _tag }) => _tag === "Disconnected"), Stream.runDrain)
        const queued = yield* Effect.forEach(
          ["2", "3", "4"],
          (text, index) => Effect.fork(client.publish("t", text, { qos: index === 0 ? 0 : index === 1 ? 1 : 2 }))
        )
        yield* settle
        yield* TestClock.adjust("1 minute")
        yield* Effect.forEach(queued, Fiber.join)
        assert.deepStrictEqual(texts(yield* Fiber.join(fiber)), ["1", "2", "3", "4"])
      }).pipe(Effect.provide(Broker.layerMemory())))

    it.scoped("overlapping filters give each stream its own copy, once", () =>
      Effect.gen(function*() {
        const client = yield* MqttClient.make(options)
        const one = yield* client.subscription("a/+", { qos: 1 })
        const other = yield* client.subscription("a/#", { qos: 1 })
        const both = yield* client.subscription([{ filter: "a/b" }, { filter: "c" }], { qos: 1 })
        for (const topic of ["a/b", "c", "a/x/y", "a/end"]) yield* client.publish(topic, topic, { qos: 1 })
        const collect = (messages: Stream.Stream<Message.Message, unknown>, count: number) =>
          Effect.map(Stream.runCollect(Stream.take(messages, count)), texts)
        assert.deepStrictEqual(yield* collect(one.messages, 2), ["a/b", "a/end"])
        assert.deepStrictEqual(yield* collect(other.messages, 3), ["a/b", "a/x/y", "a/end"])
        assert.deepStrictEqual(yield* collect(both.messages, 2), ["a/b", "c"])
      }).pipe(Effect.provide(Broker.layerMemory())))

    it.scoped("a slow consumer keeps the link, and its own publishes do not deadlock", () =>
      Effect.gen(function*() {
        const broker = yield* Broker.Broker
        const client = yield* MqttClient.make({ ...options, streamMessages: 4, readAheadBytes: 200, receiveMaximum: 4 })
        const { messages } = yield* client.subscription("in/#", { qos: 1 })
        for (let index = 0; index < 40; index++) {
          yield* broker.publish({ topic: "in/1", payload: `q1-${index}`, qos: 1 })
        }
        const handled = yield* Ref.make(0)
        const consumer = yield* Effect.fork(Stream.runForEach(Stream.take(messages, 40), () =>
          Effect.sleep("1 second").pipe(
            Effect.zipRight(client.publish("out", "x", { qos: 1 })),
            Effect.zipRight(Ref.update(handled, (count) => count + 1))
          )))
        yield* TestClock.adjust("41 seconds")
        yield* Fiber.join(consumer)
        assert.strictEqual(yield* handled, 40)
        assert.deepStrictEqual((yield* client.status.get)._tag, "Connected")
      }).pipe(Effect.provide(Broker.layerMemory())))

    it.effect("as a layer: fails on a wrong password with AuthError, and leaves nothing at the broker", () =>
      Effect.gen(function*() {
        const broker = yield* Broker.Broker
        const attempt = (password: string) =>
          Effect.provide(
            Effect.flatMap(MqttClient.MqttClient, (client) => client.publish("t", "x", { qos: 1 })),
            MqttClient.layer({ ...options, username: "me", password: Redacted.make(password) })
          )
        const error = yield* Effect.flip(attempt("wrong"))
        assert.strictEqual(error._tag, "AuthError")
        yield* attempt("right")
        yield* settle
        assert.strictEqual((yield* broker.stats).connections, 0)
        assert.strictEqual((yield* broker.stats).sessions, 0)
      }).pipe(Effect.provide(Broker.layerMemory({
        authenticate: ({ password }) =>
          password !== undefined && new TextDecoder().decode(Redacted.value(password)) === "right"
      }))))
  })

  describe("building", () => {
    it.effect.each(
      [
        ["refused", Packet.connAck({ reasonCode: 0x84 }), "ConnectError", "ConnectRefused"],
        ["unavailable", Packet.connAck({ reasonCode: 0x88 }), "ConnectError", "ServerUnavailable"],
        ["not authorized", Packet.connAck({ reasonCode: 0x87 }), "AuthError", "NotAuthorized"],
        ["nonsense", Packet.pingResp, "ConnectError", "ProtocolError"]
      ] as const
    )("fails at once when the server answers: %s", ([, packet, tag, reason]) =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const making = yield* Effect.fork(Effect.scoped(Effect.provide(MqttClient.make(options), server.layer)))
        const link = yield* server.link
        yield* link.expect("Connect")
        yield* link.send(packet)
        const error = yield* Effect.flip(Fiber.join(making))
        assert.deepStrictEqual([error._tag, error.reason], [tag, reason])
        assert.isUndefined(yield* link.next)
      }).pipe(Effect.scoped))

    it.effect("fails when the transport cannot open, the URL is wrong, or nobody answers in time", () =>
      Effect.gen(function*() {
        const failing = Layer.succeed(Transport.Transport, {
          open: () => Effect.fail(new MqttError.TransportError({ reason: "Open", cause: new Error("refused") }))
        })
        const silent = Transport.layerMemory(() => Effect.never)
        const stuck = Layer.succeed(Transport.Transport, { open: () => Effect.never })
        const reason = (layer: Layer.Layer<Transport.Transport>, overrides: Partial<MqttClient.Options> = {}) =>
          MqttClient.make({ ...options, ...overrides }).pipe(
            Effect.scoped,
            Effect.provide(layer),
            Effect.flip,
            Effect.map((error) => `${error._tag}.${error.reason}`)
          )
        assert.strictEqual(yield* reason(failing), "ConnectError.Transport")
        assert.strictEqual(yield* reason(failing, { url: "nonsense" }), "ConnectError.InvalidEndpoint")
        const connAck = yield* Effect.fork(reason(silent))
        const opening = yield* Effect.fork(reason(stuck))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(connAck), "ConnectError.Timeout")
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(yield* Fiber.join(opening), "ConnectError.Timeout")
      }))

    it.effect("what cannot help is not retried: a scheme that is not supported, a server that is not trusted", () =>
      Effect.gen(function*() {
        for (const reason of ["Unsupported", "Untrusted"] as const) {
          const cause = new MqttError.TransportError({ reason, cause: new Error("the certificate has expired") })
          const error = yield* Effect.flip(
            Effect.scoped(MqttClient.make({ ...options, initialConnect: "retry" })).pipe(
              Effect.provide(Layer.succeed(Transport.Transport, { open: () => Effect.fail(cause) }))
            )
          )
          assert.deepInclude(error, {
            _tag: "ConnectError",
            reason: reason === "Unsupported" ? "InvalidEndpoint" : "Transport",
            retryable: false,
            cause
          })
          assert.include(error.message, "the certificate has expired")
        }
      }))

    it.effect.each<[keyof MqttClient.Options, unknown]>([
      ["maxInFlight", 0],
      ["maxInFlight", Number.NaN],
      ["receiveMaximum", 0],
      ["receiveMaximum", 65_536],
      ["receiveMaximum", 1.5],
      ["maxPacketBytes", 0],
      ["maxPacketBytes", Infinity],
      ["queueMessages", -1],
      ["queueBytes", Number.NaN],
      ["streamMessages", 0],
      ["streamBytes", 0],
      ["readAheadBytes", 0],
      ["protocolVersion", 3],
      ["cleanStart", "never"],
      ["keepAlive", "1 day"],
      ["keepAlive", -1],
      ["keepAlive", Number.NaN],
      ["sessionExpiry", "-1 seconds"],
      ["pingLead", -1],
      ["connectTimeout", 0],
      ["connAckTimeout", 0],
      ["acknowledgementTimeout", 0],
      ["stableAfter", "soon"],
      ["drainTimeout", -5],
      ["consumerTimeout", Number.NaN]
    ])("an option that makes no sense fails the build and is named: %s", ([name, value]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.scoped(MqttClient.make({ ...options, [name]: value })))
        assert.deepInclude(error, { _tag: "ConnectError", reason: "InvalidEndpoint", retryable: false })
        assert.include(error.message, `"${name}"`)
      }).pipe(Effect.provide(Transport.layerMemory(() => Effect.dieMessage("nothing is opened")))))

    it.scoped("retries on demand, with credentials evaluated for each attempt", () =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const tokens = yield* Ref.make(0)
        const making = yield* Effect.fork(Effect.provide(
          MqttClient.make({
            ...options,
            initialConnect: "retry",
            username: Effect.map(Ref.updateAndGet(tokens, (n) => n + 1), (n) => `user ${n}`),
            password: Effect.succeed(Redacted.make("secret"))
          }),
          server.layer
        ))
        const first = yield* server.accept({ reasonCode: 0x88 })
        assert.strictEqual(first.connect.username, "user 1")
        yield* settle
        yield* TestClock.adjust("1 second")
        const second = yield* server.accept()
        assert.strictEqual(second.connect.username, "user 2")
        yield* Fiber.join(making)
      }))

    it.effect("a defect in an option fails the build instead of hanging it", () =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(Effect.scoped(
          MqttClient.make({ ...options, username: Effect.dieMessage("broken") })
        ))
        assert.isTrue(Exit.isFailure(exit))
      }).pipe(Effect.provide(Transport.layerMemory(() => Effect.never))))

    it.scoped("a defect in a later attempt ends the client, and is the cause of what everybody gets", () =>
      Effect.gen(function*() {
        const calls = yield* Ref.make(0)
        const username = Effect.flatMap(
          Ref.updateAndGet(calls, (count) => count + 1),
          (count) => count === 1 ? Effect.succeed("me") : Effect.dieMessage("broken vault")
        )
        const { client, link } = yield* start({ username })
        const failing = yield* Effect.fork(client.failure)
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const status = yield* client.status.get
        assert.isTrue(
          status._tag === "Failed" && !status.error.retryable && status.error.message.includes("broken vault")
        )
        assert.strictEqual(Chunk.size(yield* Stream.runCollect(client.status.changes)), 1)
        assert.include(`${(yield* Effect.flip(client.publish("t", "x"))).message}`, "broken vault")
        const exit = yield* Fiber.await(failing)
        assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      }))

    it.scoped("starts clean when the server holds a session that is unknown here", () =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const making = yield* Effect.fork(
          Effect.provide(MqttClient.make({ ...options, cleanStart: false }), server.layer)
        )
        const first = yield* server.accept({ sessionPresent: true })
        assert.isFalse(first.connect.cleanStart)
        const second = yield* server.accept()
        assert.isTrue(second.connect.cleanStart)
        yield* Fiber.join(making)
      }))

    it.scoped("keeps the identifier that the server assigned", () =>
      Effect.gen(function*() {
        const { link, server } = yield* start({ clientId: "" }, { properties: { assignedClientIdentifier: "given" } })
        assert.isTrue(link.connect.cleanStart)
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const second = yield* server.accept({ sessionPresent: true })
        assert.deepInclude(second.connect, { clientId: "given", cleanStart: false })
      }))

    it.effect("reads its options from configuration", () =>
      Effect.gen(function*() {
        const client = yield* MqttClient.MqttClient
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
      }).pipe(
        Effect.provide(
          MqttClient.layerConfig({ url: Config.string("URL"), clientId: Config.string("ID") }, { protocolVersion: 4 })
        ),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["URL", "mqtt://x"], ["ID", "me"]]))),
        Effect.provide(Broker.layerMemory())
      ))
  })

  it.scoped("pings on demand", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const pinging = yield* Effect.fork(client.ping)
      yield* link.expect("PingReq")
      yield* TestClock.adjust("25 millis")
      yield* link.send(Packet.pingResp)
      assert.strictEqual(Duration.toMillis(yield* Fiber.join(pinging)), 25)
    }))

  it.scoped("a ping that the end of the client overtakes is told so, and that no other will succeed", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const pinging = yield* Effect.fork(Effect.flip(client.ping))
      yield* link.expect("PingReq")
      yield* Effect.fork(client.disconnect())
      yield* link.expect("Disconnect")
      yield* link.close
      const { reason, retryable } = yield* Fiber.join(pinging)
      assert.deepStrictEqual({ reason, retryable }, { reason: "Closed", retryable: false })
    }))

  it.scoped("a clock with fractions of milliseconds pings in time, and does not spin", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust(Duration.micros(731_234n))
      const { client, link } = yield* start()
      for (let times = 0; times < 5; times++) {
        yield* TestClock.adjust(Duration.micros(54_000_777n))
        yield* link.expect("PingReq")
        yield* link.send(Packet.pingResp)
        yield* settle
      }
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
    }))

  it.scoped("sends its will, and its limits, with CONNECT", () =>
    Effect.gen(function*() {
      const { link } = yield* start({
        will: { topic: "gone", payload: "bye", qos: 1, retain: true },
        receiveMaximum: 7,
        maxPacketBytes: 9999,
        keepAlive: "5 seconds",
        requestProblemInformation: false,
        sessionExpiry: "10 seconds"
      })
      assert.deepInclude(link.connect, { keepAlive: 5, clientId: "me", cleanStart: true })
      assert.deepInclude(link.connect.will, { topic: "gone", qos: 1, retain: true })
      assert.deepInclude(link.connect.properties, {
        receiveMaximum: 7,
        maximumPacketSize: 9999,
        requestProblemInformation: 0,
        sessionExpiryInterval: 10
      })
    }))
})
