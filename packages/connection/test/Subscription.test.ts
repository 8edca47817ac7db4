import { Packet } from "@effect-mqtt/codec"
import { Message } from "@effect-mqtt/connection"
import type { MqttClient, MqttError, Subscription } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Effect, Exit, Fiber, Option, Queue, Stream, TestClock } from "effect"
import type * as Scripted from "./scriptedServer.ts"
import { bytes, incoming } from "./sessionRig.ts"
import {
  granted,
  heard,
  isSilent,
  opened,
  plain,
  played,
  scenario,
  settle,
  start,
  subscription,
  take,
  unsubscribed,
  warnings
} from "./subscribing.ts"

describe("acceptance", () => {
  scenario("when received: acknowledged in the buffer, before anybody reads", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages } = yield* subscription(link, client, "#", { qos: 2, ack: "received" })
      yield* link.send(incoming("a", 1), incoming("b", 2, 2))
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubRec", 2, 0]])
      assert.deepStrictEqual(yield* take(messages, 2), ["a", "b"])
    }))

  scenario(
    "when received: what finds no room in the buffer waits for it, unacknowledged",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const { messages } = yield* subscription(link, client, "#", { qos: 1, ack: "received", bufferMessages: 2 })
        yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
        yield* isSilent(link)
        assert.deepStrictEqual(yield* take(messages, 3), ["a", "b", "c"])
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 3, 0]])
      })
  )

  scenario("when pulled: a consumer that fails leaves its batch to the next one", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages } = yield* subscription(link, client, "#", { qos: 1 })
      yield* link.send(incoming("a", 1), incoming("b", 2))
      yield* settle
      const failed = yield* Effect.exit(Stream.runForEach(messages, () => Effect.fail("broken")))
      assert.deepStrictEqual(failed, Exit.fail("broken"))
      yield* isSilent(link)
      assert.deepStrictEqual(yield* take(messages, 2), ["a", "b"])
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
    }))

  scenario("when pulled: what an interrupted stream leaves behind waits for its retry", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const first = yield* Effect.fork(Stream.runForEach(client.subscribe("#", { qos: 1 }), () => Effect.never))
      yield* granted(link)
      yield* link.send(incoming("a", 1))
      yield* settle
      yield* link.send(incoming("b", 2))
      yield* settle
      const stopping = yield* Effect.fork(Fiber.interrupt(first))
      yield* unsubscribed(link)
      yield* Fiber.join(stopping)
      const again = yield* Effect.fork(take(client.subscribe("#", { qos: 1 }), 2))
      yield* granted(link)
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
      yield* unsubscribed(link)
      assert.deepStrictEqual(yield* Fiber.join(again), ["a", "b"])
    }))

  scenario("when pulled: a wait that was interrupted takes nothing", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages } = yield* subscription(link, client, "#", { qos: 1 })
      const gone = yield* Effect.fork(Stream.runDrain(messages))
      yield* settle
      yield* Fiber.interrupt(gone)
      const pull = yield* Stream.toPull(messages)
      const waiting = yield* Effect.fork(pull)
      yield* settle
      yield* Fiber.interrupt(waiting)
      yield* link.send(incoming("a", 1))
      yield* isSilent(link)
      assert.deepStrictEqual(Chunk.toArray(yield* pull).map(({ topic }) => topic), ["a"])
      yield* isSilent(link)
      yield* Effect.fork(pull)
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
    }))

  scenario("when pulled: a normal end accepts what was buffered too", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const first = yield* Effect.fork(
        Stream.runForEach(Stream.take(client.subscribe("#", { qos: 1 }), 1), () => Effect.sleep("1 second"))
      )
      yield* granted(link)
      yield* link.send(incoming("a", 1))
      yield* settle
      yield* link.send(incoming("b", 2))
      yield* settle
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
      yield* unsubscribed(link)
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 2, 0]])
      yield* Fiber.join(first)
    }))

  scenario(
    "a message for two streams is acknowledged when both have it; the first refusal counts",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const one = yield* Queue.unbounded<Subscription.AckableMessage>()
        for (const filter of ["a", "+"]) {
          yield* opened(
            link,
            Effect.forkScoped(
              Stream.runForEach(client.subscribeAckable(filter, { qos: 1 }), (message) => one.offer(message))
            )
          )
        }
        const ids = { properties: { subscriptionIdentifiers: [1, 2] } }
        yield* link.send(incoming("a", 1, 1, ids), incoming("a", 2, 1, ids))
        const [first, second, third, fourth] = Chunk.toReadonlyArray(yield* Queue.takeN(one, 4))
        yield* first.nack(0x99)
        yield* isSilent(link)
        yield* third.ack
        yield* second.ack
        yield* fourth.ack
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0x99], ["PubAck", 2, 0]])
      })
  )
})

