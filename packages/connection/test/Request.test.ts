import { Broker } from "@effect-mqtt/broker"
import { Packet } from "@effect-mqtt/codec"
import { Message, MqttClient, Request, Responder } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope, TestClock } from "effect"
import * as Scripted from "./scriptedServer.ts"

const options: MqttClient.Options = { url: "mqtt://memory", clientId: "me/+" }

const bytes = (text: string) => new TextEncoder().encode(text)

type Link = Scripted.Link

const start = (overrides: Partial<MqttClient.Options> = {}, version: 4 | 5 = 5, fields?: Partial<Packet.ConnAck>) =>
  Effect.gen(function*() {
    const server = yield* Scripted.make(version)
    const making = yield* Effect.fork(
      Effect.provide(MqttClient.make({ ...options, protocolVersion: version, ...overrides }), server.layer)
    )
    const link = yield* server.accept(fields)
    return { server, link, client: yield* Fiber.join(making) }
  })

const settle = Effect.repeatN(Effect.yieldNow(), 50)

const grant = (link: Link) =>
  Effect.gen(function*() {
    const { packetId, subscriptions } = yield* link.expect("Subscribe")
    yield* link.send({ _tag: "SubAck", packetId, reasonCodes: [1] })
    return subscriptions[0]?.filter ?? ""
  })

const answer = (link: Link, request: Packet.Publish, text: string, correlationData?: Uint8Array) =>
  link.send(Packet.publish({
    topic: request.properties?.responseTopic ?? "",
    payload: bytes(text),
    properties: { correlationData: correlationData ?? request.properties?.correlationData ?? new Uint8Array(0) }
  }))

/** A server that grants everything, and answers every request by its topic. */
const served = (link: Link): Effect.Effect<void> =>
  Effect.flatMap(link.next, (packet) => {
    switch (packet?._tag) {
      case undefined:
        return Effect.void
      case "Subscribe":
        return Effect.zipRight(link.send(Packet.subAck({ packetId: packet.packetId, reasonCodes: [1] })), served(link))
      case "Unsubscribe":
        return Effect.zipRight(
          link.send({ _tag: "UnsubAck", packetId: packet.packetId, reasonCodes: [0] }),
          served(link)
        )
      case "Publish": {
        const answered = link.send(
          Packet.publish({ topic: packet.topic.replace("ask", "answer"), payload: bytes("one") })
        )
        return Effect.zipRight(Effect.forkDaemon(answered), served(link))
      }
      default:
        return served(link)
    }
  })

