import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { Message, MqttClient, MqttError, Reconnect, Transport } from "@effect-mqtt/connection"
import type { ConnectionStatus } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Config,
  ConfigProvider,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Option,
  Redacted,
  Ref,
  Scope,
  Stream,
  TestClock
} from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"
import { bytes, incoming } from "./sessionRig.ts"

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

  describe("an outage", () => {
    it.scoped("shows in the status: connected, disconnected, connecting, connected", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const seen: Array<string> = []
        const describeStatus = (status: ConnectionStatus.ConnectionStatus) =>
          status._tag === "Connecting"
            ? `Connecting ${status.attempt}`
            : status._tag === "Connected"
            ? `Connected ${status.epoch}`
            : status._tag
        yield* Effect.fork(
          Stream.runForEach(client.status.changes, (status) => Effect.sync(() => seen.push(describeStatus(status))))
        )
        yield* settle
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* (yield* server.link).close
        yield* settle
        yield* TestClock.adjust("2 seconds")
        yield* server.accept()
        yield* settle
        assert.deepStrictEqual(seen, [
          "Connected 1",
          "Disconnected",
          "Connecting 1",
          "Disconnected",
          "Connecting 2",
          "Connected 2"
        ])
      }))

    it.scoped("is over for good when the schedule is: failure, streams, publishes and pings tell", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({ reconnect: Reconnect.retries(Reconnect.forever, 1) })
        const streaming = yield* Effect.fork(Effect.flip(Stream.runDrain(client.subscribe("t"))))
        yield* link.expect("Subscribe")
        const publishing = yield* Effect.fork(Effect.flip(client.publish("t", "x", { qos: 1 })))
        yield* settle
        const failing = yield* Effect.fork(Effect.flip(client.failure))
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* (yield* server.link).close
        const failure = yield* Fiber.join(failing)
        assert.strictEqual(failure.reason, "Transport")
        assert.strictEqual((yield* Fiber.join(streaming)).reason, "Closed")
        assert.strictEqual((yield* Fiber.join(publishing)).reason, "Closed")
        assert.strictEqual((yield* Effect.flip(client.ping)).reason, "Transport")
        assert.strictEqual((yield* Effect.flip(client.publish("t", "x"))).reason, "Closed")
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(client.subscribe("t")))).reason, "Closed")
        assert.strictEqual((yield* client.status.get)._tag, "Failed")
        assert.deepStrictEqual(
          Array.from(yield* Stream.runCollect(client.status.changes), ({ _tag }) => _tag),
          ["Failed"]
        )
      }))

    it.scoped("refused credentials are tried once more, then it gives up", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const failing = yield* Effect.fork(Effect.flip(client.failure))
        yield* link.send(Packet.disconnect({ reasonCode: 0x87 }))
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* server.accept({ reasonCode: 0x87 })
        assert.strictEqual((yield* Fiber.join(failing))._tag, "AuthError")
      }))

    it.scoped("the same protocol error three links in a row ends it", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({
          reconnect: Reconnect.maxInterval(Reconnect.forever, "1 second")
        })
        const failing = yield* Effect.fork(Effect.flip(client.failure))
        let current = link
        const endWith = (...packets: ReadonlyArray<Packet.Packet>) =>
          Effect.gen(function*() {
            yield* current.send(...packets)
            yield* settle
            yield* current.close
            yield* settle
            yield* TestClock.adjust("1 second")
          })
        const again = Effect.map(server.accept({ sessionPresent: true }), (next) => (current = next)).pipe(
          Effect.zipRight(settle)
        )
        const aliased = Packet.publish({ topic: "t", payload: bytes(""), properties: { topicAlias: 33 } })
        yield* endWith(aliased)
        yield* again
        yield* endWith(aliased)
        yield* again
        // Something else in between: it starts to count anew.
        yield* endWith(Packet.disconnect({ reasonCode: 0x93 }))
        yield* again
        yield* endWith(aliased)
        yield* again
        yield* endWith(aliased)
        yield* again
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* endWith(aliased)
        assert.strictEqual((yield* Fiber.join(failing)).reason, "ProtocolError")
        assert.strictEqual((yield* client.status.get)._tag, "Failed")
      }))

    it.scoped("protocol errors are not counted over links that were stable", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        let current = link
        for (let times = 0; times < 5; times++) {
          yield* TestClock.adjust("30 seconds")
          yield* current.send(Packet.disconnect({ reasonCode: 0x99 }))
          yield* settle
          yield* current.close
          yield* settle
          yield* TestClock.adjust("1 second")
          current = yield* server.accept({ sessionPresent: true })
        }
        yield* settle
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
      }))

    it.scoped("another client with the same identifier ends it", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        yield* link.send(Packet.disconnect({ reasonCode: 0x8e }))
        assert.strictEqual((yield* Effect.flip(client.failure)).reason, "SessionTakenOver")
      }))

    it.scoped("delays begin anew once a link was stable", () =>
      Effect.gen(function*() {
        const { link, server } = yield* start({ reconnect: Reconnect.maxInterval(Reconnect.forever, "3 seconds") })
        let current = link
        for (let times = 0; times < 4; times++) {
          yield* current.close
          yield* settle
          yield* TestClock.adjust("3 seconds")
          current = yield* server.accept({ sessionPresent: true })
        }
        yield* TestClock.adjust("30 seconds")
        yield* current.close
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* server.accept({ sessionPresent: true })
      }))

    it.scoped("interrupting a queued publish withdraws it; a full queue refuses", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({ queueMessages: 2 })
        yield* link.close
        yield* settle
        const first = yield* Effect.fork(client.publish("first", "", { qos: 1 }))
        const second = yield* Effect.fork(client.publish("second", ""))
        yield* settle
        assert.strictEqual((yield* Effect.flip(client.publish("third", ""))).reason, "QueueFull")
        assert.strictEqual((yield* Effect.flip(client.ping)).reason, "Transport")
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        assert.strictEqual((yield* next.expect("Publish")).topic, "second")
        yield* Fiber.join(second)
        yield* client.publish("later", "")
        assert.strictEqual((yield* next.expect("Publish")).topic, "later")
      }))

    it.scoped("a payload is copied: its array may be reused at once", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const payload = new Uint8Array(100_000)
        yield* client.publish("large", payload)
        payload.fill(1)
        yield* link.close
        yield* settle
        const queued = yield* Effect.fork(client.publish("queued", payload))
        yield* settle
        payload.fill(2)
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        assert.isTrue((yield* next.expect("Publish")).payload.every((byte) => byte === 1))
        yield* Fiber.join(queued)
        yield* next.close
      }))

    it.scoped("a written publish goes on without its caller", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const publishing = yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
        const first = yield* link.expect("Publish")
        yield* Fiber.interrupt(publishing)
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        assert.deepInclude(yield* next.expect("Publish"), { packetId: first.packetId, dup: true })
        yield* next.send(Packet.pubAck({ packetId: first.packetId ?? 0 }))
      }))

    it.scoped("reads CONNACK although consumers are full", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({ streamMessages: 1, readAheadBytes: 10 })
        yield* Effect.fork(client.subscription("t"))
        yield* link.expect("Subscribe")
        yield* link.send(Packet.subAck({ packetId: 1, reasonCodes: [0] }))
        for (let times = 0; times < 10; times++) {
          yield* link.send(Packet.publish({ topic: "t", payload: bytes("0123456789") }))
        }
        yield* settle
        yield* link.send(Packet.publish({ topic: "t", payload: bytes("last") }))
        yield* link.close
        // Unread bytes hide the end of the link: writing the next ping finds out.
        yield* settle
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* TestClock.adjust("54 seconds")
        assert.strictEqual((yield* client.status.get)._tag, "Disconnected")
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        yield* settle
        assert.deepInclude(yield* client.status.get, { _tag: "Connected", epoch: 2 })
        yield* next.close
      }))
  })

  it.scoped("a peer that takes a message and never acknowledges it is given up, without a keep-alive too", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ keepAlive: 0 })
      // Nothing else is due any more.
      yield* TestClock.adjust("1 hour")
      yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
      yield* link.expect("Publish")
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
      yield* TestClock.adjust("1 second")
      const status = yield* client.status.get
      assert.strictEqual(status._tag === "Disconnected" ? status.error.reason : status._tag, "AcknowledgementTimeout")
    }))

  describe("a peer that takes no bytes", () => {
    /** The server still sends, but what the client writes after CONNECT is never taken. */
    const stall = (server: Scripted.Server) =>
      Layer.map(server.layer, (context) => {
        const { open } = Context.get(context, Transport.Transport)
        return Context.make(Transport.Transport, {
          open: (endpoint) =>
            Effect.map(open(endpoint), (wire) => {
              let writes = 0
              return {
                ...wire,
                write: (pieces: ReadonlyArray<Uint8Array>) => writes++ === 0 ? wire.write(pieces) : Effect.never
              }
            })
        })
      })

    const startStalled = (overrides: Partial<MqttClient.Options> = {}) =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const making = yield* Effect.fork(
          Effect.provide(MqttClient.make({ ...options, ...overrides }), stall(server))
        )
        const link = yield* server.accept()
        return { link, client: yield* Fiber.join(making), server }
      })

    const lost = (client: MqttClient.MqttClient["Type"]) =>
      Effect.map(
        client.status.get,
        (status) => status._tag === "Disconnected" ? status.error.reason : status._tag
      )

    it.scoped("is found dead by the keep-alive, at once", () =>
      Effect.gen(function*() {
        const { client } = yield* startStalled()
        yield* TestClock.adjust("63 seconds")
        assert.strictEqual(yield* lost(client), "Connected")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* lost(client), "KeepAliveTimeout")
      }))

    it.scoped("is found dead by a missing acknowledgement, at once", () =>
      Effect.gen(function*() {
        const { client } = yield* startStalled()
        yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
        yield* settle
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* lost(client), "AcknowledgementTimeout")
      }))

    it.scoped("and says DISCONNECT, or breaks the protocol, is let go after a moment", () =>
      Effect.gen(function*() {
        for (
          const [packet, reason] of [
            [Packet.disconnect({ reasonCode: 0x8b }), "ServerDisconnected"],
            [Packet.pingReq, "ProtocolError"]
          ] as const
        ) {
          const { client, link } = yield* startStalled({
            reconnect: Reconnect.maxInterval(Reconnect.forever, "1 hour")
          })
          yield* client.publish("t", "stuck")
          yield* settle
          yield* link.send(packet)
          yield* settle
          yield* TestClock.adjust("1900 millis")
          assert.strictEqual(yield* lost(client), "Connected")
          yield* TestClock.adjust("100 millis")
          assert.strictEqual(yield* lost(client), reason)
        }
      }))
  })

  describe("a peer that talks and takes no bytes", () => {
    it.scoped("is given up after the acknowledgement time-out, whatever it sends", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        yield* client.publish("t", new Uint8Array(300_000))
        for (let times = 0; times < 29; times++) {
          yield* link.send(Packet.publish({ topic: "n", payload: bytes("") }))
          yield* settle
          yield* TestClock.adjust("1 second")
        }
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* TestClock.adjust("1 second")
        yield* settle
        const status = yield* client.status.get
        assert.isTrue(status._tag === "Disconnected" && status.error.message.includes("takes no bytes"))
        yield* link.close
      }))

    it.scoped("does not get a ping past its full link, so a short keep-alive finds it sooner", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ keepAlive: "5 seconds" })
        yield* client.publish("t", new Uint8Array(300_000))
        for (let times = 0; times < 10; times++) {
          assert.strictEqual((yield* client.status.get)._tag, "Connected")
          yield* link.send(Packet.publish({ topic: "n", payload: bytes("") }))
          yield* settle
          yield* TestClock.adjust("1 second")
        }
        yield* settle
        const status = yield* client.status.get
        assert.isTrue(status._tag === "Disconnected" && status.error.reason === "KeepAliveTimeout")
        yield* link.close
      }))

    it.scoped("does not make the answers to it pile up", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        // It fills the wire: what follows is not taken.
        yield* client.publish("t", new Uint8Array(300_000))
        const releases = Array.from({ length: 4096 }, (_, index) => Packet.pubRel({ packetId: index + 1 }))
        const flooding = yield* Effect.fork(Effect.repeatN(link.send(...releases), 200))
        yield* Effect.repeatN(Effect.yieldNow(), 5000)
        assert.isTrue(Option.isNone(yield* Fiber.poll(flooding)), "the client reads no more")
        yield* Fiber.interrupt(flooding)
        yield* link.close
      }))
  })

  describe("subscriptions", () => {
    const subscribed = (link: Scripted.Link, code = 0) =>
      Effect.tap(
        link.expect("Subscribe"),
        ({ packetId }) => link.send(Packet.subAck({ packetId, reasonCodes: [code] }))
      )
    const unsubscribed = (link: Scripted.Link) =>
      Effect.tap(
        link.expect("Unsubscribe"),
        ({ packetId }) => link.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
      )

    it.scoped("streams with one filter share one SUBSCRIBE; the last to leave unsubscribes, and waits for the answer", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* Scope.make()
        const second = yield* Scope.make()
        const joining = yield* Effect.fork(Scope.extend(client.subscription("t"), first))
        const { subscriptions } = yield* subscribed(link)
        assert.deepStrictEqual(subscriptions.map(({ filter }) => filter), ["t"])
        yield* Fiber.join(joining)
        yield* Scope.extend(client.subscription("t"), second)
        yield* Scope.close(first, Exit.void)
        const leaving = yield* Effect.fork(Scope.close(second, Exit.void))
        const { filters, packetId } = yield* link.expect("Unsubscribe")
        assert.deepStrictEqual(filters, ["t"])
        yield* settle
        assert.deepStrictEqual(yield* Fiber.poll(leaving), Option.none())
        yield* link.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
        yield* Fiber.join(leaving)
      }))

    it.scoped("a higher QoS is asked for anew, without a replay; its refusal leaves the first stream alone", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        const raising = yield* Effect.fork(Effect.flip(Effect.scoped(client.subscription("t", { qos: 2 }))))
        const raise = yield* subscribed(link, 0x97)
        assert.deepInclude(raise.subscriptions[0], { qos: 2, retainHandling: 2 })
        assert.deepInclude(yield* Fiber.join(raising), { reason: "SubscribeRejected", reasonCode: 0x97 })
        yield* link.send(
          Packet.publish({ topic: "t", payload: bytes("on"), properties: { subscriptionIdentifiers: [1] } })
        )
        assert.deepStrictEqual(texts(yield* Stream.runCollect(Stream.take(messages, 1))), ["on"])
        yield* link.close
      }))

    it.scoped("joins and leaves while the answers are under way", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const scope = yield* Scope.make()
        const joining = yield* Effect.fork(Scope.extend(client.subscription("t"), scope))
        const first = yield* link.expect("Subscribe")
        yield* Fiber.interruptFork(joining)
        const leaving = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* settle
        yield* link.send(Packet.subAck({ packetId: first.packetId, reasonCodes: [0] }))
        const gone = yield* link.expect("Unsubscribe")
        const again = yield* Effect.fork(client.subscription("t"))
        const second = yield* link.expect("Subscribe")
        yield* link.send(
          Packet.unsubAck({ packetId: gone.packetId, reasonCodes: [0] }),
          Packet.subAck({ packetId: second.packetId, reasonCodes: [0] })
        )
        yield* Fiber.join(leaving)
        const { messages } = yield* Fiber.join(again)
        yield* link.send(Packet.publish({ topic: "t", payload: bytes("1") }))
        assert.deepStrictEqual(texts(yield* Stream.runCollect(Stream.take(messages, 1))), ["1"])
        yield* link.close
      }))

    it.scoped("restores what is wanted after a new session, sends nothing when resumed", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        for (const filter of ["a", "b"]) {
          const joining = yield* Effect.fork(client.subscription(filter, { qos: 1 }))
          yield* subscribed(link)
          yield* Fiber.join(joining)
        }
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const resumed = yield* server.accept({ sessionPresent: true })
        yield* client.publish("probe", "")
        yield* resumed.expect("Publish")
        yield* resumed.close
        yield* settle
        yield* TestClock.adjust("2 seconds")
        const anew = yield* server.accept({ sessionPresent: false })
        const filters = [yield* subscribed(anew), yield* subscribed(anew)].flatMap(({ subscriptions }) => subscriptions)
        assert.deepStrictEqual(filters.map(({ filter, qos }) => [filter, qos]), [["a", 1], ["b", 1]])
        yield* anew.close
      }))

    it.scoped("a raise made while offline goes out with the resumed link", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* subscribed(link)
        yield* Fiber.join(joining)
        yield* link.close
        yield* settle
        const raising = yield* Effect.fork(client.subscription("t", { qos: 1 }))
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        yield* subscribed(next, 1)
        assert.deepStrictEqual((yield* Fiber.join(raising)).grantedQos, [1])
        yield* next.close
      }))

    it.scoped("what was in flight when the link dropped is settled on the next, and offline leaves return at once", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* link.expect("Subscribe")
        const scope = yield* Scope.make()
        const other = yield* Effect.fork(Scope.extend(client.subscription("gone"), scope))
        yield* subscribed(link)
        yield* Fiber.join(other)
        yield* link.close
        yield* settle
        yield* Scope.close(scope, Exit.void)
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        const again = yield* subscribed(next)
        assert.deepInclude(again.subscriptions[0], { filter: "t", retainHandling: 1 })
        assert.deepStrictEqual((yield* unsubscribed(next)).filters, ["gone"])
        yield* Fiber.join(joining)
        yield* next.close
      }))

    it.scoped("a refusal fails that stream only, typed", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const refused = yield* Effect.fork(Effect.flip(Stream.runDrain(client.subscribe("secret"))))
        const allowed = yield* Effect.fork(Stream.runCollect(Stream.take(client.subscribe("open"), 1)))
        yield* subscribed(link, 0x87)
        yield* subscribed(link, 0)
        const error = yield* Fiber.join(refused)
        assert.deepInclude(error, {
          _tag: "SubscribeError",
          reason: "SubscribeRejected",
          filter: "secret",
          reasonCode: 0x87
        })
        yield* link.send(Packet.publish({ topic: "open", payload: bytes("1") }))
        yield* unsubscribed(link)
        assert.deepStrictEqual(texts(yield* Fiber.join(allowed)), ["1"])
      }))

    it.scoped("one refused filter of several ends the stream: its other filters are left at once", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        // The scope of the test stays open: nothing is left to the caller.
        const refused = yield* Effect.fork(
          Effect.flip(client.subscription([{ filter: "open" }, { filter: "secret" }], { qos: 1 }))
        )
        yield* subscribed(link, 1)
        const message = {
          payload: bytes(""),
          topic: "open",
          qos: 1,
          properties: { subscriptionIdentifiers: [1] }
        } as const
        yield* link.send(Packet.publish({ ...message, packetId: 1 }))
        yield* subscribed(link, 0x87)
        assert.deepStrictEqual((yield* link.expect("Unsubscribe")).filters, ["open"])
        assert.strictEqual((yield* Fiber.join(refused)).filter, "secret")
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
        yield* link.send(Packet.publish({ ...message, packetId: 2 }))
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 2)
        yield* link.close
      }))

    it.scoped("a filter refused by a new session ends the stream, and leaves its other filters", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const joining = yield* Effect.fork(client.subscription([{ filter: "a" }, { filter: "b" }]))
        yield* subscribed(link)
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept()
        yield* subscribed(next)
        yield* subscribed(next, 0x87)
        assert.deepStrictEqual((yield* unsubscribed(next)).filters, ["a"])
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(messages))).filter, "b")
        yield* next.close
      }))

    it.scoped("interrupting a subscription that waits does not wait for the server, and leaves it", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const waiting = yield* Effect.fork(Effect.timeoutOption(client.subscription("t"), "1 second"))
        const { packetId } = yield* link.expect("Subscribe")
        yield* TestClock.adjust("1 second")
        assert.isTrue(Option.isNone(yield* Fiber.join(waiting)))
        yield* link.send(Packet.subAck({ packetId, reasonCodes: [0] }))
        assert.deepStrictEqual((yield* unsubscribed(link)).filters, ["t"])
        yield* link.close
      }))

    it.scoped("a raise that is refused when everybody has left unsubscribes", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* Scope.make()
        const joining = yield* Effect.fork(Scope.extend(client.subscription("t"), first))
        yield* subscribed(link)
        yield* Fiber.join(joining)
        const raising = yield* Effect.fork(Effect.flip(Effect.scoped(client.subscription("t", { qos: 2 }))))
        const { packetId } = yield* link.expect("Subscribe")
        yield* Scope.close(first, Exit.void)
        yield* link.send(Packet.subAck({ packetId, reasonCodes: [0x97] }))
        assert.deepStrictEqual((yield* unsubscribed(link)).filters, ["t"])
        yield* Fiber.join(raising)
        yield* link.close
      }))

    it.scoped("grants are in the order of what was given, repeats included", () =>
      Effect.gen(function*() {
        const client = yield* MqttClient.make(options)
        const { grantedQos } = yield* client.subscription([
          { filter: "a", qos: 0 },
          { filter: "b", qos: 1 },
          { filter: "a", qos: 2 }
        ])
        assert.deepStrictEqual(grantedQos, [2, 1, 2])
      }).pipe(Effect.provide(Broker.layerMemory())))

    it.scoped("a second consumer of one subscription dies, the first goes on", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        const first = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 1)))
        yield* settle
        const second = yield* Effect.exit(Stream.runHead(messages))
        assert.isTrue(Exit.isFailure(second) && Cause.isDie(second.cause))
        yield* link.send(Packet.publish({ topic: "t", payload: bytes("1") }))
        assert.deepStrictEqual(texts(yield* Fiber.join(first)), ["1"])
        // One after the other is fine.
        yield* link.send(Packet.publish({ topic: "t", payload: bytes("2") }))
        assert.strictEqual(Message.text(Option.getOrThrow(yield* Stream.runHead(messages))), "2")
        yield* link.close
      }))

    it.scoped("a consumer that ends has accepted its batch, although the subscription goes on", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(client.subscription("#", { qos: 1 }))
        yield* subscribed(link, 1)
        const { messages } = yield* Fiber.join(joining)
        yield* link.send(incoming("a", 1))
        yield* Stream.runHead(messages)
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
        yield* link.close
      }))

    it.scoped("a message of no subscription waits for a stream that wants it", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        yield* link.send(incoming("early/1", 1), incoming("other", 2), incoming("early/2", 3, 2))
        yield* settle
        yield* TestClock.adjust("9 seconds")
        const joining = yield* Effect.fork(client.subscription("early/+", { qos: 2 }))
        yield* subscribed(link, 2)
        const { messages } = yield* Fiber.join(joining)
        const got = yield* Stream.runCollect(Stream.take(messages, 2))
        assert.deepStrictEqual(Array.from(got, ({ topic }) => topic), ["early/1", "early/2"])
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
        // Acknowledgements keep the order of arrival: the third waits for the second, whose time runs out.
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 2)
        assert.strictEqual((yield* link.expect("PubRec")).packetId, 3)
        yield* link.close
      }))

    it.scoped("a message that nobody claims is acknowledged after its time, and that is said once", () =>
      Effect.gen(function*() {
        const warnings: Array<unknown> = []
        const logger = Logger.make(({ logLevel, message }) => {
          if (logLevel._tag === "Warning") warnings.push(message)
        })
        yield* Effect.gen(function*() {
          const { link } = yield* start({ consumerTimeout: "3 seconds" })
          yield* link.send(incoming("a", 1), incoming("b", 2))
          yield* settle
          yield* TestClock.adjust("3 seconds")
          assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
          assert.strictEqual((yield* link.expect("PubAck")).packetId, 2)
          yield* settle
          assert.strictEqual(warnings.length, 1)
          assert.include(`${warnings[0]}`, "no stream asked for")
          yield* link.close
        }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      }))

    it.scoped("what an earlier subscription of this client brings late is not held", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(Effect.scoped(client.subscription("t", { qos: 1 })))
        yield* subscribed(link, 1)
        yield* unsubscribed(link)
        yield* Fiber.join(joining)
        yield* link.send(incoming("t", 1, 1, { properties: { subscriptionIdentifiers: [1] } }))
        assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
        yield* link.close
      }))

    it.scoped("a held QoS 1 message is dropped with its link: the server sends it again", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        yield* link.send(incoming("t", 1), incoming("t", 2, 2))
        yield* settle
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        yield* next.send(incoming("t", 1, 1, { dup: true }), incoming("t", 2, 2, { dup: true }))
        yield* settle
        const joining = yield* Effect.fork(client.subscription("t", { qos: 2 }))
        yield* subscribed(next, 2)
        const { messages } = yield* Fiber.join(joining)
        const got = yield* Stream.runCollect(Stream.take(messages, 2))
        assert.sameMembers(Array.from(got, ({ qos }) => qos), [1, 2])
        assert.strictEqual((yield* next.expect("PubAck")).packetId, 1)
        assert.strictEqual((yield* next.expect("PubRec")).packetId, 2)
        yield* next.close
      }))

    it.scoped("what nobody has worked on when the client closes is not acknowledged", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(client.subscription("#", { qos: 1 }))
        yield* subscribed(link, 1)
        const { messages } = yield* Fiber.join(joining)
        const working = yield* Effect.fork(Stream.runForEach(messages, () => Effect.never))
        yield* settle
        yield* link.send(incoming("a", 1))
        yield* settle
        yield* link.send(incoming("b", 2))
        // Something in flight keeps the link open while everything is interrupted.
        const publishing = yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
        const { packetId } = yield* link.expect("Publish")
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        yield* Fiber.interrupt(working)
        yield* link.send(Packet.pubAck({ packetId: packetId ?? 0 }))
        assert.strictEqual((yield* link.next)?._tag, "Disconnect")
        assert.isUndefined(yield* link.next)
        yield* Fiber.join(publishing)
        yield* Fiber.join(closing)
        yield* link.close
      }))

    it.scoped("a handler that publishes does not deadlock with a server that is busy sending", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ streamMessages: 1, readAheadBytes: 1000 })
        const joining = yield* Effect.fork(client.subscription("in"))
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        const handling = yield* Effect.fork(
          Stream.runForEach(Stream.take(messages, 3), () => client.publish("out", new Uint8Array(300_000)))
        )
        yield* settle
        // Takes nothing before it has sent everything, which is more than the wire holds.
        yield* Effect.forEach(
          Array.from({ length: 300 }),
          () => link.send(Packet.publish({ topic: "in", payload: new Uint8Array(1000) }))
        )
        for (let times = 0; times < 3; times++) yield* link.expect("Publish")
        yield* link.send(Packet.publish({ topic: "in", payload: bytes("more") }))
        yield* Fiber.join(handling)
        yield* link.close
      }))

    it.scoped("dropping is said once, and again only after a while", () =>
      Effect.gen(function*() {
        const warnings: Array<string> = []
        const logger = Logger.make(({ logLevel, message }) => {
          if (logLevel._tag === "Warning") warnings.push(`${message}`)
        })
        yield* Effect.gen(function*() {
          const { client, link } = yield* start({ streamMessages: 1, readAheadBytes: 50 })
          const joining = yield* Effect.fork(client.subscription("t"))
          yield* subscribed(link)
          const { messages } = yield* Fiber.join(joining)
          yield* Effect.fork(client.publish("out", "", { qos: 1 }))
          yield* link.expect("Publish")
          const flood = Effect.forEach(Array.from({ length: 20 }), () =>
            link.send(Packet.publish({ topic: "t", payload: bytes("x".repeat(20)) })))
          yield* flood
          yield* settle
          assert.deepStrictEqual(warnings, ["A stream is read too slowly: QoS 0 messages are dropped"])
          yield* Stream.runHead(messages)
          yield* flood
          yield* settle
          assert.strictEqual(warnings.length, 1)
          yield* TestClock.adjust("10 seconds")
          yield* flood
          yield* settle
          assert.strictEqual(warnings.length, 2)
          yield* link.close
        }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      }))

    it.scoped("refuses locally what is invalid or not offered", () =>
      Effect.gen(function*() {
        const { client } = yield* start({}, {
          properties: { wildcardSubscriptionAvailable: 0, sharedSubscriptionAvailable: 0 }
        })
        const reason = (filter: string, overrides = {}) =>
          Effect.map(Effect.flip(Effect.scoped(client.subscription(filter, overrides))), ({ reason }) => reason)
        assert.strictEqual(yield* reason("a/#"), "NotSupported")
        assert.strictEqual(yield* reason("$share/g/a"), "NotSupported")
        assert.strictEqual(yield* reason("a#"), "InvalidFilter")
        assert.strictEqual((yield* Effect.flip(Effect.scoped(client.subscription([])))).reason, "InvalidFilter")
      }))

    it.scoped("acknowledges a message when its consumer asks for more, in order", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const joining = yield* Effect.fork(client.subscription("#", { qos: 2 }))
        yield* subscribed(link, 2)
        const { messages } = yield* Fiber.join(joining)
        yield* link.send(incoming("a", 1))
        yield* settle
        const seen: Array<string> = []
        const consumer = yield* Effect.fork(
          Stream.runForEach(
            messages,
            (message) => Effect.delay(Effect.sync(() => seen.push(message.topic)), "1 second")
          )
        )
        yield* settle
        yield* link.send(incoming("b", 2, 2))
        yield* TestClock.adjust("1 second")
        assert.deepInclude(yield* link.expect("PubAck"), { packetId: 1 })
        yield* Fiber.interrupt(consumer)
        assert.deepStrictEqual(seen, ["a"])
        yield* link.close
      }))

    it.scoped("stops reading when QoS 0 messages fit nowhere, keeps pinging, and resumes", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ streamMessages: 2, readAheadBytes: 100 })
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        const payload = bytes("x".repeat(1000))
        const sending = yield* Effect.fork(
          Effect.forEach(Array.from({ length: 200 }), () => link.send(Packet.publish({ topic: "t", payload })))
        )
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(sending)))
        yield* TestClock.adjust("10 minutes")
        yield* link.expect("PingReq")
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        const all = yield* Stream.runCollect(Stream.take(messages, 200))
        yield* Fiber.join(sending)
        assert.strictEqual(all.length, 200)
        yield* link.close
      }))

    it.scoped("goes on reading while an answer is awaited, and drops what fits nowhere", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ streamMessages: 2, readAheadBytes: 100 })
        const joining = yield* Effect.fork(client.subscription("t"))
        yield* subscribed(link)
        const { messages } = yield* Fiber.join(joining)
        const publishing = yield* Effect.fork(client.publish("out", "", { qos: 1 }))
        const { packetId } = yield* link.expect("Publish")
        for (let index = 0; index < 200; index++) {
          yield* link.send(Packet.publish({ topic: "t", payload: bytes(`${index}`.padEnd(1000)) }))
        }
        yield* link.send(Packet.pubAck({ packetId: packetId ?? 0 }))
        yield* Fiber.join(publishing)
        const got = yield* Stream.runCollect(Stream.take(messages, 2))
        assert.deepStrictEqual(texts(got).map((text) => text.trim()), ["0", "1"])
        yield* link.close
      }))

    it.scoped("a 3.1.1 server that sends more than our Receive Maximum waits for the consumer", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ receiveMaximum: 2 }, {}, 4)
        const joining = yield* Effect.fork(client.subscription("t", { qos: 1 }))
        yield* subscribed(link, 1)
        const { messages } = yield* Fiber.join(joining)
        const sending = yield* Effect.fork(
          Effect.forEach(
            Array.from({ length: 300 }),
            (_, index) => link.send(incoming("t", index + 1, 1, { payload: bytes("x".repeat(1000)) }))
          )
        )
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(sending)))
        yield* Stream.runDrain(Stream.take(messages, 300))
        yield* Fiber.join(sending)
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* link.close
      }))
  })

  describe("closing", () => {
    it.scoped("waits for what is in flight, says DISCONNECT last, ends the streams, drops the session", () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const failing = yield* Effect.fork(client.failure)
        const watching = yield* Effect.fork(
          Effect.map(Stream.runCollect(client.status.changes), (all) => Array.from(all, ({ _tag }) => _tag))
        )
        const streaming = yield* Effect.fork(Stream.runCollect(client.subscribe("t")))
        const { packetId: subscription } = yield* link.expect("Subscribe")
        yield* link.send(Packet.subAck({ packetId: subscription, reasonCodes: [0] }))
        const publishing = yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
        const { packetId } = yield* link.expect("Publish")
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        assert.strictEqual((yield* Effect.flip(client.publish("t", "late"))).reason, "Closed")
        assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
        yield* link.send(Packet.pubAck({ packetId: packetId ?? 0 }))
        const goodbye = yield* link.expect("Disconnect")
        assert.deepInclude(goodbye.properties, { sessionExpiryInterval: 0 })
        assert.isUndefined(yield* link.next)
        yield* Fiber.join(closing)
        yield* Fiber.join(publishing)
        assert.isTrue(Chunk.isEmpty(yield* Fiber.join(streaming)))
        assert.strictEqual((yield* client.status.get)._tag, "Closed")
        assert.isTrue(Option.isNone(yield* Fiber.poll(failing)), "closing is no failure")
        assert.deepStrictEqual(yield* Fiber.join(watching), ["Connected", "Closed"])
        yield* client.disconnect()
        yield* link.close
        yield* settle
        assert.strictEqual(server.open(), 0)
      }))

    it.scoped("gives up waiting after the drain time", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ drainTimeout: "3 seconds" })
        const publishing = yield* Effect.fork(Effect.flip(client.publish("t", "x", { qos: 2 })))
        yield* link.expect("Publish")
        const closing = yield* Effect.fork(client.disconnect({ withWill: true }))
        yield* settle
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual((yield* link.expect("Disconnect")).reasonCode, 0x04)
        yield* Fiber.join(closing)
        assert.strictEqual((yield* Fiber.join(publishing)).reason, "Closed")
      }))

    it.scoped("completes although the peer takes no bytes, and answers who waits for a SUBACK", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const subscribing = yield* Effect.fork(Effect.flip(Effect.scoped(client.subscription("t"))))
        yield* link.expect("Subscribe")
        // The first is on its way, the second fills the output, so the third waits before it is taken.
        yield* client.publish("t", new Uint8Array(300_000))
        yield* settle
        yield* client.publish("t", new Uint8Array(300_000))
        const stalled = yield* Effect.fork(client.publish("t", "more"))
        const withdrawn = yield* Effect.fork(client.publish("t", "never"))
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(stalled)))
        yield* Fiber.interrupt(withdrawn)
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        yield* TestClock.adjust("7 seconds")
        yield* Fiber.join(closing)
        assert.strictEqual((yield* Fiber.join(subscribing)).reason, "Closed")
        assert.strictEqual((yield* Effect.flip(Fiber.join(stalled))).reason, "Closed")
      }))

    it.scoped("while there is no link it returns at once", () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        yield* link.close
        yield* settle
        const queued = yield* Effect.fork(Effect.flip(client.publish("t", "x")))
        yield* settle
        yield* client.disconnect()
        assert.strictEqual((yield* Fiber.join(queued)).reason, "Closed")
      }))

    it.effect("the scope closes the client, also in the middle of connecting", () =>
      Effect.gen(function*() {
        const server = yield* Scripted.make()
        const making = yield* Effect.fork(Effect.scoped(Effect.provide(MqttClient.make(options), server.layer)))
        const link = yield* server.link
        yield* link.expect("Connect")
        yield* Fiber.interrupt(making)
        assert.isUndefined(yield* link.next)
        yield* link.close
        yield* settle
        assert.strictEqual(server.open(), 0)
      }).pipe(Effect.scoped))
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
