import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { Message, MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Effect, Exit, Fiber, Logger, Option, Scope, Stream, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import type * as Scripted from "./scriptedServer.ts"
import { bytes, incoming } from "./sessionRig.ts"

const texts = (messages: Chunk.Chunk<Message.Message>) => Chunk.toReadonlyArray(messages).map(Message.text)

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
