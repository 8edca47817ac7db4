import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import type { ConnectionStatus } from "@effect-mqtt/connection"
import { Authentication, MqttClient, MqttError, Reconnect } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Logger, Redacted, Ref, Schedule, Scope, Stream, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"
import { bytes } from "./sessionRig.ts"

const elsewhere = (reasonCode: number, serverReference: string) =>
  Packet.connAck({ reasonCode, properties: { serverReference } })

const making = (server: Scripted.Server, overrides: Partial<MqttClient.Options>) =>
  Effect.fork(Effect.provide(MqttClient.make({ ...options, ...overrides }), server.layer))

/** The next link is refused with these packets. */
const turnAway = (server: Scripted.Server, ...packets: ReadonlyArray<Packet.Packet>) =>
  Effect.gen(function*() {
    const link = yield* server.link
    const connect = yield* link.expect("Connect")
    yield* link.send(...packets)
    yield* link.close
    return connect
  })

describe("several endpoints", () => {
  const url = ["mqtt://one", "mqtt://two", "mqtts://three"]

  it.scoped("are tried in turn, without a delay until none is left untried", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(5, ["one", "two"])
      const client = yield* making(server, { url })
      const link = yield* server.accept()
      yield* Fiber.join(client)
      assert.deepStrictEqual(server.tried, ["mqtt://one:1883", "mqtt://two:1883", "mqtts://three:8883"])
      yield* link.close
      yield* settle
      // The third has failed too: that makes a round.
      assert.deepStrictEqual(server.tried.slice(3), ["mqtt://one:1883", "mqtt://two:1883"])
      yield* TestClock.adjust("1 second")
      yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual(server.tried.slice(5), ["mqtts://three:8883"])
    }))

  it.scoped("that all fail have the schedule decide", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(5, ["one", "two", "three"])
      yield* making(server, { url, initialConnect: "retry" })
      yield* settle
      assert.strictEqual(server.tried.length, 3)
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.strictEqual(server.tried.length, 6)
    }))

  it.scoped("that all fail at the first try fail the build", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(5, ["one", "two", "three"])
      const error = yield* Effect.flip(Fiber.join(yield* making(server, { url })))
      assert.deepStrictEqual([error._tag, error.reason], ["ConnectError", "Transport"])
      assert.strictEqual(server.tried.length, 3)
    }))

  it.scoped("one that refuses the credentials ends the round: they would be no better elsewhere", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(5)
      const client = yield* making(server, { url })
      yield* turnAway(server, Packet.connAck({ reasonCode: 0x86 }))
      assert.strictEqual((yield* Effect.flip(Fiber.join(client))).reason, "BadCredentials")
      assert.strictEqual(server.tried.length, 1)
    }))

  it.scoped("may be an Effect, evaluated for each attempt; an empty list is an error", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(5, ["old"])
      const hosts = yield* Ref.make(["mqtt://old"])
      const client = yield* making(server, { url: hosts.get, initialConnect: "retry" })
      yield* settle
      yield* Ref.set(hosts, ["mqtt://new"])
      yield* TestClock.adjust("1 second")
      yield* server.accept()
      yield* Fiber.join(client)
      assert.deepStrictEqual(server.tried, ["mqtt://old:1883", "mqtt://new:1883"])
      const error = yield* Effect.flip(Fiber.join(yield* making(server, { url: [] })))
      assert.strictEqual(error.reason, "InvalidEndpoint")
    }))
})