describe("request", () => {
  it.effect("is answered while the scope of its client closes, until it is the client's turn", () =>
    Effect.gen(function*() {
      const answered = yield* Deferred.make<string>()
      yield* Effect.scoped(Effect.gen(function*() {
        const client = yield* MqttClient.make(options)
        yield* Effect.forkScoped(
          Responder.serve("shout", (request) => Effect.succeed(Message.text(request))).pipe(
            Effect.provideService(MqttClient.MqttClient, client)
          )
        )
        yield* settle
        yield* Effect.addFinalizer(() =>
          Deferred.complete(answered, Effect.map(Effect.orDie(client.request("shout", "off")), Message.text))
        )
      }))
      assert.strictEqual(yield* answered, "off")
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("is answered over the embedded broker, many at a time, each by its own response", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make(options)
      yield* Effect.forkScoped(
        Responder.serve(
          "shout",
          (request) => Effect.delay(Effect.succeed(Message.text(request).toUpperCase()), "10 millis"),
          { concurrency: 8, qos: 1 }
        ).pipe(Effect.provideService(MqttClient.MqttClient, client))
      )
      yield* settle
      const words = Array.from({ length: 20 }, (_, index) => `word-${index}`)
      const fiber = yield* Effect.fork(
        Effect.forEach(words, (word) => Effect.map(client.request("shout", word, { qos: 1 }), Message.text), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), words.map((word) => word.toUpperCase()))
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("is acknowledged when it has been answered, with others at the same time", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const finished = yield* Deferred.make<string>()
      yield* Effect.forkScoped(
        Responder.serve("ask", () => Deferred.await(finished), { concurrency: 4, qos: 1 }).pipe(
          Effect.provideService(MqttClient.MqttClient, client)
        )
      )
      yield* grant(link)
      const asked = (packetId: number) =>
        Packet.publish({ packetId, topic: "ask", payload: bytes("?"), qos: 1, properties: { responseTopic: "out" } })
      yield* link.send(asked(1))
      yield* settle
      yield* link.send(asked(2))
      yield* settle
      yield* Deferred.succeed(finished, "yes")
      // An answer has the QoS of its request.
      for (const answered of [yield* link.expect("Publish"), yield* link.expect("Publish")]) {
        yield* link.send(Packet.pubAck({ packetId: answered.packetId ?? 0 }))
      }
      assert.strictEqual((yield* link.expect("PubAck")).packetId, 1)
      assert.strictEqual((yield* link.expect("PubAck")).packetId, 2)
      yield* link.close
    }))

  it.scoped("uses one subscription, made before the first, and fresh correlation data for each", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const one = yield* Effect.fork(client.request("ask", "1"))
      const filter = yield* grant(link)
      const first = yield* link.expect("Publish")
      const other = yield* Effect.fork(client.request("ask", "2", { timeout: "90 seconds" }))
      const second = yield* link.expect("Publish")
      assert.strictEqual(filter, "effect-mqtt/me%2F%2B/responses")
      assert.deepStrictEqual([first.properties?.responseTopic, second.properties?.responseTopic], [filter, filter])
      assert.deepStrictEqual(
        [first.properties?.messageExpiryInterval, second.properties?.messageExpiryInterval],
        [10, 90]
      )
      assert.notDeepEqual(first.properties?.correlationData, second.properties?.correlationData)
      assert.strictEqual(first.properties?.correlationData?.length, 16)
      // What nobody asked for is ignored; the others find their way in any order.
      yield* answer(link, first, "forged", bytes("guessed"))
      yield* answer(link, second, "two")
      yield* answer(link, first, "one")
      yield* answer(link, first, "once more")
      assert.strictEqual(Message.text(yield* Fiber.join(other)), "two")
      assert.strictEqual(Message.text(yield* Fiber.join(one)), "one")
      yield* link.close
    }))

  it.scoped("takes the server's response information", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 5, { properties: { responseInformation: "private/7/" } })
      assert.strictEqual(link.connect.properties?.requestResponseInformation, 1)
      const fiber = yield* Effect.fork(client.request("ask", "1"))
      assert.strictEqual(yield* grant(link), "private/7/responses")
      yield* answer(link, yield* link.expect("Publish"), "one")
      yield* Fiber.join(fiber)
      yield* link.close
    }))

  it.scoped("leaves the topic that was its own when the server gives the next link another response information", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start({}, 5, { properties: { responseInformation: "one" } })
      const ask = (link: Link) =>
        Effect.gen(function*() {
          const request = yield* Effect.fork(client.request("ask", ""))
          const filter = yield* grant(link)
          yield* answer(link, yield* link.expect("Publish"), "answer")
          yield* Fiber.join(request)
          return filter
        })
      assert.strictEqual(yield* ask(link), "one/responses")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true, properties: { responseInformation: "two" } })
      const { filters, packetId } = yield* next.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["one/responses"])
      yield* next.send(Packet.unsubAck({ packetId, reasonCodes: [0] }))
      assert.strictEqual(yield* ask(next), "two/responses")
      yield* next.close
    }))

  it.scoped("times out, typed, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({ maxRequests: 1 })
      const fiber = yield* Effect.fork(Effect.flip(client.request("ask", "1", { timeout: "3 seconds" })))
      yield* grant(link)
      const request = yield* link.expect("Publish")
      const tooMany = yield* Effect.flip(client.request("ask", "2"))
      assert.strictEqual(tooMany.reason, "TooManyRequests")
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "Timeout")
      yield* answer(link, request, "too late")
      const next = yield* Effect.fork(client.request("ask", "2"))
      yield* answer(link, yield* link.expect("Publish"), "two")
      assert.strictEqual(Message.text(yield* Fiber.join(next)), "two")
      yield* link.close
    }))

  it.scoped("also where nothing is interruptible, in one phase and in two", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const ways = [
        client.request("ask", "1"),
        Effect.scoped(Effect.flatten(client.requestHandle("ask", "2")))
      ]
      const [one, two] = yield* Effect.forEach(ways, (way) => Effect.fork(Effect.uninterruptible(Effect.flip(way))))
      yield* grant(link)
      yield* link.expect("Publish")
      yield* link.expect("Publish")
      yield* TestClock.adjust("10 seconds")
      yield* settle
      yield* link.close
      for (const fiber of [one, two]) {
        assert.strictEqual((yield* fiber?.unsafePoll() ?? Effect.dieMessage("it waits")).reason, "Timeout")
      }
    }))

  it.scoped("also while the subscription is not confirmed", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const fiber = yield* Effect.fork(Effect.flip(client.request("ask", "1")))
      yield* link.expect("Subscribe")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "Timeout")
      yield* link.close
    }))

  it.scoped("fails with what the server says to its publish or to its subscription", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const refused = yield* Effect.fork(Effect.flip(client.request("ask", "1")))
      const { packetId } = yield* link.expect("Subscribe")
      yield* link.send({ _tag: "SubAck", packetId, reasonCodes: [0x87] })
      const error = yield* Fiber.join(refused)
      assert.deepStrictEqual([error.reason, error.reasonCode], ["Rejected", 0x87])
      const again = yield* Effect.fork(Effect.flip(client.request("ask", "1", { qos: 1 })))
      yield* grant(link)
      const publish = yield* link.expect("Publish")
      yield* link.send(Packet.pubAck({ packetId: publish.packetId ?? 0, reasonCode: 0x97 }))
      const rejected = yield* Fiber.join(again)
      assert.deepStrictEqual([rejected.reason, rejected.reasonCode], ["Rejected", 0x97])
      const invalid = yield* Effect.flip(client.request("ask/#", "1"))
      assert.strictEqual(invalid.reason, "InvalidRequest")
      yield* link.close
    }))

  it.scoped("outlives a link whose session is resumed, and not a lost session", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const fiber = yield* Effect.fork(client.request("ask", "1", { timeout: "10 minutes" }))
      yield* grant(link)
      const request = yield* link.expect("Publish")
      yield* settle
      yield* link.close
      yield* Effect.fork(TestClock.adjust("1 minute"))
      const resumed = yield* server.accept({ sessionPresent: true })
      yield* answer(resumed, request, "one")
      assert.strictEqual(Message.text(yield* Fiber.join(fiber)), "one")
      const lost = yield* Effect.fork(Effect.flip(client.request("ask", "2", { timeout: "10 minutes" })))
      yield* resumed.expect("Publish")
      yield* settle
      yield* resumed.close
      yield* Effect.fork(TestClock.adjust("1 minute"))
      const fresh = yield* server.accept({ sessionPresent: false })
      assert.strictEqual((yield* Fiber.join(lost)).reason, "SessionLost")
      yield* fresh.close
    }))

  it.scoped("fails with what the server says when it does not take the subscription back after a lost session", () =>
    Effect.gen(function*() {
      const { client, link, server } = yield* start()
      const fiber = yield* Effect.fork(Effect.flip(client.request("ask", "1", { qos: 1, timeout: "10 minutes" })))
      yield* grant(link)
      yield* link.expect("Publish")
      yield* link.close
      yield* Effect.fork(TestClock.adjust("1 minute"))
      const fresh = yield* server.accept({ sessionPresent: false })
      const { packetId } = yield* fresh.expect("Subscribe")
      yield* fresh.send({ _tag: "SubAck", packetId, reasonCodes: [0x87] })
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error.reason, error.reasonCode], ["Rejected", 0x87])
      yield* fresh.close
    }))

  it.scoped("fails when the client is closed", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const fiber = yield* Effect.fork(Effect.flip(client.request("ask", "1")))
      yield* grant(link)
      yield* link.expect("Publish")
      yield* settle
      yield* link.close
      yield* client.disconnect()
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "Closed")
      assert.strictEqual((yield* Effect.flip(client.request("ask", "1"))).reason, "Closed")
    }))

  it.scoped("in two phases: first published, then answered, as long as its scope", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const scope = yield* Scope.make()
      const handle = yield* Effect.fork(Scope.extend(client.requestHandle("ask", "1", { qos: 1 }), scope))
      yield* grant(link)
      const request = yield* link.expect("Publish")
      yield* settle
      assert.isNull(handle.unsafePoll())
      yield* link.send(Packet.pubAck({ packetId: request.packetId ?? 0 }))
      const response = yield* Fiber.join(handle)
      yield* answer(link, request, "one")
      assert.strictEqual(Message.text(yield* response), "one")
      yield* Scope.close(scope, Exit.void)
      yield* link.close
    }))

  it.scoped("3.1.1 needs to be told where an identifier travels", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 4)
      assert.strictEqual((yield* Effect.flip(client.request("ask", "1"))).reason, "NotSupported")
      const correlation = Request.byTopic("rpc/{id}/answer")
      const fiber = yield* Effect.fork(client.request("rpc/{id}/ask", "1", { correlation }))
      assert.strictEqual(yield* grant(link), "rpc/+/answer")
      const { topic } = yield* link.expect("Publish")
      assert.match(topic, /^rpc\/[0-9a-f]{32}\/ask$/)
      yield* link.send(Packet.publish({ topic: topic.replace("ask", "answer"), payload: bytes("one") }))
      assert.strictEqual(Message.text(yield* Fiber.join(fiber)), "one")
      // Nobody waits on that filter any more.
      const { filters } = yield* link.expect("Unsubscribe")
      assert.deepStrictEqual(filters, ["rpc/+/answer"])
      assert.strictEqual((yield* Effect.flip(client.request("rpc/ask", "1", { correlation }))).reason, "InvalidRequest")
      yield* link.close
    }))

  it.scoped("one after another on a filter of their own: none joins what the last one leaves", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 4)
      const correlation = Request.byTopic("rpc/{id}/answer")
      yield* Effect.forkScoped(served(link))
      const requests = Effect.replicateEffect(client.request("rpc/{id}/ask", "1", { correlation }), 3)
      assert.deepStrictEqual((yield* requests).map(Message.text), ["one", "one", "one"])
      yield* link.close
    }))

  it.scoped.each([4, 5] as const)(
    "of a handler is answered although its stream and the read-ahead are full, in version %d",
    (version) =>
      Effect.gen(function*() {
        const { client, link } = yield* start({ readAheadBytes: 100 }, version)
        const correlation = Request.byTopic("rpc/{id}/answer")
        const answers: Array<string> = []
        yield* Effect.forkScoped(
          client.consume(
            "in",
            () =>
              Effect.map(client.request("rpc/{id}/ask", "1", { correlation }), (answer) =>
                answers.push(Message.text(answer))),
            { bufferMessages: 1 }
          )
        )
        yield* grant(link)
        // More than the pipe holds: the answers are behind it.
        const backlog = Array.from({ length: 2000 }, () =>
          Packet.publish({ topic: "in", payload: bytes("x".repeat(50)) }))
        yield* Effect.forkScoped(link.send(...backlog))
        yield* Effect.forkScoped(served(link))
        yield* Effect.repeatN(settle, 10)
        assert.include(answers, "one")
        yield* link.close
      })
  )

  it.scoped("of a handler is answered although the server may send no more at QoS 1 until it has finished", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make({ ...options, receiveMaximum: 2 })
      const other = yield* MqttClient.make({ ...options, clientId: "other" })
      yield* Effect.forkScoped(
        Responder.serve("ask", (request) => Effect.succeed(request.payload), { qos: 1 }).pipe(
          Effect.provideService(MqttClient.MqttClient, other)
        )
      )
      const answers: Array<string> = []
      yield* Effect.forkScoped(
        client.consume("in", ({ payload }) =>
          Effect.map(
            client.request("ask", payload, { qos: 1 }),
            (answer) => answers.push(Message.text(answer))
          ), { qos: 1 })
      )
      yield* settle
      for (let count = 0; count < 6; count++) yield* Effect.fork(other.publish("in", `${count}`, { qos: 1 }))
      yield* Effect.repeatN(settle, 20)
      assert.deepStrictEqual(answers, ["0", "1", "2", "3", "4", "5"])
    }).pipe(Effect.provide(Broker.layerMemory())))

  it.scoped("by a field of JSON, whatever else comes there", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start({}, 4)
      const correlation = Request.byJsonField("out")
      const fiber = yield* Effect.fork(client.request("in", "{\"method\":\"get\"}", { correlation }))
      yield* grant(link)
      const request: unknown = JSON.parse(new TextDecoder().decode((yield* link.expect("Publish")).payload))
      const id = typeof request === "object" && request !== null && "id" in request ? request.id : undefined
      for (const payload of ["no JSON", "[]", "null", "{\"id\":7}", JSON.stringify({ id, result: 1 })]) {
        yield* link.send(Packet.publish({ topic: "out", payload: bytes(payload) }))
      }
      assert.deepStrictEqual(JSON.parse(Message.text(yield* Fiber.join(fiber))), { id, result: 1 })
      assert.strictEqual((yield* Effect.flip(client.request("in", "[]", { correlation }))).reason, "InvalidRequest")
      yield* link.close
    }))
})

describe("Responder", () => {
  it.scoped("replies to the response topic with the same correlation data, and not where none is asked for", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start()
      const request: Message.Message = {
        topic: "ask",
        payload: bytes("1"),
        qos: 0,
        retain: false,
        dup: false,
        properties: { responseTopic: "back", correlationData: bytes("id") }
      }
      const reply = (message: Message.Message) =>
        Effect.provideService(Responder.reply(message, "one"), MqttClient.MqttClient, client)
      assert.isTrue(yield* reply(request))
      const response = yield* link.expect("Publish")
      assert.deepStrictEqual([response.topic, response.properties?.correlationData], ["back", bytes("id")])
      assert.isFalse(yield* reply({ ...request, properties: {} }))
      yield* link.close
    }))
})