describe("subscribeAckable", () => {
  const messagesOf = (
    link: Scripted.Link,
    client: MqttClient.MqttClient["Type"],
    filter = "#"
  ) =>
    Effect.gen(function*() {
      const queue = yield* Queue.unbounded<Subscription.AckableMessage>()
      yield* Effect.forkScoped(
        Stream.runForEach(client.subscribeAckable(filter, { qos: 2 }), (message) => queue.offer(message))
      )
      yield* granted(link)
      return queue
    })

  scenario(
    "acknowledgements leave in the order of arrival, whatever the order of the calls",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const queue = yield* messagesOf(link, client)
        yield* link.send(incoming("a", 1), incoming("b", 2, 2), incoming("c", 3))
        const [first, second, third] = Chunk.toReadonlyArray(yield* Queue.takeN(queue, 3))
        assert.strictEqual(yield* third.ack, "acknowledged")
        assert.strictEqual(yield* second.nack(), "acknowledged")
        yield* isSilent(link)
        assert.strictEqual(yield* first.nack(0x97), "acknowledged")
        assert.deepStrictEqual(yield* heard(link, 3), [["PubAck", 1, 0x97], ["PubRec", 2, 0x80], ["PubAck", 3, 0]])
      })
  )

  scenario(
    "settling twice changes nothing; QoS 0 has nothing to settle; the message is a message",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const queue = yield* messagesOf(link, client)
        yield* link.send(plain("zero"), incoming("a", 1))
        const zero = yield* queue.take
        assert.strictEqual(Message.text(zero), "zero")
        assert.strictEqual(yield* zero.ack, "acknowledged")
        const one = yield* queue.take
        assert.strictEqual(yield* one.nack(0x83), "acknowledged")
        assert.strictEqual(yield* one.ack, "acknowledged")
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0x83]])
        yield* isSilent(link)
      })
  )

  scenario("3.1.1 has no negative acknowledgement: the message is acknowledged", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 4)
      const queue = yield* messagesOf(link, client)
      yield* link.send(incoming("a", 1), incoming("b", 2, 2))
      yield* (yield* queue.take).nack()
      yield* (yield* queue.take).nack()
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubRec", 2, 0]])
    }))

  scenario("a refused QoS 2 exchange is over: its identifier may carry a new message", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ receiveMaximum: 1 })
      const queue = yield* messagesOf(link, client)
      for (const topic of ["a", "b", "c"]) {
        yield* link.send(incoming(topic, 7, 2))
        const message = yield* queue.take
        assert.strictEqual(message.topic, topic)
        yield* message.nack()
        assert.deepStrictEqual(yield* heard(link, 1), [["PubRec", 7, 0x80]])
      }
    }))

  scenario(
    "a message that is not settled is given again when the session is resumed; its old handle is stale",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const queue = yield* messagesOf(link, client)
        yield* link.send(incoming("a", 1))
        const old = yield* queue.take
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        assert.strictEqual(yield* old.ack, "stale")
        yield* next.send(incoming("a", 1, 1, { dup: true }))
        const again = yield* queue.take
        assert.isTrue(again.dup)
        assert.strictEqual(yield* again.ack, "acknowledged")
        assert.deepStrictEqual(yield* heard(next, 1), [["PubAck", 1, 0]])
      })
  )

  scenario(
    "QoS 2: the server's second copy attaches to the message that is being worked on",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const queue = yield* messagesOf(link, client)
        yield* link.send(incoming("a", 1, 2))
        const message = yield* queue.take
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        yield* next.send(incoming("a", 1, 2, { dup: true }))
        yield* settle
        assert.strictEqual(yield* queue.size, 0)
        assert.strictEqual(yield* message.ack, "acknowledged")
        assert.deepStrictEqual(yield* heard(next, 1), [["PubRec", 1, 0]])
      })
  )

  scenario("a message can be settled after its stream has ended, until its time is over", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const reading = yield* Effect.fork(Stream.runCollect(Stream.take(client.subscribeAckable("#", { qos: 1 }), 2)))
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2))
      yield* unsubscribed(link)
      const [first, second] = Chunk.toReadonlyArray(yield* Fiber.join(reading))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* first.ack, "acknowledged")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 2, 0]])
      assert.strictEqual(yield* second.ack, "stale")
    }))
})