describe("a server that sends its clients elsewhere", () => {
  const followRedirect = () => true

  it.scoped("is not followed unless the program allows the host", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const moved = yield* making(server, {})
      yield* turnAway(server, elsewhere(0x9d, "other"))
      const refused = yield* Effect.flip(Fiber.join(moved))
      assert.strictEqual(refused.reason, "ConnectRefused")
      assert.isFalse(refused.retryable)
      assert.deepInclude(refused, { serverReference: "other" })
      const allowed = yield* making(server, { followRedirect: (to) => to.host === "good" })
      yield* turnAway(server, elsewhere(0x9c, "evil:1 good:2 good"))
      yield* server.accept()
      yield* Fiber.join(allowed)
      assert.deepStrictEqual(server.tried, ["mqtt://memory:1883", "mqtt://memory:1883", "mqtt://good:2"])
    }))

  it.scoped("for now: the configured one is next again after a good link", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const client = yield* making(server, { followRedirect })
      yield* turnAway(server, elsewhere(0x9c, "[2001:db8::1]:1884"))
      const link = yield* server.accept()
      yield* Fiber.join(client)
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* server.accept()
      assert.deepStrictEqual(server.tried, ["mqtt://memory:1883", "mqtt://[2001:db8::1]:1884", "mqtt://memory:1883"])
    }))

  it.scoped("for good: it takes the place of the configured one", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const told: Array<boolean> = []
      const client = yield* making(server, {
        followRedirect: (_, permanent) => {
          told.push(permanent)
          return true
        }
      })
      yield* turnAway(server, elsewhere(0x9d, "other"))
      const link = yield* server.accept()
      yield* Fiber.join(client)
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* server.accept()
      assert.deepStrictEqual(server.tried.slice(1), ["mqtt://other:1883", "mqtt://other:1883"])
      assert.deepStrictEqual(told, [true])
    }))

  it.scoped("also by DISCONNECT, and what cannot be parsed is skipped", () =>
    Effect.gen(function*() {
      const { link, server } = yield* start({ followRedirect })
      yield* TestClock.adjust("30 seconds")
      yield* link.send(
        Packet.disconnect({ reasonCode: 0x9c, properties: { serverReference: "a/b x:y @c :1 other:99999 fine" } })
      )
      yield* settle
      yield* link.close
      yield* settle
      yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual(server.tried.slice(1), ["mqtt://fine:1883"])
    }))

  it.scoped("in a circle is followed five times, then the schedule decides", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      yield* making(server, { followRedirect, initialConnect: "retry" })
      for (let times = 0; times < 6; times++) yield* turnAway(server, elsewhere(0x9c, `host${times}`))
      yield* settle
      assert.strictEqual(server.tried.length, 7)
      // Neither of the two that are known now lets us in at once.
      yield* turnAway(server, elsewhere(0x9c, "again"))
      yield* settle
      assert.strictEqual(server.tried.length, 7)
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.strictEqual(server.tried.length, 8)
    }))

  it.scoped("only after it has let us in is approached as slowly as one that hangs up", () =>
    Effect.gen(function*() {
      const { link, server } = yield* start({ followRedirect })
      yield* link.send(Packet.disconnect({ reasonCode: 0x9c, properties: { serverReference: "other" } }))
      yield* settle
      yield* link.close
      yield* settle
      assert.strictEqual(server.tried.length, 1)
      yield* TestClock.adjust("1 second")
      yield* server.accept()
      assert.deepStrictEqual(server.tried.slice(1), ["mqtt://other:1883"])
    }))
})

