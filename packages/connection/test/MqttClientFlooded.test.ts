import { Packet } from "@effect-mqtt/codec"
import type { Wire } from "@effect-mqtt/connection"
import { Message, MqttClient, MqttConnection, MqttError, Request, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Stream, TestClock } from "effect"
import { options, settle, start } from "./scriptedClient.ts"
import type { Link } from "./scriptedServer.ts"
import * as Scripted from "./scriptedServer.ts"
import { bytes, incoming } from "./sessionRig.ts"

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Messages for "in" of 1 kB each that say their identifiers. */
const backlog = (from: number, to: number, fields: Partial<Packet.Publish> = {}) =>
  ids(from, to).map((id) => incoming("in", id, 1, { payload: bytes(String(id).padEnd(1000)), ...fields }))

const send = (link: Link, packets: ReadonlyArray<Packet.Packet>) =>
  Effect.forEach(packets, (packet) => link.send(packet), { discard: true })

const idIn = (message: Message.Message) => Number(Message.text(message))

interface Heard {
  readonly acknowledged: Array<number>
  isOver: boolean
}

/** Answers whatever is asked, until the client ends the link; what it has acknowledged, and whether it says goodbye. */
const serve = (link: Link) => {
  const heard: Heard = { acknowledged: [], isOver: false }
  const answered: Effect.Effect<void> = Effect.flatMap(link.next, (packet) => {
    if (packet === undefined) return Effect.void
    switch (packet._tag) {
      case "Disconnect":
        heard.isOver = true
        return Effect.void
      case "PubAck":
        heard.acknowledged.push(packet.packetId)
        return answered
      default:
        return Effect.zipRight(send(link, answersTo(packet)), answered)
    }
  })
  return Effect.as(Effect.forkScoped(answered), heard)
}

/** The first link gets all that was read ahead done, and ends; the next one, which comes at once, brings the rest in order. */
const bringsTheRest = (server: Scripted.Server, handled: ReadonlyArray<number>, heard: Heard) =>
  Effect.gen(function*() {
    yield* Effect.repeatN(settle, 20)
    const taken = handled.length
    assert.isAtLeast(taken, 10)
    assert.isAtMost(taken, 20)
    assert.deepStrictEqual(handled, ids(1, taken))
    assert.deepStrictEqual(heard, { acknowledged: ids(1, taken), isOver: true })
    const next = yield* server.accept({ sessionPresent: true })
    const again = yield* serve(next)
    yield* send(next, backlog(taken + 1, 300, { dup: true }))
    yield* Effect.repeatN(settle, 20)
    assert.deepStrictEqual(handled, ids(1, 300))
    assert.deepStrictEqual(again, { acknowledged: ids(taken + 1, 300), isOver: false })
    yield* next.close
  })

const answersTo = (packet: Packet.Packet): ReadonlyArray<Packet.Packet> => {
  switch (packet._tag) {
    case "Subscribe": {
      const { packetId, subscriptions } = packet
      return [Packet.subAck({ packetId, reasonCodes: subscriptions.map(({ qos }) => qos) })]
    }
    case "Unsubscribe":
      return [Packet.unsubAck({ packetId: packet.packetId })]
    case "PingReq":
      return [Packet.pingResp]
    case "Publish": {
      const { packetId = 0, qos, topic } = packet
      if (topic.startsWith("ask/")) return [Packet.publish({ topic: topic.replace("ask", "tell"), payload: bytes("") })]
      return qos === 1 ? [Packet.pubAck({ packetId })] : [Packet.pubRec({ packetId })]
    }
    case "PubRel":
      return [Packet.pubComp({ packetId: packet.packetId })]
    default:
      return []
  }
}

/** The next packet of the kind, behind acknowledgements. */
const skipTo = <T extends Packet.PacketType>(link: Link, tag: T): Effect.Effect<Extract<Packet.Packet, { _tag: T }>> =>
  Effect.flatMap(link.next, (packet) => isOf(packet, tag) ? Effect.succeed(packet) : skipTo(link, tag))

const isOf = <T extends Packet.PacketType>(
  packet: Packet.Packet | undefined,
  tag: T
): packet is Extract<Packet.Packet, { _tag: T }> => packet?._tag === tag

const seconds = (count: number) => Effect.repeatN(TestClock.adjust("1 second"), count - 1)

const limits = { receiveMaximum: 2, readAheadBytes: 10_000, keepAlive: 0, cleanStart: false } as const

/** What a program may wait for in a handler. */
const operations: ReadonlyArray<
  readonly [string, (client: MqttClient.MqttClient["Type"]) => Effect.Effect<unknown, unknown>]
> = [
  ["a publish at QoS 1", (client) => client.publish("out", "x", { qos: 1 })],
  ["a publish at QoS 2", (client) => client.publish("out", "x", { qos: 2 })],
  ["a ping", (client) => client.ping],
  ["a request", (client) => client.request("ask/{id}", "x", { correlation: Request.byTopic("tell/{id}") })],
  ["a subscription and its end", (client) => Effect.scoped(client.subscription("other"))]
]