describe("consume", () => {
  scenario("acknowledges each message when its handler has finished", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* Effect.forkScoped(client.consume("#", () => Effect.sleep("1 second"), { qos: 2 }))
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2, 2))
      yield* settle
      yield* isSilent(link)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
      yield* isSilent(link)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubRec", 2, 0]])
    }))

  scenario("runs as many handlers at a time as it is told", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const seen: Array<string> = []
      yield* Effect.forkScoped(
        client.consume("#", ({ topic }) =>
          Effect.zipRight(Effect.sync(() => seen.push(topic)), Effect.sleep("1 second")), {
          qos: 1,
          concurrency: 2
        })
      )
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
      yield* settle
      assert.deepStrictEqual(seen, ["a", "b"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, ["a", "b", "c"])
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
      const refused = yield* Effect.flip(client.consume("t", () =>
        Effect.void, { concurrency: 0 }))
      assert.strictEqual(refused.reason, "InvalidFilter")
    }))

  scenario("with several at a time, interrupts the others at the first failure", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const interrupted: Array<string> = []
      const consuming = yield* Effect.fork(Effect.flip(
        client.consume(
          "#",
          ({ topic }) =>
            topic === "b"
              ? Effect.delay(Effect.fail("broken"), "1 second")
              : Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted.push(topic))),
          { qos: 1, concurrency: 3 }
        )
      ))
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3), incoming("d", 4))
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* unsubscribed(link)
      assert.strictEqual(yield* Fiber.join(consuming), "broken")
      assert.deepStrictEqual(interrupted.sort(), ["a", "c"])
    }))

  scenario(
    "with several at a time, begins no other behind the first failure, nor where nothing is interruptible",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const begun: Array<string> = []
        const handle = ({ topic }: Message.Message) => {
          begun.push(topic)
          return topic === "b" ? Effect.fail("broken") : Effect.never
        }
        const consuming = yield* Effect.fork(
          Effect.uninterruptible(Effect.flip(client.consume("#", handle, { qos: 1, concurrency: 2 })))
        )
        yield* granted(link)
        yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
        yield* unsubscribed(link)
        assert.strictEqual(yield* Fiber.join(consuming), "broken")
        assert.deepStrictEqual(begun, ["a", "b"])
      })
  )

  scenario(
    "with several at a time, the next one gets what was pulled and not finished at a failure",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const consuming = yield* Effect.fork(Effect.flip(
          client.consume(
            "#",
            ({ topic }) => topic === "a" ? Effect.void : topic === "b" ? Effect.never : Effect.fail("broken"),
            { qos: 1, concurrency: 2 }
          )
        ))
        yield* granted(link)
        yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3), incoming("d", 4))
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
        yield* unsubscribed(link)
        assert.strictEqual(yield* Fiber.join(consuming), "broken")
        const seen: Array<string> = []
        yield* Effect.forkScoped(
          client.consume("#", ({ topic }) => Effect.sync(() => seen.push(topic)), { qos: 1, concurrency: 2 })
        )
        yield* granted(link)
        assert.deepStrictEqual(yield* heard(link, 3), [["PubAck", 2, 0], ["PubAck", 3, 0], ["PubAck", 4, 0]])
        assert.deepStrictEqual(seen, ["b", "c", "d"])
      })
  )

  scenario(
    "with several at a time, those that have finished take what comes in later reads",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const running: Array<number> = []
        let now = 0
        const handle = () =>
          Effect.acquireUseRelease(
            Effect.sync(() => running.push(++now)),
            () => Effect.sleep("1 second"),
            () => Effect.sync(() => now--)
          )
        yield* Effect.forkScoped(client.consume("#", handle, { qos: 1, concurrency: 3 }))
        yield* granted(link)
        for (const count of [2, 1, 4, 2]) {
          yield* link.send(...Array.from({ length: count }, (_, index) => incoming("t", index + 1)))
          yield* settle
          yield* TestClock.adjust("2 seconds")
          const acknowledged = yield* heard(link, count)
          assert.deepStrictEqual(
            acknowledged.map(([, id]) => id),
            Array.from({ length: count }, (_, index) => index + 1)
          )
        }
        assert.deepStrictEqual(running.slice(0, 3), [1, 2, 1])
        assert.strictEqual(Math.max(...running), 3)
      })
  )

  scenario("may run more at a time than there will ever be messages", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const handle = () => Effect.sleep("1 second")
      yield* Effect.forkScoped(client.consume("#", handle, { qos: 1, concurrency: Number.MAX_SAFE_INTEGER }))
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
      yield* settle
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 3), [["PubAck", 1, 0], ["PubAck", 2, 0], ["PubAck", 3, 0]])
    }))

  scenario(
    "with several at a time, ends with the client when the last handler has finished",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const finished: Array<string> = []
        const consuming = yield* Effect.fork(
          client.consume("#", ({ topic }) => Effect.delay(Effect.sync(() => finished.push(topic)), "1 second"), {
            qos: 1,
            concurrency: 2
          })
        )
        yield* granted(link)
        yield* link.send(incoming("a", 1), incoming("b", 2))
        yield* settle
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        assert.isNull(consuming.unsafePoll())
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
        yield* link.close
        yield* Fiber.join(consuming)
        yield* Fiber.join(closing)
        assert.deepStrictEqual(finished.sort(), ["a", "b"])
      })
  )

  scenario(
    "stops at the first failure, and does not acknowledge what it stops at: the next one gets it",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* Effect.fork(
          Effect.flip(
            client.consume(
              "#",
              ({ topic }) => topic === "b" ? Effect.delay(Effect.fail("broken"), "1 second") : Effect.void,
              { qos: 1 }
            )
          )
        )
        yield* granted(link)
        yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* unsubscribed(link)
        assert.strictEqual(yield* Fiber.join(first), "broken")
        const seen: Array<string> = []
        yield* Effect.forkScoped(client.consume("#", ({ topic }) => Effect.sync(() => seen.push(topic)), { qos: 1 }))
        yield* granted(link)
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 2, 0], ["PubAck", 3, 0]])
        assert.deepStrictEqual(seen, ["b", "c"])
      })
  )

  scenario("or refuses the message and goes on; a defect stops it all the same", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const consuming = yield* Effect.fork(
        client.consume(
          "#",
          ({ topic }) => topic === "a" ? Effect.fail("no") : topic === "c" ? Effect.dieMessage("bug") : Effect.void,
          { qos: 1, onFailure: "nack", nackCode: 0x99 }
        )
      )
      yield* granted(link)
      yield* link.send(incoming("a", 1), incoming("b", 2), incoming("c", 3))
      assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0x99], ["PubAck", 2, 0]])
      yield* unsubscribed(link)
      const exit = yield* Fiber.await(consuming)
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
    }))

  scenario(
    "gives a message whose handler failed to the dead-letter hook, then acknowledges it",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const dead: Array<readonly [string, unknown]> = []
        yield* Effect.forkScoped(client.consume("#", () => Effect.fail("no" as const), {
          qos: 1,
          onFailure: "nack",
          deadLetter: ({ topic }, cause) => Effect.sync(() => dead.push([topic, Cause.squash(cause)]))
        }))
        yield* granted(link)
        yield* link.send(incoming("a", 1))
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
        assert.deepStrictEqual(dead, [["a", "no"]])
      })
  )

  scenario(
    "handlers that run when the client is closed may finish, and nothing new begins",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const seen: Array<string> = []
        const consuming = yield* Effect.fork(client.consume(
          "#",
          ({ topic }) => Effect.zipRight(Effect.sync(() => seen.push(topic)), Effect.sleep("2 seconds")),
          { qos: 1 }
        ))
        yield* granted(link)
        yield* link.send(incoming("a", 1))
        yield* settle
        yield* link.send(incoming("b", 2))
        const closing = yield* Effect.fork(client.disconnect())
        yield* settle
        yield* link.send(incoming("c", 3))
        yield* settle
        yield* isSilent(link)
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["Disconnect"]])
        yield* link.close
        yield* Fiber.join(closing)
        yield* Fiber.join(consuming)
        assert.deepStrictEqual(seen, ["a"])
      })
  )

  scenario("a handler that closes the client is not waited for", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const consuming = yield* Effect.fork(client.consume("#", () => client.disconnect(), { qos: 1 }))
      yield* granted(link)
      yield* link.send(incoming("stop", 1))
      assert.deepStrictEqual(yield* heard(link, 1), [["Disconnect"]])
      yield* link.close
      yield* Fiber.join(consuming)
    }))

  scenario("a handler that closes the client beside others waits for them", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ drainTimeout: "3 seconds" })
      const consuming = yield* Effect.fork(client.consume(
        "#",
        ({ topic }) => topic === "stop" ? client.disconnect() : Effect.sleep("1 second"),
        { qos: 1, concurrency: 2 }
      ))
      yield* granted(link)
      yield* link.send(incoming("a", 1))
      yield* settle
      yield* link.send(incoming("stop", 2))
      yield* settle
      yield* isSilent(link)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* heard(link, 1), [["Disconnect"]])
      yield* link.close
      yield* Fiber.join(consuming)
    }))

  scenario(
    "a handler that publishes and awaits the answer finishes, though its stream and the read-ahead are full",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ streamMessages: 1, readAheadBytes: 500, receiveMaximum: 2 })
        let handled = 0
        const consuming = yield* Effect.fork(
          client.consume(
            "in",
            () => Effect.zipRight(client.publish("out", "x", { qos: 1 }), Effect.sync(() => handled++)),
            { qos: 1 }
          )
        )
        yield* granted(link)
        yield* link.send(incoming("in", 1), incoming("in", 2))
        // The answer lies behind more QoS 0 messages than fit anywhere.
        yield* Effect.fork(Effect.forEach(Array.from({ length: 200 }), () => link.send(plain("in", "x".repeat(1000)))))
        for (const id of [1, 2]) {
          const { packetId } = yield* link.expect("Publish")
          yield* link.send(Packet.pubAck({ packetId: packetId ?? 0 }))
          assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", id, 0]])
        }
        assert.strictEqual(handled, 2)
        yield* Fiber.interruptFork(consuming)
      })
  )
})

