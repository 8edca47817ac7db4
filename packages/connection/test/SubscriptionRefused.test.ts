import { Packet } from "@effect-mqtt/codec"
import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type * as Scripted from "./scriptedServer.ts"
import { granted, isSilent, opened, plain, scenario, settle, start, take } from "./subscribing.ts"

describe("a packet identifier that the server says is in use", () => {
  scenario("in a SUBACK: the link is replaced, and the filter is asked for on the next", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const subscribing = yield* Effect.fork(client.subscription("t", { qos: 1 }))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId, reasonCodes: [0x91] }))
      assert.strictEqual((yield* link.expect("Disconnect")).reasonCode, 0x82)
      assert.isUndefined(yield* link.next)
      yield* link.close
      yield* Effect.fork(TestClock.adjust("1 second"))
      const next = yield* server.accept({ sessionPresent: true })
      yield* granted(next, 1)
      assert.deepStrictEqual((yield* Fiber.join(subscribing)).grantedQos, [1])
      yield* next.close
    }))

  scenario("in an UNSUBACK: the link is replaced, and the next one unsubscribes", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const scoped = yield* Effect.fork(Effect.scoped(client.subscription("t")))
      yield* granted(link, 0)
      const { packetId } = yield* link.expect("Unsubscribe")
      yield* link.send(Packet.unsubAck({ packetId, reasonCodes: [0x91] }))
      assert.strictEqual((yield* link.expect("Disconnect")).reasonCode, 0x82)
      yield* link.close
      yield* Fiber.join(scoped)
      yield* Effect.fork(TestClock.adjust("1 second"))
      const next = yield* server.accept({ sessionPresent: true })
      assert.deepStrictEqual((yield* next.expect("Unsubscribe")).filters, ["t"])
      yield* next.close
    }))
})

describe("what a server says about a filter that it refuses", () => {
  scenario("is in the error of the subscription, and in that of a request", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const said = Packet.subAck({ packetId: 1, reasonCodes: [0x87], properties: { reasonString: "not yours" } })
      const refused = yield* Effect.fork(Effect.flip(client.subscription("t")))
      yield* link.expect("Subscribe")
      yield* link.send(said)
      assert.include((yield* Fiber.join(refused)).message, "not yours")
      const asked = yield* Effect.fork(Effect.flip(client.request("ask", "")))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send({ ...said, packetId })
      assert.deepInclude(yield* Fiber.join(asked), { reason: "Rejected", reasonCode: 0x87, reasonString: "not yours" })
      // The link goes on: another filter is granted.
      yield* opened(link, client.subscription("u"))
      yield* settle
      yield* link.close
    }))
})

describe("a filter that the server refuses, and may have all the same, is unsubscribed", () => {
  const isLeft = (link: Scripted.Link) =>
    Effect.gen(function*() {
      const { filters, packetId } = yield* link.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["t"])
      yield* link.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
      yield* settle
      yield* link.close
    })

  scenario("after a link on which it was asked for was lost", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const refused = yield* Effect.fork(Effect.flip(client.subscription("t")))
      yield* link.expect("Subscribe")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      const { packetId } = yield* next.expect("Subscribe")
      yield* next.send(Packet.subAck({ packetId, reasonCodes: [0x97] }))
      assert.strictEqual((yield* Fiber.join(refused)).reasonCode, 0x97)
      yield* isLeft(next)
    }))

  scenario("when a SUBSCRIBE before it is still unanswered", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const refused = yield* Effect.fork(
        Effect.all([0, 1].map((qos) => Effect.flip(client.subscription("t", { qos: qos === 0 ? 0 : 1 }))), {
          concurrency: "unbounded"
        })
      )
      const { packetId: first } = yield* link.expect("Subscribe")
      const { packetId: second } = yield* link.expect("Subscribe")
      yield* link.send(
        Packet.subAck({ packetId: second, reasonCodes: [0x97] }),
        Packet.subAck({ packetId: first, reasonCodes: [0] })
      )
      assert.deepStrictEqual((yield* Fiber.join(refused)).map(({ reasonCode }) => reasonCode), [0x97, 0x97])
      yield* isLeft(link)
    }))
})

describe("a wish for more that the server refuses", () => {
  scenario("fails who has it; who has asked for less before, and got it, goes on", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const asking = (qos: 0 | 1 | 2) => Effect.fork(Effect.either(client.subscription("t", { qos })))
      const low = yield* asking(0)
      yield* settle
      // It waits for the same answer.
      const same = yield* asking(0)
      yield* settle
      const high = yield* asking(1)
      yield* settle
      const higher = yield* asking(2)
      const { packetId: first, subscriptions } = yield* link.expect("Subscribe")
      assert.deepStrictEqual(subscriptions.map(({ qos }) => qos), [0])
      const { packetId: second } = yield* link.expect("Subscribe")
      const { packetId: third } = yield* link.expect("Subscribe")
      yield* link.send(Packet.subAck({ packetId: first, reasonCodes: [0] }))
      const lowest = yield* Effect.flatten(Fiber.join(low))
      assert.deepStrictEqual(lowest.grantedQos, [0])
      assert.deepStrictEqual((yield* Effect.flatten(Fiber.join(same))).grantedQos, [0])
      yield* link.send(
        Packet.subAck({ packetId: second, reasonCodes: [1] }),
        Packet.subAck({ packetId: third, reasonCodes: [0x97] })
      )
      assert.deepStrictEqual((yield* Effect.flatten(Fiber.join(high))).grantedQos, [1])
      const error = yield* Effect.flip(Effect.flatten(Fiber.join(higher)))
      assert.deepInclude(error, { reason: "SubscribeRejected", reasonCode: 0x97 })
      yield* link.send(plain("t"))
      assert.deepStrictEqual(yield* take(lowest.messages, 1), ["t"])
      // Nothing is left to be asked for, nor to be left.
      yield* isSilent(link)
      yield* link.close
    }))
})

describe("a filter that takes a larger packet than the server accepts", () => {
  scenario(
    "fails its stream as too large, at once or when the next server accepts less; others go on",
    () =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start({}, 5, { properties: { maximumPacketSize: 60 } })
        const much = yield* Effect.flip(Effect.scoped(client.subscription("x".repeat(60))))
        assert.strictEqual(much.reason, "PacketTooLarge")
        const { value: long } = yield* opened(link, client.subscription("x".repeat(40)))
        const { value: short } = yield* opened(link, client.subscription("t"))
        yield* link.close
        yield* TestClock.adjust("1 second")
        const next = yield* server.accept({ properties: { maximumPacketSize: 30 } })
        const { packetId, subscriptions } = yield* next.expect("Subscribe")
        assert.strictEqual(subscriptions[0]?.filter, "t")
        yield* next.send(Packet.subAck({ packetId, reasonCodes: [0] }), plain("t"))
        assert.strictEqual((yield* Effect.flip(take(long.messages, 1))).reason, "PacketTooLarge")
        assert.deepStrictEqual(yield* take(short.messages, 1), ["t"])
      })
  )
})