describe("the protocol version", () => {
  it.scoped.each<readonly [string, Uint8Array]>([
    ["a 3.1.1 return code", Uint8Array.of(0x20, 2, 0, 1)],
    ["reason code 0x84", Uint8Array.of(0x20, 3, 0, 0x84, 0)],
    ["reason code 0x84 in the shape of 3.1.1", Uint8Array.of(0x20, 2, 0, 0x84)]
  ])("\"auto\" falls back to 3.1.1 after %s, and stays there", ([, refusal]) =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const client = yield* making(server, { protocolVersion: "auto" })
      const first = yield* server.link
      assert.strictEqual((yield* first.expect("Connect")).protocolVersion, 5)
      yield* first.sendBytes(refusal)
      yield* settle
      yield* first.close
      const link = yield* server.accept()
      assert.strictEqual(link.connect.protocolVersion, 4)
      const { publish, status } = yield* Fiber.join(client)
      const connected = yield* status.get
      assert.isTrue(connected._tag === "Connected" && connected.negotiated.protocolVersion === 4)
      yield* publish("t", "x")
      assert.deepInclude(yield* link.expect("Publish"), { topic: "t" })
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* server.accept()).connect.protocolVersion, 4)
    }))

  it.scoped("is no reason to try again without \"auto\", nor twice with it", () =>
    Effect.gen(function*() {
      for (const protocolVersion of [5, "auto"] as const) {
        const server = yield* Scripted.make()
        const client = yield* making(server, { protocolVersion })
        yield* turnAway(server, Packet.connAck({ reasonCode: 0x84 }))
        if (protocolVersion === "auto") {
          const link = yield* server.link
          yield* link.expect("Connect")
          yield* link.sendBytes(Uint8Array.of(0x20, 2, 0, 1))
          yield* link.close
        }
        assert.strictEqual((yield* Effect.flip(Fiber.join(client))).reason, "ConnectRefused")
        assert.strictEqual(server.tried.length, protocolVersion === "auto" ? 2 : 1)
      }
    }))
})

describe("the client identifier", () => {
  it.scoped("that another server had assigned is given up when it is refused", () =>
    Effect.gen(function*() {
      const { link, server } = yield* start({ clientId: "" }, { properties: { assignedClientIdentifier: "given" } })
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const connect = yield* turnAway(server, Packet.connAck({ reasonCode: 0x85 }))
      assert.deepInclude(connect, { clientId: "given", cleanStart: false })
      const next = yield* server.accept({ properties: { assignedClientIdentifier: "other" } })
      assert.deepInclude(next.connect, { clientId: "", cleanStart: true })
    }))

  it.effect("is needed for a 3.1.1 session that is to be resumed", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(4)
      const error = yield* MqttClient.make({ ...options, protocolVersion: 4, clientId: "", cleanStart: false }).pipe(
        Effect.provide(server.layer),
        Effect.flip
      )
      assert.strictEqual(error.reason, "InvalidEndpoint")
      assert.deepStrictEqual(server.tried, [])
    }).pipe(Effect.scoped))
})

describe("reconnect", () => {
  it.scoped("replaces the link, resumes the session, and completes with the new link", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const publishing = yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
      const { packetId } = yield* link.expect("Publish")
      const reconnecting = yield* Effect.fork(client.reconnect)
      assert.deepStrictEqual(yield* link.expect("Disconnect"), Packet.disconnect({ reasonCode: 0, properties: {} }))
      yield* link.close
      const next = yield* server.accept({ sessionPresent: true })
      assert.isFalse(next.connect.cleanStart)
      yield* Fiber.join(reconnecting)
      assert.deepInclude(yield* next.expect("Publish"), { packetId, dup: true })
      yield* next.send(Packet.pubAck({ packetId: packetId ?? 0 }))
      yield* Fiber.join(publishing)
      assert.deepInclude(yield* client.status.get, { _tag: "Connected", epoch: 2 })
      // Only that link was replaced: when the next one drops, the schedule decides again.
      yield* next.close
      yield* settle
      assert.strictEqual(server.tried.length, 2)
    }))

  it.scoped("ends the wait for the next attempt", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      yield* link.close
      yield* settle
      assert.strictEqual(server.tried.length, 1)
      const reconnecting = yield* Effect.fork(client.reconnect)
      yield* server.accept({ sessionPresent: true })
      yield* Fiber.join(reconnecting)
    }))

  it.scoped("does not wait for a peer that has gone deaf, and returns when the client ends", () =>
    Effect.gen(function*() {
      const { client, server } = yield* start()
      const reconnecting = yield* Effect.fork(client.reconnect)
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* server.link
      const closing = yield* Effect.fork(client.disconnect())
      yield* Fiber.join(reconnecting)
      yield* Fiber.join(closing)
      yield* client.reconnect
      assert.strictEqual((yield* client.status.get)._tag, "Closed")
    }))
})

