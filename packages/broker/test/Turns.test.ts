import { Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Either } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, publish, subscribe } from "./rawClient.ts"

/** On which everything takes longer than one client may keep the others waiting. */
const slowClock = (): Clock.Clock => {
  let time = 0
  return Object.assign(Clock.make(), { unsafeCurrentTimeMillis: () => time += 60 })
}

const topics = Array.from({ length: 20 }, (_, index) => `t/${index}`)

/** What the greedy client gets: who it has to share with does something as soon as the broker has begun. */
const shared = (
  request: ReadonlyArray<Packet.Packet>,
  begun: (broker: Broker.Broker["Type"]) => Effect.Effect<void>
) =>
  Effect.gen(function*() {
    const broker = yield* Broker.make()
    for (const topic of topics) yield* broker.publish({ topic: `kept/${topic}`, payload: topic, retain: true })
    const greedy = yield* connect(broker, "greedy")
    yield* subscribe(greedy, "live/#")
    const neighbour = yield* connect(broker, "neighbour")
    yield* Effect.forkScoped(Effect.zipRight(begun(broker), neighbour.send(publish("live/neighbour", "neighbour"))))
    yield* greedy.sendBytes(Buffer.concat(request.map((packet) => Either.getOrThrow(Encoder.encode(packet, 5)))))
    const received: Array<string> = []
    while (received.length < topics.length + 1) {
      const packet = yield* greedy.next
      if (packet !== undefined) received.push(...payloads([packet]))
    }
    assert.deepStrictEqual(received.filter((payload) => payload !== "neighbour"), topics)
    return received
  }).pipe(Effect.withClock(slowClock()))

describe("a client that asks for much at once does not keep the others waiting", () => {
  it.scopedLive("with messages", () =>
    Effect.gen(function*() {
      const messages = topics.map((topic) => publish(`live/${topic}`, topic))
      const first = Effect.makeLatch()
      const received = yield* shared(messages, (broker) =>
        Effect.scoped(Effect.gen(function*() {
          const begun = yield* first
          yield* broker.observe("live/#", () => begun.unsafeOpen())
          yield* begun.await
        })))
      assert.notStrictEqual(received.at(-1), "neighbour")
    }))

  it.scopedLive("with filters that each look through everything that is retained", () =>
    Effect.gen(function*() {
      const subscriptions = topics.map((topic) => ({ filter: `kept/${topic}`, qos: 0 as const }))
      const request = [Packet.subscribe({ packetId: 2, subscriptions })]
      const received = yield* shared(request, (broker) => broker.awaitSubscription("kept/t/0"))
      assert.notStrictEqual(received.at(-1), "neighbour")
    }))

  it.scopedLive("and what it has not got of that when its link is lost comes with the next link of its session", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      for (const topic of topics) {
        yield* broker.publish({ topic: `kept/${topic}`, payload: topic, retain: true, qos: 1 })
      }
      const session = { cleanStart: false, properties: { sessionExpiryInterval: 100 } }
      const greedy = yield* connect(broker, "greedy", session)
      const subscriptions = topics.map((topic) => ({ filter: `kept/${topic}`, qos: 1 as const }))
      yield* greedy.send(Packet.subscribe({ packetId: 2, subscriptions }))
      yield* greedy.expect("SubAck")
      const again = yield* connect(broker, "greedy", session)
      assert.isTrue(again.connAck.sessionPresent)
      const received: Array<string> = []
      while (received.length < topics.length) received.push(...payloads([yield* again.expect("Publish")]))
      assert.deepStrictEqual(received, topics)
    }).pipe(Effect.withClock(slowClock()), Effect.timeout("3 seconds")))
})
