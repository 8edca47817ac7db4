import { Packet } from "@effect-mqtt/codec"
import { Reconnect } from "@effect-mqtt/connection"
import type { ConnectionStatus } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { settle, start } from "./scriptedClient.ts"
import { bytes } from "./sessionRig.ts"

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
