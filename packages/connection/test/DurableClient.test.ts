import { Packet } from "@effect-mqtt/codec"
import { Message, MqttClient, MqttError, SessionStore } from "@effect-mqtt/connection"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream, TestClock } from "effect"
import { options, settle } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"
import { incoming } from "./sessionRig.ts"
import { granted, heard, take, unsubscribed } from "./subscribing.ts"

const durable: MqttClient.Options = { ...options, clientId: "c", drainTimeout: 0 }

const begin = Effect.gen(function*() {
  const server = yield* Scripted.make()
  // One store for all runs of the program.
  const store = yield* Layer.build(Layer.provide(SessionStore.layerKeyValueStore(), KeyValueStore.layerMemory))
  /** A run of the program, up to its CONNACK; `stop` ends it in good order. */
  const run = (sessionPresent: boolean, more: Partial<MqttClient.Options> = {}) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const making = yield* Effect.fork(
        MqttClient.make({ ...durable, ...more }).pipe(
          Effect.provide(server.layer),
          Effect.provide(store),
          Scope.extend(scope)
        )
      )
      const link = yield* server.accept({ sessionPresent })
      const client = yield* Fiber.join(making)
      return { client, link, scope, stop: Effect.zipLeft(Scope.close(scope, Exit.void), settle) }
    })
  return { server, store, run }
})

interface Run {
  readonly client: MqttClient.MqttClient["Type"]
  readonly link: Scripted.Link
  readonly stop: Effect.Effect<void>
}

/** Closed before its streams end, a client leaves its subscriptions to the next run. */
const close = ({ client, link, stop }: Run) =>
  Effect.gen(function*() {
    const closing = yield* Effect.fork(client.disconnect())
    assert.isUndefined((yield* link.expect("Disconnect")).properties?.sessionExpiryInterval)
    yield* link.close
    yield* Fiber.join(closing)
    yield* stop
  })

/** A client on its link, whose store takes commits in this way from then on. */
const withCommit = (commit: () => Effect.Effect<void>) =>
  Effect.gen(function*() {
    const server = yield* Scripted.make()
    let isReady = false
    const store = Layer.succeed(SessionStore.SessionStore, {
      durability: SessionStore.durable,
      open: () =>
        Effect.succeed({ records: new Map(), commit: () => Effect.suspend(() => isReady ? commit() : Effect.void) })
    })
    const making = yield* Effect.fork(
      Effect.provide(MqttClient.make(durable), Layer.merge(server.layer, store))
    )
    const link = yield* server.accept()
    const client = yield* Fiber.join(making)
    yield* settle
    isReady = true
    return { client, link }
  })

