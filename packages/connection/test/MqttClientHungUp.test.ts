import { Packet } from "@effect-mqtt/codec"
import { MqttClient, MqttConnection } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"

/** The next link ends with its CONNECT. */
const hangUp = (server: Scripted.Server) =>
  Effect.gen(function*() {
    const link = yield* server.link
    const { protocolVersion } = yield* link.expect("Connect")
    yield* link.close
    yield* settle
    return protocolVersion
  })

const making = (server: Scripted.Server, overrides: Partial<MqttClient.Options>) =>
  Effect.fork(Effect.provide(MqttClient.make({ ...options, ...overrides }), server.layer))

describe("a server that hangs up on CONNECT without a word", () => {
  it.scoped("is asked once more in 3.1.1 with \"auto\", at once, and stays there", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const client = yield* making(server, { protocolVersion: "auto" })
      assert.strictEqual(yield* hangUp(server), 5)
      const link = yield* server.accept()
      assert.strictEqual(link.connect.protocolVersion, 4)
      yield* Fiber.join(client)
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* server.accept()).connect.protocolVersion, 4)
    }))

  it.scoped("is asked in 5 again when it hangs up on both", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const client = yield* making(server, { protocolVersion: "auto", initialConnect: "retry" })
      assert.deepStrictEqual([yield* hangUp(server), yield* hangUp(server)], [5, 4])
      yield* TestClock.adjust("10 seconds")
      const link = yield* server.accept()
      assert.strictEqual(link.connect.protocolVersion, 5)
      yield* Fiber.join(client)
      // From now on it is known to speak 5: what it has against later links is not that.
      yield* link.close
      yield* settle
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* hangUp(server), 5)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* server.accept({ sessionPresent: true })).connect.protocolVersion, 5)
    }))

  it.scoped("without \"auto\" just hangs up", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const client = yield* making(server, {})
      yield* hangUp(server)
      const error = yield* Effect.flip(Fiber.join(client))
      assert.deepInclude(error, { reason: "Transport", retryable: true })
      assert.include(String((error.cause as { readonly message?: string }).message), "hung up before it answered")
      assert.lengthOf(server.tried, 1)
    }))

  it.scoped("a single connection asks once more, too", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const connecting = yield* Effect.fork(
        Effect.provide(MqttConnection.make({ url: "mqtt://memory", protocolVersion: "auto" }), server.layer)
      )
      yield* hangUp(server)
      const link = yield* server.accept()
      assert.strictEqual((yield* Fiber.join(connecting)).negotiated.protocolVersion, 4)
      yield* link.close
    }))
})

describe("a 3.1.1 server that hangs up at once, three times", () => {
  /** On each of the first links the server does what the test says; on the others nothing. */
  const threeTimes = (acts: ReadonlyArray<(link: Scripted.Link) => Effect.Effect<void>>) =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ initialConnect: "retry" }, {}, 4)
      yield* Effect.fork(Effect.ignore(client.publish("forbidden", "x", { qos: 1 })))
      let current: Scripted.Link = link
      for (let times = 0;; times++) {
        yield* acts[times]?.(current) ?? Effect.void
        yield* settle
        yield* current.close
        yield* settle
        if (times === 2) return yield* Effect.flip(client.failure)
        yield* TestClock.adjust("4 seconds")
        current = yield* server.accept()
      }
    })
  const listens = (link: Scripted.Link) => Effect.asVoid(link.expect("Publish"))
  const answers = (link: Scripted.Link) =>
    Effect.flatMap(link.expect("Publish"), ({ packetId = 0 }) => link.send(Packet.pubAck({ packetId })))

  it.scoped("over a publish that it does not acknowledge: it may forbid that", () =>
    Effect.gen(function*() {
      const error = yield* threeTimes([listens, listens, listens])
      assert.deepInclude(error, { reason: "ServerDisconnected", retryable: false })
      assert.include(error.message, "forbids what this one publishes")
    }))

  it.scoped("although it has answered what it was asked: another client has the identifier", () =>
    Effect.gen(function*() {
      const error = yield* threeTimes([listens, answers])
      assert.deepInclude(error, { reason: "SessionTakenOver", retryable: false })
    }))
})