describe("onConnected", () => {
  it.scoped("runs on every link, and may publish", () =>
    Effect.gen(function*() {
      const { link, server } = yield* start({
        onConnected: (client, { sessionPresent }) => client.publish("birth", String(sessionPresent), { retain: true })
      })
      assert.deepInclude(yield* link.expect("Publish"), { topic: "birth", payload: bytes("false") })
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      assert.deepInclude(yield* next.expect("Publish"), { topic: "birth", payload: bytes("true") })
    }))

  it.scoped("may close the client", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ onConnected: (self) => self.disconnect() })
      yield* link.expect("Disconnect")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* settle
      assert.strictEqual((yield* client.status.get)._tag, "Closed")
    }))

  it.scoped("is interrupted with its link, and its failure is a warning", () =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make<unknown, void>(({ message }) => {
        logged.push(message)
      })
      let interrupted = 0
      const { link } = yield* start({
        onConnected: () =>
          Effect.onInterrupt(Effect.never, () =>
            Effect.sync(() => {
              interrupted++
            }))
      })
      yield* settle
      yield* link.close
      yield* settle
      assert.strictEqual(interrupted, 1)
      yield* Effect.gen(function*() {
        const { client } = yield* start({ onConnected: (self) => self.publish("no/+/topic", "x") })
        yield* settle
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.include(String(logged[0]), "onConnected failed")
    }))
})

describe("saying goodbye", () => {
  it.scoped("tells what it is told to tell", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* Effect.fork(client.disconnect({ reasonCode: 0x80, reasonString: "why", sessionExpiry: "10 minutes" }))
      assert.deepStrictEqual(
        yield* link.expect("Disconnect"),
        Packet.disconnect({ reasonCode: 0x80, properties: { sessionExpiryInterval: 600, reasonString: "why" } })
      )
    }))

  it.scoped("leaves words out that are too long for the server, and a session that was not asked for", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ sessionExpiry: 0 }, { properties: { maximumPacketSize: 20 } })
      yield* Effect.fork(client.disconnect({ withWill: true, reasonString: "x".repeat(30), sessionExpiry: "1 hour" }))
      assert.deepStrictEqual(yield* link.expect("Disconnect"), Packet.disconnect({ reasonCode: 4, properties: {} }))
    }))

  it.scoped("leaves the expiry of the session out, too, for a server that has no room for it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ sessionExpiry: "1 hour" }, { properties: { maximumPacketSize: 4 } })
      yield* Effect.fork(client.disconnect({ withWill: true, sessionExpiry: "2 hours" }))
      assert.deepStrictEqual(yield* link.expect("Disconnect"), Packet.disconnect({ reasonCode: 4, properties: {} }))
    }))

  it.scoped("with the will ends a 3.1.1 link without a word, since every DISCONNECT would delete it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, {}, 4)
      yield* Effect.fork(client.disconnect({ withWill: true }))
      assert.isUndefined(yield* link.next)
    }))

  it.effect.each<[string, Exit.Exit<unknown, unknown>, number]>([
    ["a success", Exit.void, 0],
    ["an interruption", Exit.interrupt(Fiber.id(Effect.runFork(Effect.void))), 0],
    ["a failure", Exit.fail("trouble"), 4],
    ["a defect", Exit.die("bug"), 4]
  ])("the scope that ends in %s decides about the will", ([, exit, reasonCode]) =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const scope = yield* Scope.make()
      const client = yield* Effect.fork(
        MqttClient.make(options).pipe(Effect.provide(server.layer), Scope.extend(scope))
      )
      const link = yield* server.accept()
      yield* Fiber.join(client)
      const closing = yield* Effect.fork(Scope.close(scope, exit))
      assert.deepInclude(yield* link.expect("Disconnect"), { reasonCode })
      yield* link.close
      yield* Fiber.join(closing)
    }).pipe(Effect.scoped))

  it.scoped("waits for what is in flight as long as it is told, in every call of it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const publishing = yield* Effect.fork(Effect.flip(client.publish("t", "x", { qos: 1 })))
      yield* link.expect("Publish")
      const calls = yield* Effect.forEach(
        [client.disconnect({ drain: "20 seconds" }), client.disconnect()],
        (call) => Effect.fork(call)
      )
      yield* TestClock.adjust("19 seconds")
      assert.deepStrictEqual(
        yield* Effect.forEach(calls, Fiber.poll).pipe(Effect.map((all) => all.map(({ _tag }) => _tag))),
        [
          "None",
          "None"
        ]
      )
      yield* TestClock.adjust("1 second")
      yield* link.expect("Disconnect")
      yield* link.close
      yield* Effect.forEach(calls, Fiber.join)
      assert.strictEqual((yield* Fiber.join(publishing)).reason, "Closed")
    }))

  it.scoped("interrupted, it waits no longer and still says it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* Effect.fork(client.publish("t", "x", { qos: 1 }))
      yield* link.expect("Publish")
      const closing = yield* Effect.fork(client.disconnect())
      yield* settle
      const interrupting = yield* Effect.fork(Fiber.interrupt(closing))
      yield* link.expect("Disconnect")
      yield* Fiber.join(interrupting)
      assert.strictEqual((yield* client.status.get)._tag, "Closed")
    }))
})

