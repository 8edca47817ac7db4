import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

const flags = (packets: ReadonlyArray<Packet.Packet>) =>
  packets.flatMap((packet) => packet._tag === "Publish" ? [packet.retain] : [])

describe("retained messages", () => {
  it.scoped.each([4, 5] as const)(
    "level %s: the last one greets a new subscriber, an empty one removes it",
    (v) =>
      Effect.gen(function*() {
        const broker = yield* Broker.make()
        const publisher = yield* connect(broker, "p", { protocolVersion: v })
        yield* publisher.send(
          publish("a/b", "old", { retain: true }),
          publish("a/b", "new", { retain: true }),
          publish("a/b", "passing"),
          publish("a/c", "gone", { retain: true }),
          publish("a/c", "", { retain: true })
        )
        yield* publisher.drain
        const subscriber = yield* connect(broker, "s", { protocolVersion: v })
        yield* subscribe(subscriber, "a/+")
        const received = yield* subscriber.drain
        assert.deepStrictEqual(payloads(received), ["new"])
        assert.deepStrictEqual(flags(received), [true])
        assert.strictEqual((yield* broker.stats).retainedMessages, 1)
      })
  )

  it.scoped.each(
    [
      ["a", ["a"]],
      ["a/#", ["a", "a/b", "a/b/c"]],
      ["+/b", ["a/b", "d/b"]],
      ["+", ["a"]],
      ["#", ["a", "a/b", "a/b/c", "d/b"]],
      ["+/b/#", ["a/b", "a/b/c", "d/b"]],
      ["$HOUSE/#", ["$HOUSE/x"]],
      ["x", []]
    ] as const
  )("the filter %s finds %j", ([filter, expected]) =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      for (const topic of ["a", "a/b", "a/b/c", "d/b", "$HOUSE/x"]) {
        yield* broker.publish({ topic, payload: topic, retain: true })
      }
      const subscriber = yield* connect(broker, "s")
      yield* subscribe(subscriber, filter)
      assert.sameMembers([...payloads(yield* subscriber.drain)], [...expected])
    }))

  it.scoped("Retain Handling: always, for a new subscription only, never", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      yield* broker.publish({ topic: "t", payload: "x", retain: true })
      const client = yield* connect(broker, "c")
      const received: Array<number> = []
      for (const retainHandling of [2, 1, 0, 0, 1] as const) {
        yield* subscribe(client, "t", { retainHandling })
        received.push((yield* client.drain).length)
      }
      assert.deepStrictEqual(received, [0, 0, 1, 1, 0])
      yield* subscribe(client, "+", { retainHandling: 1 })
      assert.strictEqual((yield* client.drain).length, 1)
    }))

  it.scoped("No Local: what the subscriber itself has retained does not greet it, until it asks without", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c")
      yield* client.send(publish("t", "mine", { retain: true }))
      yield* broker.publish({ topic: "u", payload: "theirs", retain: true })
      yield* subscribe(client, "+", { noLocal: true })
      assert.deepStrictEqual(payloads(yield* client.drain), ["theirs"])
      yield* subscribe(client, "t")
      assert.deepStrictEqual(payloads(yield* client.drain), ["mine"])
    }))

  it.scoped("Retain As Published: live messages keep their flag only where it is asked for", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const plain = yield* connect(broker, "plain")
      const keeping = yield* connect(broker, "keeping")
      yield* subscribe(plain, "t")
      yield* subscribe(keeping, "t", { retainAsPublished: true })
      yield* broker.publish({ topic: "t", payload: "x", retain: true })
      yield* broker.publish({ topic: "t", payload: "y" })
      assert.deepStrictEqual(flags(yield* plain.drain), [false, false])
      assert.deepStrictEqual(flags(yield* keeping.drain), [true, false])
    }))

  it.scoped("more than what fits into the window or the queue still arrives, as it is acknowledged", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxQueuedMessages: 1, maxInFlight: 2 } })
      for (let index = 0; index < 20; index++) {
        yield* broker.publish({ topic: `t/${index}`, payload: `${index}`, qos: 1, retain: true })
      }
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "#", { qos: 1 })
      // One more live message is not the one too many.
      yield* broker.publish({ topic: "live", payload: "", qos: 1 })
      let count = 0
      for (;;) {
        const batch = yield* client.drain
        if (batch.length === 0) break
        count += batch.length
        for (const packet of batch) {
          if (packet._tag === "Publish") yield* client.send(Packet.pubAck({ packetId: packet.packetId ?? 0 }))
        }
      }
      assert.strictEqual(count, 21)
    }))

  it.scoped("end with their lifetime", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxRetainedMessages: 1 } })
      yield* broker.publish({ topic: "a", payload: "x", retain: true, properties: { messageExpiryInterval: 5 } })
      yield* TestClock.adjust("5 seconds")
      // Its place is free again.
      yield* broker.publish({ topic: "b", payload: "y", retain: true })
      const client = yield* connect(broker, "c")
      yield* subscribe(client, "#")
      assert.deepStrictEqual(payloads(yield* client.drain), ["y"])
    }))

  it.scoped("beyond the limit a message is refused where the protocol can say so, else passed on and not kept", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make({ limits: { maxRetainedMessages: 1 } })
      const subscriber = yield* connect(broker, "s")
      yield* subscribe(subscriber, "#")
      const publisher = yield* connect(broker, "p")
      yield* publisher.send(
        publish("a", "1", { retain: true }),
        publish("b", "2", { retain: true, qos: 1, packetId: 1 }),
        publish("b", "3", { retain: true }),
        publish("a", "4", { retain: true, qos: 1, packetId: 2 })
      )
      const acks = yield* publisher.drain
      assert.deepStrictEqual(acks.map((ack) => ack._tag === "PubAck" && ack.reasonCode), [0x97, 0])
      assert.deepStrictEqual(payloads(yield* subscriber.drain), ["1", "3", "4"])
      assert.deepInclude(yield* broker.stats, { retainedMessages: 1, messagesDropped: 1 })
      const error = yield* Effect.flip(broker.publish({ topic: "c", payload: "x", retain: true }))
      assert.strictEqual(error.reason, "RetainedFull")
    }))
})