describe("a consumer that is slow at first", () => {
  scenario(
    "loses nothing, keeps the order and the link, and holds no more than its bounds",
    () =>
      Effect.gen(function*() {
        const total = 400
        const { client, link } = yield* start({ receiveMaximum: 64, keepAlive: "1 second", readAheadBytes: 2000 })
        const seen: Array<string> = []
        const consuming = yield* Effect.fork(
          Stream.runForEach(Stream.take(client.subscribe("work", { qos: 1 }), total), (message) =>
            Effect.zipRight(
              Effect.sync(() => seen.push(Message.text(message))),
              seen.length < total / 2 ? Effect.sleep("1 millis") : Effect.void
            ))
        )
        yield* granted(link)
        let sent = 0
        let acknowledged = 0
        let inFlight = 0
        const send = Effect.suspend(() => {
          const packets: Array<Packet.Packet> = []
          for (; sent < total && sent - acknowledged < 64; sent++) {
            packets.push(incoming("work", sent + 1, 1, { payload: bytes(`${sent}`) }))
          }
          inFlight = Math.max(inFlight, sent - acknowledged)
          return link.send(...packets)
        })
        const serving = yield* Effect.fork(Effect.gen(function*() {
          yield* send
          while (acknowledged < total) {
            const packet = yield* link.next
            if (packet?._tag === "PingReq") {
              yield* link.send(Packet.pingResp)
            } else if (packet?._tag === "PubAck") {
              assert.strictEqual(packet.packetId, ++acknowledged)
              yield* send
            }
          }
        }))
        yield* Effect.repeat(Effect.zipRight(settle, TestClock.adjust("1 millis")), {
          until: () => seen.length === total
        })
        yield* Fiber.join(serving)
        assert.deepStrictEqual(seen, Array.from({ length: total }, (_, index) => `${index}`))
        assert.strictEqual(inFlight, 64)
        assert.strictEqual((yield* client.status.get)._tag, "Connected")
        yield* unsubscribed(link)
        yield* Fiber.join(consuming)
      })
  )
})