describe("messages that are large by their properties", () => {
  const long = "x".repeat(50_000)

  it.scoped.each<Packet.Publish["properties"]>([
    { correlationData: bytes(long) },
    { contentType: long },
    { responseTopic: long },
    { userProperties: [["name", long]] },
    { userProperties: Array.from({ length: 1000 }, () => ["", ""]) }
  ])("stop the reading like those with a large payload", (properties) =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ streamMessages: 2, readAheadBytes: 100_000 })
      yield* serve(link)
      yield* Effect.forkScoped(client.consume("in", () => Effect.never))
      yield* settle
      const message = Packet.publish({ topic: "in", payload: bytes(""), properties })
      const flood = yield* Effect.fork(Effect.repeatN(link.send(message), 99))
      yield* Effect.repeatN(settle, 20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(flood)))
      yield* link.close
    }))
})

describe("a 3.1.1 server that knows no Receive Maximum", () => {
  it.scoped.each(operations)(
    "sends more than is read ahead while a handler awaits %s, which comes; the next link brings the rest",
    ([, operation]) =>
      Effect.gen(function*() {
        const { client, link, server } = yield* start(limits, {}, 4)
        const handled: Array<number> = []
        yield* Effect.forkScoped(
          client.consume("in", (message) =>
            Effect.zipRight(
              handled.length === 0 ? operation(client) : Effect.void,
              Effect.sync(() => handled.push(idIn(message)))
            ), { qos: 1 })
        )
        yield* send(link, answersTo(yield* link.expect("Subscribe")))
        const flood = yield* Effect.fork(send(link, backlog(1, 300)))
        yield* Effect.repeatN(settle, 20)
        yield* TestClock.adjust("4900 millis")
        // The handler may just be slow: what neither the client nor the pipe holds stays with the server.
        assert.isTrue(Option.isNone(yield* Fiber.poll(flood)))
        assert.deepStrictEqual(handled, [])
        yield* TestClock.adjust("100 millis")
        yield* Fiber.join(flood)
        const heard = yield* serve(link)
        yield* bringsTheRest(server, handled, heard)
      })
  )

  it.scoped("is read on over a wire that cannot be paused, up to the read-ahead: other streams go on", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(4)
      const transport = yield* Effect.provide(Transport.Transport, server.layer)
      const unpausable = Layer.succeed(Transport.Transport, {
        open: (endpoint) =>
          Effect.map(transport.open(endpoint), (wire): Wire.Wire => ({
            canPause: false,
            read: wire.read,
            write: (pieces) => wire.write(pieces),
            shutdown: wire.shutdown
          }))
      })
      const making = yield* Effect.fork(
        Effect.provide(MqttClient.make({ ...options, ...limits, protocolVersion: 4 }), unpausable)
      )
      const link = yield* server.accept()
      const client = yield* Fiber.join(making)
      yield* serve(link)
      yield* Effect.forkScoped(client.consume("in", () => Effect.never, { qos: 1 }))
      const other = yield* Effect.forkScoped(Stream.runHead(client.subscribe("other")))
      yield* settle
      yield* send(link, [...backlog(1, 5), Packet.publish({ topic: "other", payload: bytes("") })])
      yield* settle
      assert.isTrue(Option.isSome(yield* Fiber.join(other)))
      yield* link.close
    }))

  it.scoped("is not taken for silent while a slow consumer holds the client's reading up", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ ...limits, acknowledgementTimeout: "6 seconds" }, {}, 4)
      const handled: Array<number> = []
      yield* Effect.forkScoped(
        client.consume("in", (message) => Effect.delay(Effect.sync(() => handled.push(idIn(message))), "1 second"), {
          qos: 1
        })
      )
      yield* send(link, answersTo(yield* link.expect("Subscribe")))
      const flood = yield* Effect.fork(send(link, backlog(1, 100)))
      yield* Effect.repeatN(settle, 20)
      // The first ones are announced, so they make no room.
      yield* seconds(4)
      const publishing = yield* Effect.fork(client.publish("out", "x", { qos: 1 }))
      yield* seconds(60)
      assert.deepStrictEqual(handled, ids(1, 64))
      const { packetId = 0 } = yield* skipTo(link, "Publish")
      yield* Effect.fork(Effect.zipRight(Fiber.join(flood), link.send(Packet.pubAck({ packetId }))))
      yield* seconds(36)
      yield* Fiber.join(publishing)
      assert.deepStrictEqual(handled, ids(1, 100))
      yield* link.close
    }))

  /** Of these the server keeps nothing for the next link, or the client has it forgotten. */
  it.scoped.each(
    [
      [4, { cleanStart: "first" }],
      [4, { cleanStart: true }],
      [5, { cleanStart: "first", sessionExpiry: 0 }],
      [5, { cleanStart: true }]
    ] as const
  )(
    "of a session that ends with its link leaves nothing to it, version %d, %o",
    ([version, kept]) =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ ...limits, ...kept }, {}, version)
        const handled: Array<number> = []
        yield* Effect.forkScoped(
          client.consume("in", (message) => Effect.delay(Effect.sync(() => handled.push(idIn(message))), "7 seconds"), {
            qos: 1
          })
        )
        yield* send(link, answersTo(yield* link.expect("Subscribe")))
        yield* send(link, backlog(1, 1))
        yield* Effect.repeatN(settle, 20)
        yield* seconds(7)
        const flood = yield* Effect.fork(send(link, backlog(2, 100)))
        yield* Effect.repeatN(settle, 20)
        const publishing = yield* Effect.fork(client.publish("out", "x", { qos: 1 }))
        yield* Effect.repeatN(settle, 20)
        const { packetId = 0 } = yield* skipTo(link, "Publish")
        yield* Effect.fork(Effect.zipRight(Fiber.join(flood), link.send(Packet.pubAck({ packetId }))))
        yield* Effect.repeatN(TestClock.adjust("7 seconds"), 98)
        yield* Fiber.join(publishing)
        assert.deepStrictEqual(handled, ids(1, 100))
        assert.deepInclude(yield* client.status.get, { _tag: "Connected", epoch: 1 })
        yield* link.close
      })
  )

  it.scoped("of a session that ends with its link costs the link where a handler waits for an answer behind that", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({ ...limits, cleanStart: "first" }, {}, 4)
      const handled: Array<number> = []
      yield* Effect.forkScoped(
        client.consume("in", (message) =>
          Effect.zipRight(
            client.publish("out", "x", { qos: 1 }),
            Effect.sync(() => handled.push(idIn(message)))
          ), { qos: 1 })
      )
      yield* send(link, answersTo(yield* link.expect("Subscribe")))
      yield* Effect.fork(send(link, backlog(1, 300)))
      yield* Effect.repeatN(settle, 20)
      yield* seconds(29)
      assert.strictEqual((yield* client.status.get)._tag, "Connected")
      yield* seconds(1)
      assert.deepInclude(yield* client.status.get, {
        _tag: "Disconnected",
        error: new MqttError.ConnectError({ reason: "AcknowledgementTimeout", retryable: true })
      })
      yield* seconds(2)
      const next = yield* server.accept({ sessionPresent: false })
      yield* serve(next)
      yield* Effect.repeatN(settle, 20)
      assert.deepStrictEqual(handled.slice(0, 1), [1])
      yield* next.close
    }))

  it.scoped("ends a single connection whose handler waits for an answer behind that: nobody could resume its session", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make(4)
      const making = yield* Effect.fork(
        Effect.provide(
          MqttConnection.make({ url: "mqtt://memory", protocolVersion: 4, ...limits }),
          server.layer
        )
      )
      const link = yield* server.accept()
      const connection = yield* Fiber.join(making)
      const handled: Array<number> = []
      const running = yield* Effect.fork(
        Stream.runForEach(connection.messages, (message) =>
          Effect.zipRight(
            Effect.when(connection.publish("out", "x", { qos: 1 }), () => handled.length === 0),
            Effect.sync(() => handled.push(idIn(message)))
          ))
      )
      const flood = yield* Effect.fork(send(link, backlog(1, 300)))
      yield* Effect.repeatN(settle, 20)
      yield* seconds(30)
      yield* Fiber.interrupt(flood)
      assert.strictEqual((yield* connection.closed).reason, "AcknowledgementTimeout")
      const error = yield* Effect.flip(Fiber.join(running))
      assert.deepInclude(error, { _tag: "PublishError", reason: "Closed" })
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

  it.scoped.each([4, 5] as const)(
    "resumes more than is read ahead before the SUBACK of a subscription, which comes, version %d",
    (version) =>
      Effect.gen(function*() {
        const { client, link: first, server } = yield* start(limits, {}, version)
        yield* first.close
        yield* TestClock.adjust("2 seconds")
        const link = yield* server.accept({ sessionPresent: true })
        const subscribing = yield* Effect.fork(client.subscription("in", { qos: 1 }))
        const subscribe = yield* link.expect("Subscribe")
        const flood = yield* Effect.fork(send(link, [...backlog(1, 300), ...answersTo(subscribe)]))
        yield* Effect.repeatN(settle, 20)
        yield* Fiber.join(flood)
        const { grantedQos, messages } = yield* Fiber.join(subscribing)
        assert.deepStrictEqual(grantedQos, [1])
        const heard = yield* serve(link)
        yield* settle
        // Nothing is acknowledged that nobody has seen.
        assert.deepStrictEqual(heard, { acknowledged: [], isOver: false })
        const handled: Array<number> = []
        yield* Effect.forkScoped(
          Stream.runForEach(messages, (message) => Effect.sync(() => handled.push(idIn(message))))
        )
        yield* bringsTheRest(server, handled, heard)
      })
  )

  it.scoped("refuses a subscription behind all that: its stream fails after what it got", () =>
    Effect.gen(function*() {
      const { handled, link, running } = yield* answeredBehindFlood(0x80)
      const error = yield* Effect.flip(Fiber.join(running))
      assert.deepInclude(error, { _tag: "SubscribeError", reason: "SubscribeRejected", filter: "in" })
      assert.strictEqual(handled.length, 300)
      yield* link.close
    }))
})
