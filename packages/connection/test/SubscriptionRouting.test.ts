import { Packet } from "@effect-mqtt/codec"
import type { ClientEvent, Message, MqttClient } from "@effect-mqtt/connection"
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Scope, Stream, TestClock } from "effect"
import type * as Scripted from "./scriptedServer.ts"
import { incoming } from "./sessionRig.ts"
import {
  granted,
  heard,
  incomingFor,
  isSilent,
  plain,
  scenario,
  settle,
  start,
  subscription,
  take,
  unsubscribed,
  warnings
} from "./subscribing.ts"

type Client = MqttClient.MqttClient["Type"]

const named = (topic: string, ...subscriptionIdentifiers: ReadonlyArray<number>) =>
  plain(topic, topic, { properties: { subscriptionIdentifiers } })

const retained = (topic: string, identifier: number) =>
  plain(topic, topic, { retain: true, properties: { subscriptionIdentifiers: [identifier] } })

/** What has arrived and not been taken. */
const waiting = ({ poll }: { readonly poll: Effect.Effect<Option.Option<Message.Message>, unknown> }) =>
  Effect.gen(function*() {
    yield* settle
    const seen: Array<string> = []
    for (let next = yield* poll; Option.isSome(next); next = yield* poll) seen.push(next.value.topic)
    return seen
  })

const join = (link: Scripted.Link, client: Client, filter: string, options?: Message.SubscribeOptions) =>
  subscription(link, client, filter, options)

describe("overlapping filters", () => {
  scenario("one copy that names all subscriptions reaches each stream once", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const one = yield* join(link, client, "a/+")
      const other = yield* join(link, client, "a/#")
      yield* link.send(named("a/b", 1, 2), named("a/c", 2))
      assert.deepStrictEqual(yield* waiting(one), ["a/b"])
      assert.deepStrictEqual(yield* waiting(other), ["a/b", "a/c"])
    }))

  scenario("one copy for each subscription does so too", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const one = yield* join(link, client, "a/+")
      const other = yield* join(link, client, "a/#")
      yield* link.send(named("a/b", 1), named("a/b", 2))
      assert.deepStrictEqual(yield* waiting(one), ["a/b"])
      assert.deepStrictEqual(yield* waiting(other), ["a/b"])
    }))

  scenario("a stream with several filters gets a message once that several of them name", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const joining = yield* Effect.fork(client.subscription([{ filter: "a/+" }, { filter: "a/#" }]))
      yield* granted(link)
      yield* granted(link)
      const both = yield* Fiber.join(joining)
      yield* link.send(named("a/b", 1, 2))
      assert.deepStrictEqual(yield* waiting(both), ["a/b"])
    }))

  scenario(
    "a filter gets its identifier from a server that offers them after a lost link only",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({}, 5, { properties: { subscriptionIdentifierAvailable: 0 } })
        const one = yield* join(link, client, "a/+")
        yield* link.close
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        const again = yield* granted(next)
        assert.deepStrictEqual(again.properties?.subscriptionIdentifiers, [1])
        assert.deepInclude(again.subscriptions[0], { filter: "a/+", retainHandling: 1 })
        const other = yield* join(next, client, "a/#")
        yield* next.send(named("a/b", 1, 2))
        assert.deepStrictEqual(yield* waiting(one), ["a/b"])
        assert.deepStrictEqual(yield* waiting(other), ["a/b"])
        yield* next.close
        yield* TestClock.adjust("2 seconds")
        yield* isSilent(yield* server.accept({ sessionPresent: true }))
      })
  )

  scenario(
    "3.1.1: the topic decides, and overlapping filters are warned of, once",
    () =>
      warnings((seen) =>
        Effect.gen(function*() {
          const { client, link } = yield* start({}, 4)
          const one = yield* join(link, client, "a/+")
          yield* join(link, client, "b/+")
          yield* link.send(plain("a/b"))
          yield* settle
          assert.deepStrictEqual(seen, [])
          const other = yield* join(link, client, "a/#")
          yield* join(link, client, "#")
          yield* link.send(plain("a/b"))
          assert.deepStrictEqual(yield* waiting(one), ["a/b", "a/b"])
          assert.deepStrictEqual(yield* waiting(other), ["a/b"])
          assert.strictEqual(seen.length, 1)
          assert.include(seen[0], "a/+, a/#")
        })
      )
  )

  scenario(
    "a message for an older generation of a filter is acknowledged, and not given to the new one",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const scope = yield* Scope.make()
        yield* Scope.extend(join(link, client, "t", { qos: 1 }), scope)
        const leaving = yield* Effect.fork(Scope.close(scope, Exit.void))
        const gone = yield* link.expect("Unsubscribe")
        const joining = yield* Effect.fork(client.subscription("t", { qos: 1 }))
        const { properties } = yield* granted(link, 1)
        assert.deepStrictEqual(properties?.subscriptionIdentifiers, [2])
        const again = yield* Fiber.join(joining)
        yield* link.send(incoming("t", 1, 1, { properties: { subscriptionIdentifiers: [1] } }))
        assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
        yield* link.send(Packet.unsubAck({ packetId: gone.packetId, reasonCodes: [0] }), named("t", 2))
        assert.deepStrictEqual(yield* waiting(again), ["t"])
        yield* Fiber.join(leaving)
      })
  )
})