describe("overflow", () => {
  const flood = (link: Scripted.Link, ...names: ReadonlyArray<string>) =>
    Effect.zipRight(link.send(...names.map((name) => plain(name.slice(0, 1), name))), settle)

  const rest = (messages: Stream.Stream<Message.Message, MqttError.SubscribeError>, count: number) =>
    Effect.map(Stream.runCollect(Stream.take(messages, count)), (chunk) => Array.from(chunk, Message.text))

  it.scoped.each(
    [
      ["dropOldest", ["b1", "a3"]],
      ["dropNewest", ["a1", "a2"]],
      ["latestPerTopic", ["b1", "a3"]]
    ] as const
  )(
    "%s keeps what it says, and warns of the rest",
    ([overflow, kept]) =>
      played(warnings((seen) =>
        Effect.gen(function*() {
          const { client, link } = yield* start()
          const { messages } = yield* subscription(link, client, "#", { overflow, bufferMessages: 2 })
          yield* flood(link, "a1", "a2", "b1", "a3")
          assert.deepStrictEqual(yield* rest(messages, 2), [...kept])
          assert.strictEqual(seen.length, 1)
          assert.include(seen[0], "dropped by its policy")
        })
      ))
  )

  scenario(
    "latestPerTopic drops the topic that has waited longest when there are too many",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const { messages } = yield* subscription(link, client, "#", { overflow: "latestPerTopic", bufferMessages: 2 })
        yield* flood(link, "a1", "b1", "a2", "c1")
        assert.deepStrictEqual(yield* rest(messages, 2), ["a2", "c1"])
      })
  )

  scenario("bounds bytes as well, and always takes one message", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages } = yield* subscription(link, client, "#", { overflow: "dropOldest", bufferBytes: 8 })
      yield* flood(link, "a1", "b1", "c1", "d1")
      assert.deepStrictEqual(yield* rest(messages, 2), ["c1", "d1"])
      yield* flood(link, "e".repeat(100))
      assert.deepStrictEqual(yield* rest(messages, 1), ["e".repeat(100)])
    }))

  it.scoped.each([["dropOldest", 1], ["dropNewest", 2], ["latestPerTopic", 1]] as const)(
    "%s acknowledges a QoS 1 message that it drops, with quota exceeded",
    ([overflow, id]) =>
      played(Effect.gen(function*() {
        const { client, link } = yield* start()
        const { messages } = yield* subscription(link, client, "#", { qos: 2, overflow, bufferMessages: 1 })
        yield* link.send(incoming("t", 1), incoming("t", 2, 2))
        yield* settle
        yield* Stream.runHead(messages)
        assert.deepStrictEqual(
          yield* heard(link, 2),
          [["PubAck", 1, id === 1 ? 0x97 : 0], ["PubRec", 2, id === 2 ? 0x97 : 0]]
        )
      }))
  )

  scenario("fail ends the stream after what it holds, typed, and leaves its filters", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages } = yield* subscription(link, client, "t", { qos: 1, overflow: "fail", bufferMessages: 2 })
      yield* link.send(incoming("t", 1), incoming("t", 2), incoming("t", 3))
      yield* unsubscribed(link)
      const seen: Array<string> = []
      const error = yield* Effect.flip(Stream.runForEach(messages, ({ topic }) => Effect.sync(() => seen.push(topic))))
      assert.deepInclude(error, { _tag: "SubscribeError", reason: "Overflow", filter: "t" })
      assert.deepStrictEqual(seen, ["t", "t"])
      assert.deepStrictEqual(yield* heard(link, 3), [["PubAck", 1, 0], ["PubAck", 2, 0], ["PubAck", 3, 0x97]])
    }))

  scenario("an option that makes no sense fails, named", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const wrong: ReadonlyArray<Message.SubscribeOptions> = [{ bufferMessages: 0 }, { bufferBytes: Number.NaN }]
      for (const options of wrong) {
        const error = yield* Effect.flip(Effect.scoped(client.subscription("t", options)))
        assert.strictEqual(error.reason, "InvalidFilter")
        assert.include(error.message, Object.keys(options)[0])
      }
    }))
})

