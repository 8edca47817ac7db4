import { Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Broker } from "../src/index.ts"
import { connect, payloads, subscribe, text } from "./rawClient.ts"

const will = { topic: "will", payload: text("gone"), qos: 1, retain: false } as const

const watched = Effect.gen(function*() {
  const broker = yield* Broker.make()
  const watcher = yield* connect(broker, "watcher")
  yield* subscribe(watcher, "will")
  return { broker, watcher, wills: Effect.map(watcher.drain, payloads) }
})

describe.each([4, 5] as const)("a will at protocol level %s", (protocolVersion) => {
  it.scoped("is published when the link drops", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      const client = yield* connect(broker, "c", { protocolVersion, will })
      yield* client.cut
      assert.deepStrictEqual(yield* wills, ["gone"])
    }))

  it.scoped("is dropped with a normal DISCONNECT", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      const client = yield* connect(broker, "c", { protocolVersion, will })
      yield* client.send(Packet.disconnect())
      assert.isUndefined(yield* client.next)
      assert.deepStrictEqual(yield* wills, [])
    }))

  it.scoped("is published at the end of the keep-alive, at a protocol error and at a take-over", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      yield* connect(broker, "a", { protocolVersion, will, keepAlive: 10 })
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(yield* wills, ["gone"])
      const wrong = yield* connect(broker, "b", { protocolVersion, will })
      yield* wrong.send(Packet.connect({ clientId: "b", protocolVersion }))
      yield* connect(broker, "c", { protocolVersion, will })
      yield* connect(broker, "c", { protocolVersion })
      assert.deepStrictEqual(yield* wills, ["gone", "gone"])
    }))

  it.scoped("can be retained", () =>
    Effect.gen(function*() {
      const broker = yield* Broker.make()
      const client = yield* connect(broker, "c", { protocolVersion, will: { ...will, retain: true } })
      yield* client.cut
      const late = yield* connect(broker, "late", { protocolVersion })
      yield* subscribe(late, "will")
      assert.deepStrictEqual(payloads(yield* late.drain), ["gone"])
    }))
})

describe("MQTT 5 wills", () => {
  it.scoped("DISCONNECT with code 0x04 asks for it", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      const client = yield* connect(broker, "c", { will })
      yield* client.send(Packet.disconnect({ reasonCode: 4 }))
      assert.isUndefined(yield* client.next)
      assert.deepStrictEqual(yield* wills, ["gone"])
    }))

  const delayed = { ...will, properties: { willDelayInterval: 10 } }

  it.scoped("comes after its delay, or never when the client is back before", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      const properties = { sessionExpiryInterval: 100 }
      const first = yield* connect(broker, "c", { will: delayed, properties })
      yield* first.cut
      yield* TestClock.adjust("9 seconds")
      const second = yield* connect(broker, "c", { will: delayed, properties, cleanStart: false })
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(yield* wills, [])
      yield* second.cut
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* wills, ["gone"])
      yield* TestClock.adjust("100 seconds")
      assert.deepStrictEqual(yield* wills, [])
    }))

  it.scoped("comes no later than the end of the session", () =>
    Effect.gen(function*() {
      const { broker, wills } = yield* watched
      const one = yield* connect(broker, "one", { will: delayed })
      yield* one.cut
      assert.deepStrictEqual(yield* wills, ["gone"])
      const two = yield* connect(broker, "two", { will: delayed, properties: { sessionExpiryInterval: 3 } })
      yield* two.cut
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* wills, ["gone"])
      const three = yield* connect(broker, "three", { will: delayed, properties: { sessionExpiryInterval: 100 } })
      yield* three.cut
      yield* connect(broker, "three", { cleanStart: true })
      assert.deepStrictEqual(yield* wills, ["gone"])
    }))
})