describe("two streams on one filter, in every state of the subscription", () => {
  scenario("a join while it is being confirmed sends nothing, and shares the answer", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const first = yield* Effect.fork(client.subscription("t", { qos: 1 }))
      const { packetId } = yield* link.expect("Subscribe")
      const second = yield* Effect.fork(client.subscription("t", { qos: 1 }))
      yield* settle
      yield* isSilent(link)
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [1] }), named("t", 1))
      assert.deepStrictEqual(yield* waiting(yield* Fiber.join(first)), ["t"])
      assert.deepStrictEqual(yield* waiting(yield* Fiber.join(second)), ["t"])
    }))

  scenario(
    "a join that asks for more while it is being confirmed subscribes anew, and replays nothing twice",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* Effect.fork(client.subscription("t"))
        const { packetId } = yield* link.expect("Subscribe")
        const second = yield* Effect.fork(client.subscription("t", { qos: 2 }))
        const raise = yield* link.expect("Subscribe")
        assert.deepInclude(raise.subscriptions[0], { qos: 2, retainHandling: 1 })
        yield* link.send(
          Packet.subAck({ packetId, reasonCodes: [0] }),
          Packet.subAck({ packetId: raise.packetId, reasonCodes: [2] })
        )
        // Each hears what it was granted itself: the other one may be refused.
        assert.deepStrictEqual((yield* Fiber.join(first)).grantedQos, [0])
        assert.deepStrictEqual((yield* Fiber.join(second)).grantedQos, [2])
      })
  )

  scenario("noLocal holds as long as all of them want it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      yield* join(link, client, "t", { noLocal: true })
      yield* client.subscription("t", { noLocal: true })
      yield* isSilent(link)
      yield* Effect.fork(client.subscription("t"))
      assert.deepInclude((yield* link.expect("Subscribe")).subscriptions[0], { noLocal: false })
    }))

  scenario(
    "noLocal is refused in 3.1.1, where a message that is passed on would come back for ever",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start({}, 4)
        const refused = yield* Effect.fork(Effect.flip(Effect.scoped(client.subscription("t", { noLocal: true }))))
        yield* isSilent(link)
        assert.strictEqual((yield* Fiber.join(refused)).reason, "NotSupported")
      })
  )

  scenario(
    "a leave while it is being confirmed unsubscribes afterwards; a join before the answer keeps it",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* Effect.fork(Effect.scoped(client.subscription("t")))
        const { packetId } = yield* link.expect("Subscribe")
        yield* Fiber.interrupt(first)
        const second = yield* Effect.fork(client.subscription("t"))
        yield* settle
        yield* link.send(Packet.subAck({ packetId, reasonCodes: [0] }), named("t", 1))
        assert.deepStrictEqual(yield* waiting(yield* Fiber.join(second)), ["t"])
        yield* isSilent(link)
      })
  )

  scenario("joins and leaves without a link are told to the next one", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const scope = yield* Scope.make()
      yield* Scope.extend(join(link, client, "left"), scope)
      const kept = yield* join(link, client, "kept")
      yield* link.close
      yield* settle
      yield* Scope.close(scope, Exit.void)
      const joining = yield* Effect.fork(client.subscription("joined"))
      const sharing = yield* Effect.fork(client.subscription("kept"))
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      yield* unsubscribed(next)
      yield* granted(next)
      yield* Fiber.join(joining)
      yield* Fiber.join(sharing)
      yield* next.send(named("kept", 2))
      assert.deepStrictEqual(yield* waiting(kept), ["kept"])
    }))

  scenario("an unsubscribe delay keeps a filter for a stream that comes back", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ unsubscribeDelay: "5 seconds" })
      const first = yield* Scope.make()
      yield* Scope.extend(join(link, client, "t", { qos: 1 }), first)
      yield* Scope.close(first, Exit.void)
      yield* TestClock.adjust("4 seconds")
      const second = yield* Scope.make()
      const { messages } = yield* Scope.extend(client.subscription("t", { qos: 1 }), second)
      yield* TestClock.adjust("4 seconds")
      yield* link.send(named("t", 1))
      assert.deepStrictEqual(yield* take(messages, 1), ["t"])
      yield* Scope.close(second, Exit.void)
      yield* isSilent(link)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual((yield* unsubscribed(link)).filters, ["t"])
    }))

  scenario("subscribes again on a resumed session if it is told to", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ resubscribeOnResume: true })
      yield* join(link, client, "t")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      const again = yield* granted(next)
      assert.deepInclude(again.subscriptions[0], { filter: "t", retainHandling: 1 })
    }))
})