describe("authentication", () => {
  const data = (text: string) => ({ authenticationMethod: "M", authenticationData: bytes(text) })

  /** A mechanism of two steps that wants to hear "welcome". */
  const mechanism: Authentication.Mechanism = {
    method: "M",
    start: Effect.succeed({
      data: bytes("hello"),
      respond: (challenge) => Effect.succeed(bytes(`answer to ${new TextDecoder().decode(challenge)}`)),
      verify: (proof) =>
        new TextDecoder().decode(proof) === "welcome"
          ? Effect.void
          : new MqttError.AuthError({ reason: "UntrustedServer" })
    })
  }

  const handshake = (link: Scripted.Link, welcome: string) =>
    Effect.gen(function*() {
      assert.deepInclude((yield* link.expect("Connect")).properties, data("hello"))
      yield* link.send(Packet.auth({ reasonCode: 0x18, properties: data("1") }))
      assert.deepStrictEqual(
        yield* link.expect("Auth"),
        Packet.auth({ reasonCode: 0x18, properties: data("answer to 1") })
      )
      yield* link.send(Packet.connAck({ properties: data(welcome) }))
    })

  it.scoped("goes through its steps on every link, and again on demand", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { authentication: mechanism })
      const link = yield* server.link
      yield* handshake(link, "welcome")
      const client = yield* Fiber.join(fiber)
      const again = yield* Effect.fork(client.reauthenticate)
      assert.deepInclude(yield* link.expect("Auth"), { reasonCode: 0x19 })
      yield* link.send(Packet.auth({ reasonCode: 0x18, properties: data("2") }))
      assert.deepInclude(yield* link.expect("Auth"), { reasonCode: 0x18, properties: data("answer to 2") })
      yield* link.send(Packet.auth({ reasonCode: 0, properties: data("welcome") }))
      yield* Fiber.join(again)
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* handshake(yield* server.link, "welcome")
      yield* settle
      assert.deepInclude(yield* client.status.get, { _tag: "Connected", epoch: 2 })
    }))

  it.scoped("refuses a server that does not prove itself, before anything is sent to it", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { authentication: mechanism })
      const link = yield* server.link
      yield* handshake(link, "liar")
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).reason, "UntrustedServer")
      assert.isUndefined(yield* link.next)
    }))

  it.scoped("refused on a link that was ready: the caller and the status have the reason", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { authentication: mechanism })
      const link = yield* server.link
      yield* handshake(link, "welcome")
      const client = yield* Fiber.join(fiber)
      const failing = yield* Effect.fork(Effect.flip(client.reauthenticate))
      yield* link.expect("Auth")
      yield* link.send(Packet.disconnect({ reasonCode: 0x87 }))
      assert.strictEqual((yield* Fiber.join(failing)).reason, "NotAuthorized")
      yield* link.close
      yield* settle
      const status: ConnectionStatus.ConnectionStatus = yield* client.status.get
      assert.isTrue(status._tag === "Disconnected" && status.error.reason === "NotAuthorized")
      assert.strictEqual((yield* Effect.flip(client.reauthenticate)).reason, "Transport")
    }))

  it.scoped("without a mechanism there is nothing to do anew; in 3.1.1 there is none", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      assert.strictEqual((yield* Effect.flip(client.reauthenticate)).reason, "BadAuthenticationMethod")
      const server = yield* Scripted.make(4)
      const error = yield* Effect.flip(Fiber.join(
        yield* making(server, { protocolVersion: 4, authentication: mechanism })
      ))
      assert.strictEqual(error.reason, "InvalidEndpoint")
    }))

  it.scoped("a token is evaluated for each exchange", () =>
    Effect.gen(function*() {
      const tokens = yield* Ref.make(0)
      const server = yield* Scripted.make()
      const fiber = yield* making(server, {
        authentication: Authentication.token(
          "M",
          Effect.map(Ref.updateAndGet(tokens, (count) => count + 1), (count) => Redacted.make(`token ${count}`))
        )
      })
      const link = yield* server.link
      assert.deepInclude((yield* link.expect("Connect")).properties, data("token 1"))
      yield* link.send(Packet.connAck({ properties: data("") }))
      const client = yield* Fiber.join(fiber)
      const again = yield* Effect.fork(client.reauthenticate)
      assert.deepInclude((yield* link.expect("Auth")).properties, data("token 2"))
      yield* link.send(Packet.auth({ reasonCode: 0, properties: { authenticationMethod: "M" } }))
      yield* Fiber.join(again)
    }))
})