describe("next", () => {
  scenario("waits for one message, which is accepted when the next is asked for", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const subscribed = yield* subscription(link, client, "#", { qos: 1 })
      const next = Effect.map(subscribed.next, Option.map(({ topic }) => topic))
      const first = yield* Effect.fork(next)
      yield* settle
      assert.isTrue(Option.isNone(yield* Fiber.poll(first)))
      // All come at once, and only what was asked for is acknowledged.
      yield* link.send(incoming("a", 1), plain("b"), incoming("c", 2), incoming("d", 3))
      assert.deepStrictEqual(yield* Fiber.join(first), Option.some("a"))
      yield* isSilent(link)
      assert.deepStrictEqual(yield* next, Option.some("b"))
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
      assert.deepStrictEqual(yield* next, Option.some("c"))
      yield* isSilent(link)
      // Who has it may close the client: it waits for nobody, nothing new is acknowledged, and that is the end.
      yield* client.disconnect()
      assert.strictEqual((yield* link.next)?._tag, "Disconnect")
      assert.deepStrictEqual(yield* next, Option.none())
    }))

  scenario(
    "leaves its message to the next caller, or to the stream, if it is interrupted",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const { messages, next } = yield* subscription(link, client, "#", { qos: 1 })
        const waiting = yield* Effect.fork(next)
        yield* settle
        for (const second of [next, Stream.runHead(messages)]) {
          const exit = yield* Effect.exit(second)
          assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
        }
        yield* Fiber.interrupt(waiting)
        yield* link.send(incoming("a", 1), incoming("b", 2))
        yield* settle
        assert.deepStrictEqual(Option.map(yield* next, ({ topic }) => topic), Option.some("a"))
        assert.deepStrictEqual(yield* take(messages, 1), ["b"])
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
      })
  )

  scenario("fails when the client has given up", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { next } = yield* subscription(link, client, "t")
      const waiting = yield* Effect.fork(Effect.flip(next))
      yield* settle
      yield* link.send(Packet.disconnect({ reasonCode: 0x8e }))
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "Closed")
    }))
})