describe("granted QoS", () => {
  scenario(
    "a lower grant is visible; with requireQos it fails the stream, which unsubscribes",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const content = yield* Effect.fork(client.subscription("a", { qos: 2 }))
        yield* granted(link, 1)
        assert.deepStrictEqual((yield* Fiber.join(content)).grantedQos, [1])
        const strict = yield* Effect.fork(Effect.flip(client.subscription("b", { qos: 2, requireQos: true })))
        yield* granted(link, 1)
        yield* unsubscribed(link)
        const error = yield* Fiber.join(strict)
        assert.deepInclude(error, { reason: "QosNotGranted", filter: "b", reasonCode: 1 })
        // What another stream has been granted is not enough either, and stays with that stream.
        const late = yield* Effect.flip(
          client.subscription("a", { qos: 1 }).pipe(
            Effect.zipRight(client.subscription("a", { qos: 1, requireQos: true })),
            Effect.zipRight(Effect.fail("granted" as const))
          )
        )
        assert.strictEqual(late, "granted")
      })
  )

  scenario(
    "a lower grant after a reconnect fails the stream that requires more, not its neighbour",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const strict = yield* join(link, client, "t", { qos: 1, requireQos: true })
        const content = yield* client.subscription("t", { qos: 1 })
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept()
        yield* granted(next, 0)
        yield* settle
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(strict.messages))).reason, "QosNotGranted")
        yield* next.send(named("t", 1))
        assert.deepStrictEqual(yield* waiting(content), ["t"])
      })
  )
})

describe("shared subscriptions", () => {
  scenario("name their group in the filter, and deliver by the rest of it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 4)
      const joining = yield* Effect.fork(client.subscription("jobs/+", { share: "workers", qos: 1 }))
      const { subscriptions } = yield* granted(link, 1)
      assert.deepStrictEqual(subscriptions, [{ filter: "$share/workers/jobs/+", qos: 1 }])
      const shared = yield* Fiber.join(joining)
      assert.deepStrictEqual(shared.grantedQos, [1])
      yield* link.send(plain("jobs/7"), plain("other"))
      assert.deepStrictEqual(yield* waiting(shared), ["jobs/7"])
    }))

  scenario("are refused locally without a good name, and with noLocal", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const wrong: ReadonlyArray<Message.SubscribeOptions> = [
        { share: "" },
        { share: "a/b" },
        { share: "a+" },
        { share: "a", noLocal: true }
      ]
      for (const options of wrong) {
        assert.strictEqual(
          (yield* Effect.flip(Effect.scoped(client.subscription("t", options)))).reason,
          "InvalidFilter"
        )
      }
    }))
})

