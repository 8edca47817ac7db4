import { Packet } from "@effect-mqtt/codec"
import type { Endpoint } from "@effect-mqtt/connection"
import { MqttClient, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Context,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  Option,
  Scope,
  Stream,
  Supervisor,
  TestClock
} from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

/** A client on its way, and a way to close it whose link the server does not care about. */
interface Situation {
  readonly server: Scripted.Server
  readonly scope: Scope.CloseableScope
  /** The client, if it was ever connected. */
  readonly client: MqttClient.MqttClient["Type"] | undefined
  readonly building: Fiber.RuntimeFiber<MqttClient.MqttClient["Type"], unknown>
  /** Those of the client that have not ended. */
  readonly fibers: Supervisor.Supervisor<ReadonlyArray<Fiber.RuntimeFiber<unknown, unknown>>>
  /** What was on its way when it was closed; it has to end. */
  readonly operations: ReadonlyArray<Fiber.RuntimeFiber<unknown, unknown>>
}

type Prepare = Effect.Effect<Situation, never, Scope.Scope>

const build = (
  server: Scripted.Server,
  overrides: Partial<MqttClient.Options> = {},
  layer: Layer.Layer<Transport.Transport> = server.layer
) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    // A timer or a listener of the client would be a fiber that sleeps or waits.
    const fibers = yield* Supervisor.track
    const building = yield* Effect.fork(
      MqttClient.make({ ...options, ...overrides }).pipe(
        Effect.provide(layer),
        Scope.extend(scope),
        Effect.supervised(fibers)
      )
    )
    yield* settle
    return { server, scope, building, fibers, client: undefined, operations: [] }
  })

const opening: Prepare = Effect.flatMap(Scripted.make(), (server) =>
  build(
    server,
    {},
    Layer.map(server.layer, (context) =>
      Context.make(Transport.Transport, {
        open: (endpoint: Endpoint.Endpoint) =>
          Effect.zipRight(Context.get(context, Transport.Transport).open(endpoint), Effect.never)
      }))
  ))

const handshaking: Prepare = Effect.flatMap(Scripted.make(), (server) => build(server))

const judging: Prepare = Effect.gen(function*() {
  const server = yield* Scripted.make()
  const situation = yield* build(server, {
    authentication: {
      method: "M",
      start: Effect.succeed({ respond: () => Effect.succeed(undefined), verify: () => Effect.never })
    }
  })
  yield* server.accept({ properties: { authenticationMethod: "M" } })
  yield* settle
  return situation
})

const connect = Effect.gen(function*() {
  const server = yield* Scripted.make()
  const situation = yield* build(server)
  const link = yield* server.accept()
  const client = yield* Effect.orDie(Fiber.join(situation.building))
  return { situation: { ...situation, client }, client, link }
})

const ready: Prepare = Effect.gen(function*() {
  const { client, link, situation } = yield* connect
  const operations = [
    yield* Effect.fork(client.publish("t", "x", { qos: 1 })),
    yield* Effect.fork(client.publish("t", "x", { qos: 2 })),
    yield* Effect.fork(Effect.scoped(client.subscription("f"))),
    yield* Effect.fork(client.ping),
    yield* Effect.fork(client.reconnect)
  ]
  yield* settle
  yield* Effect.forkScoped(Effect.forever(link.next))
  return { ...situation, operations }
})

const draining: Prepare = Effect.gen(function*() {
  const { client, situation } = yield* connect
  const operations = [yield* Effect.fork(client.publish("t", "x", { qos: 1 })), yield* Effect.fork(client.disconnect())]
  yield* settle
  return { ...situation, operations }
})

const disconnecting: Prepare = Effect.gen(function*() {
  const { client, link, situation } = yield* connect
  const operations = [yield* Effect.fork(client.disconnect())]
  yield* link.expect("Disconnect")
  return { ...situation, operations }
})

const waiting: Prepare = Effect.gen(function*() {
  const { client, link, situation } = yield* connect
  yield* link.close
  yield* settle
  const operations = [
    yield* Effect.fork(client.publish("t", "x")),
    yield* Effect.fork(Effect.scoped(client.subscription("f")))
  ]
  yield* settle
  return { ...situation, operations }
})

const failed: Prepare = Effect.gen(function*() {
  const { link, situation } = yield* connect
  yield* link.send(Packet.disconnect({ reasonCode: 0x8e }))
  yield* settle
  yield* link.close
  yield* settle
  return situation
})