describe("MqttClient with a durable store", () => {
  it.scoped("the next run resumes the session, and sends what the last one left, in order", () =>
    Effect.gen(function*() {
      const { run } = yield* begin
      const first = yield* run(false)
      assert.isTrue(first.link.connect.cleanStart)
      for (const qos of [1, 2] as const) yield* Effect.fork(first.client.publish(`q${qos}`, "x", { qos }))
      assert.strictEqual((yield* first.link.expect("Publish")).dup, false)
      yield* first.link.expect("Publish")
      yield* first.stop

      const second = yield* run(true)
      assert.isFalse(second.link.connect.cleanStart)
      const again = [yield* second.link.expect("Publish"), yield* second.link.expect("Publish")]
      assert.deepStrictEqual(again.map(({ dup, packetId, topic }) => [topic, packetId, dup]), [["q1", 1, true], [
        "q2",
        2,
        true
      ]])
      yield* second.link.send(Packet.pubAck({ packetId: 1 }), Packet.pubRec({ packetId: 2 }))
      yield* second.link.expect("PubRel")
      yield* second.stop

      const third = yield* run(true)
      assert.deepInclude(yield* third.link.expect("PubRel"), { packetId: 2 })
      yield* third.link.send(Packet.pubComp({ packetId: 2 }))
      yield* settle
      yield* third.stop
      const fourth = yield* run(true)
      yield* Effect.fork(fourth.client.publish("new", "x", { qos: 1 }))
      assert.deepInclude(yield* fourth.link.expect("Publish"), { topic: "new", packetId: 3 })
    }))

  it.scoped("stores what waited behind more than the output holds, when it has left, and sends it then", () =>
    Effect.gen(function*() {
      const { run, server } = yield* begin
      const { client, link } = yield* run(false, { queueRetention: "keepAll" })
      yield* link.close
      yield* settle
      for (let count = 0; count < 40; count++) yield* Effect.fork(client.publish("large", new Uint8Array(20_000)))
      yield* Effect.fork(client.publish("behind", "", { qos: 1 }))
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true })
      for (let count = 0; count < 40; count++) assert.strictEqual((yield* next.expect("Publish")).topic, "large")
      assert.strictEqual((yield* next.expect("Publish")).topic, "behind")
    }))

  it.scoped("does not give its session up when it closes, and the next run knows which messages the last one had", () =>
    Effect.gen(function*() {
      const { run } = yield* begin
      const first = yield* run(false)
      yield* Effect.fork(Stream.runDrain(first.client.subscribe("t", { qos: 2 })))
      const subscribe = yield* first.link.expect("Subscribe")
      yield* first.link.send(
        Packet.subAck({ packetId: subscribe.packetId, reasonCodes: [2] }),
        incoming("t", 7, 2, { properties: { subscriptionIdentifiers: [1] } })
      )
      assert.deepInclude(yield* first.link.expect("PubRec"), { packetId: 7 })
      yield* close(first)

      const second = yield* run(true)
      yield* second.link.send(incoming("t", 7, 2, { dup: true, properties: { subscriptionIdentifiers: [1] } }))
      assert.deepInclude(yield* second.link.expect("PubRec"), { packetId: 7 })
    }))

  it.scoped("messages that the server kept find the stream of the next run by their old identifier", () =>
    Effect.gen(function*() {
      const { run } = yield* begin
      const first = yield* run(false)
      yield* Effect.fork(Stream.runDrain(first.client.subscribe("a/#", { qos: 1 })))
      const subscribe = yield* first.link.expect("Subscribe")
      const { subscriptionIdentifiers } = subscribe.properties ?? {}
      yield* first.link.send(Packet.subAck({ packetId: subscribe.packetId, reasonCodes: [1] }))
      yield* settle
      yield* close(first)

      const second = yield* run(true)
      yield* second.link.send(incoming("a/b", 1, 1, { properties: { subscriptionIdentifiers } }))
      yield* settle
      const got: Array<string> = []
      const collect = (filter: string) =>
        second.client.subscribe(filter, { qos: 1 }).pipe(
          Stream.runForEach((message) => Effect.sync(() => got.push(`${filter} ${Message.text(message)}`))),
          Effect.fork
        )
      yield* collect("b")
      yield* collect("a/#")
      for (const name of ["b", "a/#"]) {
        const { packetId, properties, subscriptions } = yield* second.link.expect("Subscribe")
        assert.strictEqual(subscriptions[0]?.filter, name)
        // Another filter must not get the identifier of the first one.
        const isSame = properties?.subscriptionIdentifiers?.[0] === subscriptionIdentifiers?.[0]
        assert.strictEqual(isSame, name === "a/#")
        yield* second.link.send(Packet.subAck({ packetId, reasonCodes: [1] }))
      }
      yield* settle
      assert.deepStrictEqual(got, ["a/# a/b"])
    }))

  it.scoped("what a failed stream left behind in the last run waits for the stream of the next one", () =>
    Effect.gen(function*() {
      const { run } = yield* begin
      const first = yield* run(false)
      const failing = yield* Effect.fork(first.client.consume("t", () => Effect.fail("broken"), { qos: 1 }))
      const properties = (yield* granted(first.link, 1)).properties ?? {}
      yield* first.link.send(incoming("t", 1, 1, { properties }), incoming("t", 2, 1, { properties }))
      yield* unsubscribed(first.link)
      yield* Effect.exit(Fiber.join(failing))
      yield* first.stop

      const second = yield* run(true)
      yield* second.link.send(
        incoming("t", 1, 1, { dup: true, properties }),
        incoming("t", 2, 1, { dup: true, properties })
      )
      yield* settle
      const got = yield* Effect.fork(take(second.client.subscribe("t", { qos: 1 }), 2))
      yield* granted(second.link, 1)
      assert.deepStrictEqual(yield* heard(second.link, 2), [["PubAck", 1, 0], ["PubAck", 2, 0]])
      yield* unsubscribed(second.link)
      assert.deepStrictEqual(yield* Fiber.join(got), ["t", "t"])
    }))

  it.scoped("needs a client identifier, and has its session for itself", () =>
    Effect.gen(function*() {
      const { run, server, store } = yield* begin
      const make = (more: Partial<MqttClient.Options>) =>
        MqttClient.make({ ...durable, ...more }).pipe(
          Effect.provide(server.layer),
          Effect.provide(store),
          Effect.scoped,
          Effect.flip
        )
      assert.deepInclude(yield* make({ clientId: undefined }), { _tag: "ConnectError", reason: "InvalidEndpoint" })
      yield* run(false)
      const refused = yield* make({})
      assert.deepInclude(refused, { _tag: "ConnectError", reason: "StoreError", retryable: false })
      assert.deepInclude(refused.cause, { _tag: "StoreError", reason: "InUse" })
    }))

  it.scoped("a store that breaks ends the client and everything that waits", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      let works = true
      const store = Layer.succeed(SessionStore.SessionStore, {
        durability: SessionStore.durable,
        open: () =>
          Effect.succeed({
            records: new Map(),
            commit: () => works ? Effect.void : new MqttError.StoreError({ reason: "Io" })
          })
      })
      const making = yield* Effect.fork(
        MqttClient.make(durable).pipe(Effect.provide([server.layer, store]))
      )
      const link = yield* server.accept()
      const client = yield* Fiber.join(making)
      const publishing = yield* Effect.fork(client.publish("t", "x", { qos: 2 }))
      yield* link.expect("Publish")
      works = false
      const refused = yield* Effect.fork(Effect.flip(client.publish("u", "x", { qos: 1 })))
      assert.strictEqual((yield* Fiber.join(refused)).reason, "StoreError")
      yield* link.send(Packet.pubRec({ packetId: 1 }))
      assert.deepInclude(yield* Effect.flip(client.failure), { _tag: "ConnectError", reason: "StoreError" })
      assert.strictEqual((yield* Effect.flip(Fiber.join(publishing))).reason, "Closed")
      assert.strictEqual((yield* client.status.get)._tag, "Failed")
    }))

  it.scoped("a store with a defect is one that fails", () =>
    Effect.gen(function*() {
      const { client, link } = yield* withCommit(() => Effect.dieMessage("broken"))
      const refused = yield* Effect.flip(client.publish("u", "x", { qos: 1 }))
      assert.strictEqual(refused.reason, "StoreError")
      const closing = yield* Effect.fork(client.disconnect())
      yield* settle
      yield* link.close
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(closing)))
    }))

  it.scoped("a store that hangs does not keep the client from closing", () =>
    Effect.gen(function*() {
      const { client, link } = yield* withCommit(() => Effect.never)
      const publishing = yield* Effect.fork(Effect.flip(client.publish("u", "x", { qos: 1 })))
      yield* settle
      const closing = yield* Effect.fork(client.disconnect())
      yield* settle
      yield* link.close
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(closing)
      assert.strictEqual((yield* Fiber.join(publishing)).reason, "Closed")
      assert.strictEqual((yield* client.status.get)._tag, "Closed")
    }))

  it.scoped("a store that does not say whether it is durable is not taken for one that is not", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const without: object = { open: () => Effect.dieMessage("opened") }
      const store = Layer.succeed(SessionStore.SessionStore, without as SessionStore.Store) // a program that is not typed
      const making = yield* Effect.fork(
        Effect.flip(MqttClient.make(durable).pipe(Effect.provide([server.layer, store])))
      )
      yield* settle
      const failed = yield* (making.unsafePoll() ?? Effect.dieMessage("connects"))
      assert.deepInclude(failed, { reason: "InvalidEndpoint" })
      assert.include(failed.message, "durability")
    }))

  it.scoped("a store that is not durable is never asked", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make()
      const store = Layer.succeed(SessionStore.SessionStore, {
        durability: undefined,
        open: () => Effect.dieMessage("opened")
      })
      const making = yield* Effect.fork(
        MqttClient.make(durable).pipe(Effect.provide([server.layer, store]))
      )
      yield* server.accept()
      yield* Fiber.join(making)
    }))
})