describe("retained messages", () => {
  scenario(
    "a stream that joins does without, unless it says so: then it alone gets them",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* join(link, client, "t")
        yield* link.send(retained("t", 1))
        assert.deepStrictEqual(yield* waiting(first), ["t"])
        const second = yield* client.subscription("t")
        const joining = yield* Effect.fork(client.subscription("t", { retainHandling: 0 }))
        const again = yield* granted(link)
        assert.deepInclude(again.subscriptions[0], { retainHandling: 0 })
        const third = yield* Fiber.join(joining)
        yield* link.send(retained("t", 1))
        assert.deepStrictEqual(yield* waiting(third), ["t"])
        assert.deepStrictEqual(yield* waiting(first), [])
        assert.deepStrictEqual(yield* waiting(second), [])
        yield* link.send(named("t", 1))
        for (const one of [first, second, third]) assert.deepStrictEqual(yield* waiting(one), ["t"])
      })
  )

  scenario(
    "that are still under way are not lost to one stream when another asks for a higher QoS",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* join(link, client, "a/#")
        yield* link.send(retained("a/1", 1))
        const joining = yield* Effect.fork(client.subscription("a/#", { qos: 1 }))
        const { packetId, subscriptions: [raised] } = yield* link.expect("Subscribe")
        assert.deepInclude(raised, { qos: 1, retainHandling: 2 })
        yield* link.send(retained("a/2", 1), Packet.subAck({ packetId, reasonCodes: [1] }), retained("a/3", 1))
        const second = yield* Fiber.join(joining)
        assert.deepStrictEqual(yield* waiting(first), ["a/1", "a/2", "a/3"])
        assert.deepStrictEqual(yield* waiting(second), [])
      })
  )

  scenario(
    "that are still under way are not lost to one stream when another asks for them",
    () =>
      Effect.gen(function*() {
        const { client, link } = yield* start()
        const first = yield* join(link, client, "a/#")
        const joining = yield* Effect.fork(client.subscription("a/#", { retainHandling: 0 }))
        const { packetId } = yield* link.expect("Subscribe")
        yield* link.send(retained("a/1", 1), Packet.subAck({ packetId, reasonCodes: [0] }), retained("a/1", 1))
        const second = yield* Fiber.join(joining)
        assert.deepStrictEqual(yield* waiting(first), ["a/1"])
        assert.include(yield* waiting(second), "a/1")
      })
  )

  scenario("are not kept from one stream by another whose wish for them was refused", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const first = yield* join(link, client, "a/#", { qos: 1 })
      const refused = yield* Effect.fork(Effect.flip(client.subscription("a/#", { qos: 1, retainHandling: 0 })))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0x87] }))
      assert.strictEqual((yield* Fiber.join(refused)).reason, "SubscribeRejected")
      yield* link.send({ ...incomingFor(1, "a/1", 1), retain: true })
      assert.deepStrictEqual(yield* waiting(first), ["a/1"])
      assert.deepStrictEqual(yield* heard(link, 1), [["PubAck", 1, 0]])
    }))

  scenario("with Retain As Published nobody knows what is a replay: all streams get it", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const first = yield* join(link, client, "t", { retainAsPublished: true })
      const second = yield* client.subscription("t")
      yield* link.send(retained("t", 1))
      assert.deepStrictEqual(yield* waiting(first), ["t"])
      assert.deepStrictEqual(yield* waiting(second), ["t"])
    }))

  scenario(
    "come again when the server has lost the session, but not for streams that never want them",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const never = yield* join(link, client, "t", { retainHandling: 2 })
        const joining = yield* Effect.fork(client.subscription("t", { retainHandling: 0 }))
        yield* granted(link)
        const always = yield* Fiber.join(joining)
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept()
        const anew = yield* granted(next)
        assert.deepInclude(anew.subscriptions[0], { retainHandling: 0 })
        yield* next.send(retained("t", 1))
        assert.deepStrictEqual(yield* waiting(always), ["t"])
        assert.deepStrictEqual(yield* waiting(never), [])
      })
  )

  scenario("do not come again if the client is told so", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ replayRetained: false })
      yield* join(link, client, "t")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept()
      const anew = yield* granted(next)
      assert.deepInclude(anew.subscriptions[0], { retainHandling: 2 })
    }))
})

