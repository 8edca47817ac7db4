import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import type { Duration } from "effect"
import { Effect, Fiber, Schedule, TestClock } from "effect"
import { settle, start } from "./scriptedClient.ts"
import * as Rig from "./sessionRig.ts"
import * as Subscribing from "./subscribing.ts"

describe("what a server announces", () => {
  it.scoped("holds for its link: the next CONNECT asks for what the options say, which nobody has changed", () =>
    Effect.gen(function*() {
      const options = Object.freeze({ maxInFlight: 10, receiveMaximum: 20, keepAlive: 60_000, topicAliasMaximum: 5 })
      const { client, link, server } = yield* start(options, {
        properties: {
          receiveMaximum: 1,
          maximumPacketSize: 100,
          serverKeepAlive: 5,
          topicAliasMaximum: 0,
          sessionExpiryInterval: 7,
          maximumQoS: 1
        }
      })
      assert.strictEqual((yield* Effect.flip(client.publish("t", "x", { qos: 2 }))).reason, "NotSupported")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual({ ...next.connect, cleanStart: true }, { ...link.connect, cleanStart: true })
      // Nor does the next link keep to what the last one said.
      yield* Effect.fork(client.publish("t", "x".repeat(200), { qos: 2 }))
      yield* Effect.fork(client.publish("u", "x", { qos: 1 }))
      assert.strictEqual((yield* next.expect("Publish")).topic, "t")
      assert.strictEqual((yield* next.expect("Publish")).topic, "u")
      yield* next.close
    }))
})

describe("a link that follows", () => {
  const reconnectAfter = (delay: Duration.DurationInput, version: 4 | 5 = 5) =>
    Effect.gen(function*() {
      const overrides = { sessionExpiry: "10 seconds", reconnect: Schedule.spaced(delay) } as const
      const { link, server } = yield* start(version === 4 ? { reconnect: overrides.reconnect } : overrides, {}, version)
      yield* link.close
      yield* settle
      yield* TestClock.adjust(delay)
      return (yield* server.accept()).connect.cleanStart
    })

  it.scoped("resumes the session for as long as the server may hold it, and then begins a new one", () =>
    Effect.gen(function*() {
      assert.isFalse(yield* reconnectAfter("9 seconds"))
      // The clocks of both sides differ.
      assert.isFalse(yield* reconnectAfter("10500 millis"))
      assert.isTrue(yield* reconnectAfter("12 seconds"))
    }))

  it.scoped("resumes a 3.1.1 session however long ago it was: it lasts as long as its server likes", () =>
    Effect.gen(function*() {
      assert.isFalse(yield* reconnectAfter("1 day", 4))
    }))
})

describe("a message that comes before the SUBACK", () => {
  Subscribing.scenario("is for the stream that asked", () =>
    Effect.gen(function*() {
      const { client, link } = yield* Subscribing.start()
      const subscribing = yield* Effect.fork(client.subscription("t", { qos: 1 }))
      const { packetId, properties } = yield* link.expect("Subscribe")
      const [identifier = 0] = properties?.subscriptionIdentifiers ?? []
      yield* link.send(
        Subscribing.incomingFor(identifier, "t", 7),
        Packet.subAck({ packetId, reasonCodes: [1] })
      )
      const { messages } = yield* Fiber.join(subscribing)
      assert.deepStrictEqual(yield* Subscribing.take(messages, 1), ["t"])
    }))
})

describe("what is accepted at QoS 0", () => {
  it.scoped("leaves before the goodbye of a client that is closed at once", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      for (let count = 0; count < 100; count++) yield* client.publish("t", `${count}`)
      yield* Effect.fork(client.disconnect())
      for (let count = 0; count < 100; count++) {
        assert.deepStrictEqual((yield* link.expect("Publish")).payload, Rig.bytes(`${count}`))
      }
      yield* link.expect("Disconnect")
      yield* link.close
    }))
})

describe("a session", () => {
  it("queues more publishes than there are packet identifiers", () => {
    const rig = Rig.make(5, { queueMessages: 100_000, queueBytes: 100_000_000 })
    const outcomes = Array.from({ length: 70_000 }, () => rig.publish("t", 1))
    assert.isTrue(outcomes.every(({ result }) => result === "waits"))
    rig.connect()
    assert.strictEqual(rig.session.queued(), 70_000 - 64)
  })

  it("is ready while what it resends is unacknowledged", () => {
    const rig = Rig.make()
    rig.connect()
    rig.publish("t", 2)
    rig.session.lost()
    rig.connect({ sessionPresent: true })
    assert.isTrue(rig.session.isReady())
    assert.strictEqual(rig.connections(), 2)
    rig.publish("u", 0)
    assert.deepStrictEqual(rig.tags(), ["Publish", "Publish"])
  })
})
