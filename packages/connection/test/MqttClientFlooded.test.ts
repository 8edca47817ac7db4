import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import { settle, start } from "./scriptedClient.ts"
import { bytes, incoming } from "./sessionRig.ts"

describe("a 3.1.1 server that knows no Receive Maximum", () => {
  it.scoped("cannot fill the memory while a handler awaits its own publish, and the next link brings the answer", () =>
    Effect.gen(function*() {
      const limits = { receiveMaximum: 2, readAheadBytes: 10_000, acknowledgementTimeout: "30 seconds" as const }
      const { client, link, server } = yield* start({ ...limits, keepAlive: 0 }, {}, 4)
      const handled: Array<string> = []
      yield* Effect.forkScoped(
        client.consume("in", ({ topic }) =>
          Effect.zipRight(
            client.publish("out", "x", { qos: 1 }),
            Effect.sync(() => handled.push(topic))
          ), { qos: 1 })
      )
      const subscribe = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId: subscribe.packetId, reasonCodes: [1] }))
      const payload = bytes("x".repeat(1000))
      let sent = 0
      const flood = yield* Effect.fork(
        Effect.forEach(
          Array.from({ length: 1000 }, (_, index) => incoming("in", index + 1, 1, { payload })),
          (packet) => Effect.tap(link.send(packet), () => Effect.sync(() => sent++))
        )
      )
      yield* Effect.repeatN(settle, 20)
      // What the client holds, and what the pipe does; the rest stays with the server.
      assert.isTrue(Option.isNone(yield* Fiber.poll(flood)))
      assert.isBelow(sent, 200)
      assert.deepStrictEqual(handled, [])
      const publish = yield* link.expect("Publish")
      // The answer is behind all that, so the link has its time and is replaced.
      yield* TestClock.adjust("30 seconds")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("2 seconds")
      const next = yield* server.accept({ sessionPresent: false })
      yield* Fiber.interrupt(flood)
      const again = yield* next.expect("Subscribe")
      yield* next.send(Packet.subAck({ packetId: again.packetId, reasonCodes: [1] }))
      const { packetId = 0 } = yield* next.expect("Publish")
      assert.strictEqual(publish.topic, "out")
      yield* next.send(Packet.pubAck({ packetId }))
      yield* settle
      assert.deepStrictEqual(handled.slice(0, 1), ["in"])
      yield* next.close
    }))

  /** A stream of "in", 300 messages for it, and behind them the answer to its SUBSCRIBE. */
  const answeredBehindFlood = (reasonCode: number) =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ receiveMaximum: 2, readAheadBytes: 10_000, keepAlive: 0 }, {}, 4)
      const handled: Array<string> = []
      const running = yield* Effect.forkScoped(
        Stream.runForEach(client.subscribe("in", { qos: 1 }), ({ topic }) => Effect.sync(() => handled.push(topic)))
      )
      const { packetId } = yield* link.expect("Subscribe")
      const payload = bytes("x".repeat(1000))
      for (let id = 1; id <= 300; id++) yield* link.send(incoming("in", id, 1, { payload }))
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [reasonCode] }))
      yield* Effect.repeatN(settle, 20)
      return { handled, link, running }
    })

  it.scoped("sends more before its SUBACK than is read ahead: the stream begins all the same, and the SUBACK arrives", () =>
    Effect.gen(function*() {
      const { handled, link } = yield* answeredBehindFlood(1)
      assert.strictEqual(handled.length, 300)
      yield* link.send(incoming("in", 1, 1))
      yield* settle
      assert.strictEqual(handled.length, 301)
      yield* link.close
    }))

  it.scoped("refuses a subscription behind all that: its stream fails after what it got", () =>
    Effect.gen(function*() {
      const { handled, link, running } = yield* answeredBehindFlood(0x80)
      const error = yield* Effect.flip(Fiber.join(running))
      assert.deepInclude(error, { _tag: "SubscribeError", reason: "SubscribeRejected", filter: "in" })
      assert.strictEqual(handled.length, 300)
      yield* link.close
    }))
})
