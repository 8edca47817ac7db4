import { Broker } from "@effect-mqtt/broker"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"

const numbered = (count: number, qos: (index: number) => 0 | 1 | 2): ReadonlyArray<Message.OutgoingMessage> =>
  Array.from({ length: count }, (_, index) => ({ topic: `n/${index % 7}`, payload: `${index}`, qos: qos(index) }))

describe("client.sink", () => {
  it.scoped("publishes a stream in its order, at every QoS, and says how much it was", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make(options)
      const { messages } = yield* client.subscription("n/#", { qos: 2 })
      const reading = yield* Effect.fork(Stream.runCollect(Stream.take(messages, 2000)))
      const outgoing = numbered(2000, (index) => index % 3 === 0 ? 0 : index % 3 === 1 ? 1 : 2)
      const summary = yield* Stream.run(Stream.rechunk(Stream.fromIterable(outgoing), 300), client.sink())
      const got = Chunk.toReadonlyArray(yield* Fiber.join(reading))
      // The broker lets QoS 0 pass what waits for the Receive Maximum.
      for (const needsWindow of [false, true]) {
        assert.deepStrictEqual(
          got.filter(({ qos }) => qos !== 0 === needsWindow).map(Message.text),
          outgoing.filter(({ qos }) => qos !== 0 === needsWindow).map(({ payload }) => payload)
        )
      }
      const bytes = outgoing.reduce((sum, { payload }) => sum + payload.length, 0)
      assert.deepStrictEqual(summary, { messages: 2000, bytes, unmatched: 0 })
    }).pipe(Effect.provide(Broker.layerMemory())))

  // A server that uses Nagle's algorithm holds back what it has to say until something is written to it.
  it.scoped("has no more on its way than `inFlight`, and a message follows every acknowledgement", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const publishing = yield* Effect.fork(
        Stream.run(Stream.fromIterable(numbered(12, () => 1)), client.sink({ inFlight: 8 }))
      )
      const expect = (count: number) =>
        Effect.forEach(
          Array.from({ length: count }),
          () => Effect.map(link.expect("Publish"), ({ packetId = 0, payload }) => ({ packetId, payload }))
        )
      const acknowledge = (...messages: ReadonlyArray<{ readonly packetId: number }>) =>
        link.send(...messages.map(({ packetId }) => ({ _tag: "PubAck" as const, packetId })))
      const [first, ...others] = yield* expect(8)
      const further = yield* Effect.fork(expect(1))
      yield* settle
      assert.isTrue(Option.isNone(yield* Fiber.poll(further)))
      yield* acknowledge(first)
      const [ninth, ...none] = yield* Fiber.join(further)
      assert.deepStrictEqual([new TextDecoder().decode(ninth?.payload), none], ["8", []])
      // All at once: what they make room for follows in one go.
      yield* acknowledge(...others, ninth)
      yield* acknowledge(...yield* expect(3))
      assert.strictEqual((yield* Fiber.join(publishing)).messages, 12)
    }))

  it.scoped("hands over what a chunk has at QoS 0 behind a full window, and waits for the output", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const payload = new Uint8Array(20_000)
      const messages: ReadonlyArray<Message.OutgoingMessage> = [
        { topic: "first", payload: "", qos: 1 },
        ...Array.from({ length: 12 }, () => ({ topic: "t", payload }))
      ]
      const publishing = yield* Effect.fork(Stream.run(Stream.fromIterable(messages), client.sink({ inFlight: 1 })))
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* link.send({ _tag: "PubAck", packetId })
      for (let count = 0; count < 12; count++) assert.strictEqual((yield* link.expect("Publish")).qos, 0)
      assert.strictEqual((yield* Fiber.join(publishing)).messages, 13)
    }))

  it.scoped("dies of a message that throws, without the link", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ drainTimeout: 0 })
      const broken = {
        topic: "broken",
        qos: 1 as const,
        get payload(): string {
          throw new Error("no payload")
        }
      }
      const messages: ReadonlyArray<Message.OutgoingMessage> = [...numbered(1, () => 1), broken]
      const publishing = yield* Effect.fork(Stream.run(Stream.fromIterable(messages), client.sink({ inFlight: 1 })))
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* link.send({ _tag: "PubAck", packetId })
      const exit = yield* Fiber.await(publishing)
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      const ping = yield* Effect.fork(client.ping)
      yield* link.expect("PingReq")
      yield* Fiber.interrupt(ping)
    }))

  it.scoped("fails when the client is closed between two refills, and sends nothing after that", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const publishing = yield* Effect.fork(
        Effect.flip(Stream.run(Stream.fromIterable(numbered(3, () => 1)), client.sink({ inFlight: 1 })))
      )
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* Effect.fork(client.disconnect())
      yield* settle
      yield* link.send({ _tag: "PubAck", packetId })
      const error = yield* Fiber.join(publishing)
      assert.deepStrictEqual([error.reason, error.topic], ["Closed", "n/1"])
      yield* link.expect("Disconnect")
    }))

  it.scoped("fails with the first message that the server refuses, and sends nothing after it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ drainTimeout: 0 })
      const publishing = yield* Effect.fork(
        Effect.flip(Stream.run(Stream.fromIterable(numbered(5, () => 1)), client.sink({ inFlight: 2 })))
      )
      const { packetId = 0 } = yield* link.expect("Publish")
      yield* link.expect("Publish")
      yield* link.send({ _tag: "PubAck", packetId, reasonCode: 0x97 })
      const error = yield* Fiber.join(publishing)
      assert.deepStrictEqual([error.reason, error.topic, error.reasonCode], ["PublishRejected", "n/0", 0x97])
      const ping = yield* Effect.fork(client.ping)
      yield* link.expect("PingReq")
      yield* Fiber.interrupt(ping)
    }))

  it.scoped("counts the messages that nobody subscribes to", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const messages = numbered(3, (index) => index === 2 ? 2 : 1)
      const publishing = yield* Effect.fork(Stream.run(Stream.fromIterable(messages), client.sink()))
      const { packetId = 0 } = yield* link.expect("Publish")
      const { packetId: other = 0 } = yield* link.expect("Publish")
      const { packetId: third = 0 } = yield* link.expect("Publish")
      yield* link.send({ _tag: "PubAck", packetId, reasonCode: 0x10 }, { _tag: "PubAck", packetId: other })
      yield* link.send({ _tag: "PubRec", packetId: third, reasonCode: 0x10 })
      yield* link.expect("PubRel")
      yield* link.send({ _tag: "PubComp", packetId: third })
      assert.deepStrictEqual(yield* Fiber.join(publishing), { messages: 3, bytes: 3, unmatched: 2 })
    }))

  it.scoped("interrupted without a link, leaves nothing in the queue", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      yield* link.close
      yield* settle
      const publishing = yield* Effect.fork(Stream.run(Stream.fromIterable(numbered(3, () => 1)), client.sink()))
      yield* settle
      yield* Fiber.interrupt(publishing)
      yield* Effect.fork(client.publish("kept", ""))
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      assert.strictEqual((yield* next.expect("Publish")).topic, "kept")
    }))

  it.scoped("goes on over a new link, where what was not acknowledged is sent again", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const publishing = yield* Effect.fork(
        Stream.run(Stream.fromIterable(numbered(3, () => 1)), client.sink({ inFlight: 2 }))
      )
      yield* link.expect("Publish")
      yield* link.expect("Publish")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      const again = yield* Effect.forEach([0, 1], () => next.expect("Publish"))
      assert.deepStrictEqual(again.map(({ dup, topic }) => [topic, dup]), [["n/0", true], ["n/1", true]])
      yield* next.send(...again.map(({ packetId = 0 }) => ({ _tag: "PubAck" as const, packetId })))
      const { packetId = 0 } = yield* next.expect("Publish")
      yield* next.send({ _tag: "PubAck", packetId })
      assert.strictEqual((yield* Fiber.join(publishing)).messages, 3)
    }))

  it.scoped("takes no more QoS 0 messages than the link, while the server reads nothing", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ drainTimeout: 0 })
      let pulled = 0
      const endless = Stream.repeatEffect(Effect.sync(() => {
        pulled++
        return { topic: "t", payload: new Uint8Array(1024) }
      }))
      const publishing = yield* Effect.fork(Stream.run(endless, client.sink()))
      yield* Effect.repeatN(Effect.yieldNow(), 20_000)
      assert.isAbove(pulled, 50)
      // 64 KiB of output, as much on its way, and what the pipe holds.
      assert.isBelow(pulled, 300)
      yield* Fiber.interrupt(publishing)
      yield* link.close
    }))

  it.scoped("fills in the defaults of the client", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({
        drainTimeout: 0,
        defaults: { topics: [{ filter: "alarm/#", qos: 1, retain: true }] }
      })
      yield* Effect.fork(
        Stream.run(Stream.make({ topic: "alarm/1", payload: "" }, { topic: "t", payload: "" }), client.sink())
      )
      const alarm = yield* link.expect("Publish")
      const other = yield* link.expect("Publish")
      assert.deepStrictEqual([alarm.qos, alarm.retain, other.qos, other.retain], [1, true, 0, false])
    }))

  it.scoped("fails when the client is closed", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      yield* client.disconnect()
      const error = yield* Effect.flip(Stream.run(Stream.make({ topic: "t", payload: "" }), client.sink()))
      assert.strictEqual(error.reason, "Closed")
    }))

  it.scoped("copies the bytes of a message, also those of a Buffer", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      yield* link.close
      yield* settle
      const payload = Buffer.from("before")
      const publishing = yield* Effect.fork(Stream.run(Stream.make({ topic: "t", payload }), client.sink()))
      yield* settle
      payload.fill("x")
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual((yield* next.expect("Publish")).payload, new TextEncoder().encode("before"))
      yield* Fiber.join(publishing)
    }))
})