describe("what must not go on for ever", () => {
  it.scoped("a 3.1.1 server that hangs up at once, three times: another client has the identifier", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ initialConnect: "retry" }, {}, 4)
      let current: Scripted.Link = link
      for (let times = 0; times < 2; times++) {
        yield* current.close
        yield* settle
        yield* TestClock.adjust("4 seconds")
        current = yield* server.accept()
      }
      yield* settle
      yield* current.close
      assert.strictEqual((yield* Effect.flip(client.failure)).reason, "SessionTakenOver")
    }))

  it.scoped("is told from links that last", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({}, {}, 4)
      let current: Scripted.Link = link
      for (let times = 0; times < 5; times++) {
        yield* TestClock.adjust("1 second")
        yield* current.close
        yield* settle
        const accepting = yield* Effect.fork(server.accept())
        yield* TestClock.adjust("30 seconds")
        current = yield* Fiber.join(accepting)
      }
      yield* settle
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
    }))

  it.scoped("refused credentials: one more try, also while the first link is still to come", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { initialConnect: "retry" })
      yield* turnAway(server, Packet.connAck({ reasonCode: 0x87 }))
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* turnAway(server, Packet.connAck({ reasonCode: 0x87 }))
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).reason, "NotAuthorized")
    }))

  it.scoped("refused credentials: the schedule, which is one over ConnectError, sees them as its cause", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const seen: Array<MqttError.ConnectError> = []
      const reconnect: Schedule.Schedule<unknown, MqttError.ConnectError> = Schedule.recurWhile((error) => {
        seen.push(error)
        return error.retryable
      })
      const fiber = yield* making(server, { initialConnect: "retry", reconnect })
      yield* turnAway(server, Packet.connAck({ reasonCode: 0x86, properties: { reasonString: "who?" } }))
      yield* turnAway(server, Packet.connAck({ reasonCode: 0x86 }))
      yield* Fiber.await(fiber)
      assert.strictEqual(seen.length, 1)
      assert.deepInclude(seen[0], { reason: "ConnectRefused", reasonCode: 0x86, reasonString: "who?" })
      assert.strictEqual(seen[0].cause instanceof MqttError.AuthError && seen[0].cause.reason, "BadCredentials")
    }))

  it.scoped.each([0x8a, 0x8c])("a refusal with 0x%s is final", (reasonCode) =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { initialConnect: "retry" })
      yield* turnAway(server, Packet.connAck({ reasonCode }))
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber)))._tag, "AuthError")
    }))

  it.scoped("an attempt whose Effects interrupt themselves, such as by joining a fiber that was interrupted", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const token = yield* Effect.fork(Effect.as(Effect.never, Redacted.make("secret")))
      yield* Fiber.interrupt(token)
      const built = yield* making(server, { username: "u", password: Fiber.join(token) })
      yield* settle
      assert.deepInclude(yield* Effect.flip(Fiber.join(built)), { _tag: "ConnectError", reason: "InvalidEndpoint" })
    }))

  it.scoped("an attempt: its Effects have the time of the whole", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const fiber = yield* making(server, { username: Effect.delay(Effect.succeed("me"), "25 seconds") })
      yield* TestClock.adjust("25 seconds")
      const link = yield* server.link
      yield* link.expect("Connect")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).reason, "Timeout")
    }))

  it.scoped("an attempt: each that is late has an error of its own", () =>
    Effect.gen(function*() {
      const late = Effect.gen(function*() {
        const fiber = yield* making(yield* Scripted.make(), { username: Effect.never })
        yield* TestClock.adjust("30 seconds")
        return yield* Effect.flip(Fiber.join(fiber))
      })
      const [one, other] = [yield* late, yield* late]
      assert.strictEqual(one.reason, "Timeout")
      assert.notStrictEqual(one, other)
    }))
})