describe("messages without a consumer", () => {
  scenario(
    "go to the dead-letter hook after their time, and are acknowledged when it has finished",
    () =>
      Effect.gen(function*() {
        const dead: Array<string> = []
        const dropped: Array<ClientEvent.ClientEvent> = []
        const { client, link } = yield* start({
          consumerTimeout: "3 seconds",
          deadLetter: ({ topic }) => Effect.zipRight(Effect.sync(() => dead.push(topic)), Effect.sleep("1 second"))
        })
        yield* client.events.pipe(
          Stream.runForEach((event) => Effect.sync(() => event._tag === "Dropped" && dropped.push(event))),
          Effect.forkScoped
        )
        yield* settle
        yield* link.send(incoming("a", 1), incoming("b", 2, 2))
        yield* settle
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(dead, ["a", "b"])
        yield* isSilent(link)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* heard(link, 2), [["PubAck", 1, 0], ["PubRec", 2, 0]])
        const unclaimed = { _tag: "Dropped", cause: "Unclaimed", filters: [], count: 1 } as const
        assert.deepStrictEqual(dropped, [unclaimed, unclaimed])
      })
  )

  scenario(
    "a message that was buffered when the link dropped comes once, if the session is resumed",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start()
        const one = yield* join(link, client, "t", { qos: 2 })
        yield* link.send(incoming("t", 1), incoming("t", 2, 2))
        yield* settle
        yield* link.close
        yield* settle
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ sessionPresent: true })
        yield* next.send(incoming("t", 1, 1, { dup: true }), incoming("t", 2, 2, { dup: true }))
        assert.deepStrictEqual(yield* waiting(one), ["t", "t"])
      })
  )

  /** Two messages that a stream has left behind which failed. */
  const leftBehind = Effect.gen(function*() {
    const { client, link, server } = yield* start()
    const failing = yield* Effect.fork(
      Stream.runForEach(client.subscribe("t", { qos: 1 }), () => Effect.fail("broken"))
    )
    yield* granted(link, 1)
    yield* link.send(incomingFor(1, "t", 1), incomingFor(1, "t", 2))
    yield* unsubscribed(link)
    yield* Effect.exit(Fiber.join(failing))
    const relink = (old: Scripted.Link, sessionPresent: boolean) =>
      Effect.gen(function*() {
        yield* old.close
        yield* settle
        yield* TestClock.adjust("5 seconds")
        return yield* server.accept({ sessionPresent })
      })
    /** The server resumes the session, and sends these again, by the name of the subscription that is gone. */
    const resume = (old: Scripted.Link, ...packetIds: ReadonlyArray<number>) =>
      Effect.gen(function*() {
        const next = yield* relink(old, true)
        yield* next.send(...packetIds.map((packetId) => ({ ...incomingFor(1, "t", packetId), dup: true })))
        yield* settle
        return next
      })
    return { client, link, relink, resume }
  })

  scenario(
    "those that a failed stream left behind come again on the next link, and wait for the retry",
    () =>
      Effect.gen(function*() {
        const { client, link, resume } = yield* leftBehind
        // The third one is new: its stream had gone before.
        const next = yield* resume(yield* resume(link, 1), 1, 2, 3)
        const retry = yield* Effect.fork(take(client.subscribe("t", { qos: 1 }), 2))
        yield* granted(next, 1)
        assert.deepStrictEqual(yield* heard(next, 3), [["PubAck", 1, 0], ["PubAck", 2, 0], ["PubAck", 3, 0]])
        yield* unsubscribed(next)
        assert.deepStrictEqual(yield* Fiber.join(retry), ["t", "t"])
      })
  )

  scenario("a new message in the place of one that was left behind is not taken for it", () =>
    Effect.gen(function*() {
      const { link, resume } = yield* leftBehind
      const next = yield* resume(link)
      yield* next.send(incomingFor(1, "t", 1))
      assert.deepStrictEqual(yield* heard(next, 1), [["PubAck", 1, 0]])
    }))

  scenario("those that a failed stream left behind are not lost with the session", () =>
    Effect.gen(function*() {
      const { client, link, relink } = yield* leftBehind
      const next = yield* relink(link, false)
      const retry = yield* join(next, client, "t", { qos: 1 })
      assert.deepStrictEqual(yield* waiting(retry), ["t", "t"])
      yield* isSilent(next)
    }))

  scenario("those that a retry has taken over come again to it", () =>
    Effect.gen(function*() {
      const { client, link, resume } = yield* leftBehind
      const retry = yield* join(link, client, "t", { qos: 1 })
      const next = yield* resume(link, 1, 2)
      assert.deepStrictEqual(yield* waiting(retry), ["t", "t"])
      assert.deepStrictEqual(yield* heard(next, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
    }))

  scenario("and is not lost with the session: it is given to the stream", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ streamMessages: 2 })
      const one = yield* join(link, client, "#", { qos: 1 })
      let current = link
      for (const topic of ["a", "b", "c"]) {
        yield* current.send(incoming(topic, 1))
        yield* settle
        yield* current.close
        yield* settle
        yield* TestClock.adjust("10 seconds")
        current = yield* server.accept()
        yield* granted(current, 1)
        yield* settle
      }
      // What no Receive Maximum bounds any more is bounded by the buffer.
      assert.deepStrictEqual(yield* waiting(one), ["b", "c"])
      yield* isSilent(current)
    }))
})

