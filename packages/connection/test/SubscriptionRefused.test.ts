import { Packet } from "@effect-mqtt/codec"
import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type * as Scripted from "./scriptedServer.ts"
import { granted, opened, scenario, settle, start } from "./subscribing.ts"

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

  scenario("when it was granted to the first of two that have asked", () =>
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
        Packet.subAck({ packetId: first, reasonCodes: [0] }),
        Packet.subAck({ packetId: second, reasonCodes: [0x97] })
      )
      assert.deepStrictEqual((yield* Fiber.join(refused)).map(({ reasonCode }) => reasonCode), [0x97, 0x97])
      yield* isLeft(link)
    }))
})