const closed: Prepare = Effect.gen(function*() {
  const { client, link, situation } = yield* connect
  const closing = yield* Effect.fork(client.disconnect())
  yield* link.expect("Disconnect")
  yield* link.close
  yield* Fiber.join(closing)
  return situation
})

const states: ReadonlyArray<readonly [string, Prepare]> = [
  ["opening", opening],
  ["handshaking", handshaking],
  ["judging the server", judging],
  ["ready", ready],
  ["draining", draining],
  ["disconnecting", disconnecting],
  ["waiting", waiting],
  ["failed", failed],
  ["closed", closed]
]

/** Nothing runs, and nobody waits. */
const nothingIsLeft = ({ building, client, fibers, operations, server }: Situation) =>
  Effect.gen(function*() {
    yield* settle
    for (const fiber of [building, ...operations]) yield* Fiber.await(fiber)
    // The scripted server ends a link only when it is told to: one fiber each.
    assert.strictEqual((yield* fibers.value).length, server.open())
    if (client !== undefined) {
      const status = yield* client.status.get
      assert.include(["Closed", "Failed"], status._tag)
    }
  })

describe("closing, whatever the client is about", () => {
  it.scoped.each(states)("%s: by its scope, twice, with nothing left behind", ([, prepare]) =>
    Effect.gen(function*() {
      const situation = yield* prepare
      const calls = yield* Effect.forEach([1, 2], () => Effect.fork(Scope.close(situation.scope, Exit.void)))
      yield* settle
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach(calls, Fiber.join)
      yield* nothingIsLeft(situation)
    }))

  it.scoped.each(states)("%s: by disconnect, twice and interrupted", ([, prepare]) =>
    Effect.gen(function*() {
      const situation = yield* prepare
      const { client } = situation
      if (client === undefined) {
        // Nobody has the client yet: it is the building that is interrupted.
        yield* Fiber.interrupt(situation.building)
        yield* Scope.close(situation.scope, Exit.void)
      } else {
        const calls = yield* Effect.forEach([client.disconnect(), client.disconnect()], (call) => Effect.fork(call))
        yield* settle
        const interrupting = yield* Effect.fork(Fiber.interruptAll(calls))
        yield* settle
        // The peer has two seconds to take the DISCONNECT.
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(interrupting)
      }
      yield* TestClock.adjust("4 seconds")
      yield* nothingIsLeft(situation)
    }))
})

describe("closing while a link ends by itself", () => {
  it.scoped("releases its wire, however close the two are", () =>
    Effect.gen(function*() {
      for (let turns = 0; turns < 6; turns++) {
        let open = 0
        const server = yield* Scripted.make()
        const counted = Layer.map(server.layer, (context) =>
          Context.make(Transport.Transport, {
            open: (endpoint: Endpoint.Endpoint) =>
              Effect.zipRight(
                Effect.acquireRelease(Effect.sync(() => open++), () => Effect.sync(() => open--)),
                Context.get(context, Transport.Transport).open(endpoint)
              )
          }))
        const { scope } = yield* build(server, {}, counted)
        const link = yield* server.link
        yield* settle
        yield* Effect.fork(link.close)
        yield* Effect.repeatN(Effect.yieldNow(), turns)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* settle
        yield* Fiber.join(closing)
        assert.strictEqual(open, 0, `after ${turns} turns`)
      }
    }))
})

describe("a client that is made in a scope which is closed", () => {
  it.scoped("opens nothing", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const scope = yield* Scope.make()
      yield* Scope.close(scope, Exit.void)
      const making = yield* Effect.fork(
        Effect.flip(MqttClient.make(options).pipe(Effect.provide(server.layer), Scope.extend(scope)))
      )
      yield* settle
      assert.deepStrictEqual(server.tried, [])
      assert.strictEqual((yield* Fiber.join(making)).reason, "Closed")
    }))
})

describe("closing a client that logs everything", () => {
  it.scoped("leaves nothing in the log that nobody heard of", () =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => {
        logged.push(message)
      })
      yield* Effect.gen(function*() {
        const { client } = yield* start()
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(closing)
      }).pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
      assert.include(logged.flat(), "MQTT connected")
      assert.notInclude(logged.flat(), "Fiber terminated with an unhandled error")
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