describe("poll", () => {
  scenario(
    "gives one message without waiting, or none; a message is accepted when the next is asked for",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const { poll } = yield* subscription(link, client, "#", { qos: 1 })
        assert.deepStrictEqual(yield* poll, Option.none())
        yield* link.send(incoming("a", 1), plain("b"), incoming("c", 2))
        yield* settle
        const next = Effect.map(poll, Option.map(({ topic }) => topic))
        assert.deepStrictEqual(yield* next, Option.some("a"))
        yield* isSilent(link)
        assert.deepStrictEqual(yield* next, Option.some("b"))
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
        assert.deepStrictEqual(yield* next, Option.some("c"))
        assert.deepStrictEqual(yield* next, Option.none())
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 2, 0]])
      })
  )

  scenario("makes room for a server that waits", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ streamMessages: 2, readAheadBytes: 100 })
      const { poll } = yield* subscription(link, client, "t")
      const sending = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 200 }), () => link.send(plain("t", "x".repeat(1000))))
      )
      yield* settle
      assert.isTrue(Option.isNone(yield* Fiber.poll(sending)))
      for (let count = 0; count < 200;) {
        if (Option.isSome(yield* poll)) count++
        else yield* Effect.yieldNow()
      }
      yield* Fiber.join(sending)
    }))

  scenario("dies while the messages have a consumer, fails when the client has given up", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const { messages, poll } = yield* subscription(link, client, "t")
      const consumer = yield* Effect.fork(Stream.runDrain(messages))
      yield* settle
      const exit = yield* Effect.exit(poll)
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      yield* Fiber.interrupt(consumer)
      yield* link.send(Packet.disconnect({ reasonCode: 0x8e }))
      yield* Effect.flip(client.failure)
      assert.strictEqual((yield* Effect.flip(poll)).reason, "Closed")
    }))
})