describe("slow consumers", () => {
  scenario(
    "one that holds the message for which the server waits is named, once, after five seconds",
    () =>
      warnings((seen) =>
        Effect.gen(function*() {
          const { client, link } = yield* start({ receiveMaximum: 2 })
          const joining = yield* Effect.fork(client.consume("slow", () => Effect.never, { qos: 1 }))
          yield* granted(link, 1)
          const fast = yield* join(link, client, "fast", { qos: 1 })
          yield* link.send(
            incoming("slow", 1, 1, { properties: { subscriptionIdentifiers: [1] } }),
            incoming("fast", 2, 1, { properties: { subscriptionIdentifiers: [2] } })
          )
          assert.deepStrictEqual(yield* waiting(fast), ["fast"])
          yield* TestClock.adjust("4 seconds")
          assert.deepStrictEqual(seen, [])
          yield* TestClock.adjust("1 minute")
          yield* link.expect("PingReq")
          yield* settle
          assert.strictEqual(seen.length, 1)
          assert.include(seen[0], "slow")
          assert.notInclude(seen[0], "fast,")
          yield* Fiber.interruptFork(joining)
        })
      )
  )

  scenario(
    "one that fills the read-ahead is named; one that takes its time without blocking is not",
    () =>
      warnings((seen) =>
        Effect.gen(function*() {
          const { client, link } = yield* start({ streamMessages: 1, readAheadBytes: 100 })
          yield* join(link, client, "idle")
          yield* join(link, client, "full")
          yield* link.send(
            named("idle", 1),
            ...Array.from(
              { length: 3 },
              () => plain("full", "x".repeat(100), { properties: { subscriptionIdentifiers: [2] } })
            )
          )
          yield* settle
          yield* TestClock.adjust("5 seconds")
          yield* settle
          assert.strictEqual(seen.length, 1)
          assert.include(seen[0], "\"filters\":\"full\"")
        })
      )
  )
})