it.scoped("a malformed packet ends the link with its code, is in the status, and another link follows", () =>
  Effect.gen(function*() {
    const { client, link, server } = yield* start()
    const changes = yield* Effect.fork(Stream.runCollect(Stream.take(client.status.changes, 4)))
    yield* settle
    yield* link.sendBytes(Uint8Array.of(0x36, 6, 0, 1, 0x74, 0, 1, 0))
    assert.deepInclude(yield* link.expect("Disconnect"), { reasonCode: 0x81 })
    yield* link.close
    yield* settle
    yield* TestClock.adjust("1 second")
    yield* server.accept({ sessionPresent: true })
    const [, down] = Chunk.toReadonlyArray(yield* Fiber.join(changes))
    assert.isTrue(down._tag === "Disconnected" && down.error.reason === "ProtocolError")
    assert.match(down._tag === "Disconnected" ? down.error.message : "", /QoS 3/)
  }))

it.scoped("reconnects for real: a broker, the session, and a stream that goes on", () =>
  Effect.gen(function*() {
    const client = yield* MqttClient.make({ ...options, reconnect: Reconnect.none })
    const { messages } = yield* client.subscription("t", { qos: 1 })
    yield* client.publish("t", "1", { qos: 1 })
    yield* client.reconnect
    yield* client.publish("t", "2", { qos: 1 })
    const got = yield* Stream.runCollect(Stream.take(messages, 2))
    assert.deepStrictEqual(
      Chunk.toReadonlyArray(got).map(({ payload }) => new TextDecoder().decode(payload)),
      ["1", "2"]
    )
  }).pipe(Effect.provide(Broker.layerMemory())))
