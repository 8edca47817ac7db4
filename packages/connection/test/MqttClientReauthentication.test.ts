import { Packet } from "@effect-mqtt/codec"
import type { Authentication } from "@effect-mqtt/connection"
import { MqttClient } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, TestClock } from "effect"
import { options, settle } from "./scriptedClient.ts"
import * as Scripted from "./scriptedServer.ts"
import { bytes } from "./sessionRig.ts"

const data = (text: string) => ({ authenticationMethod: "M", authenticationData: bytes(text) })

/** Its exchanges are told apart by their number, and one after the first does not begin before `mayStart`. */
const makeMechanism = Effect.gen(function*() {
  const mayStart = yield* Deferred.make<void>()
  let count = 0
  const mechanism: Authentication.Mechanism = {
    method: "M",
    start: Effect.suspend(() => {
      const number = ++count
      const exchange: Authentication.Exchange = {
        data: bytes(`exchange ${number}`),
        respond: () => Effect.succeed(bytes(`answer of ${number}`))
      }
      return number === 2 ? Effect.as(Deferred.await(mayStart), exchange) : Effect.succeed(exchange)
    })
  }
  return { mechanism, mayStart: Deferred.succeed(mayStart, undefined) }
})

const start = Effect.gen(function*() {
  const { mayStart, mechanism } = yield* makeMechanism
  const server = yield* Scripted.make()
  const making = yield* Effect.fork(
    Effect.provide(MqttClient.make({ ...options, authentication: mechanism }), server.layer)
  )
  const link = yield* server.accept({ properties: data("") })
  return { client: yield* Fiber.join(making), link, mayStart, server }
})

const challenge = Packet.auth({ reasonCode: 0x18, properties: data("") })
const success = Packet.auth({ reasonCode: 0, properties: data("") })

describe("re-authentication", () => {
  it.scoped("that begins too late leaves the exchange of the next link alone", () =>
    Effect.gen(function*() {
      const { client, link, mayStart, server } = yield* start
      const late = yield* Effect.fork(Effect.flip(client.reauthenticate))
      yield* settle
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.link
      assert.deepInclude((yield* next.expect("Connect")).properties, data("exchange 3"))
      yield* mayStart
      assert.strictEqual((yield* Fiber.join(late)).reason, "Transport")
      yield* next.send(challenge)
      assert.deepInclude((yield* next.expect("Auth")).properties, data("answer of 3"))
    }))

  it.scoped("that joins one which nobody waits for any more leaves the answers to that one", () =>
    Effect.gen(function*() {
      const { client, link, mayStart } = yield* start
      yield* mayStart
      const given = yield* Effect.fork(client.reauthenticate)
      assert.deepInclude((yield* link.expect("Auth")).properties, data("exchange 2"))
      yield* Fiber.interrupt(given)
      const again = yield* Effect.fork(client.reauthenticate)
      yield* settle
      yield* link.send(challenge)
      assert.deepInclude((yield* link.expect("Auth")).properties, data("answer of 2"))
      yield* link.send(success)
      yield* Fiber.join(again)
    }))

  it.scoped("whose mechanism does not begin fails in time, and the next one is not in its way", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start
      const stuck = yield* Effect.fork(Effect.flip(client.reauthenticate))
      yield* settle
      const next = yield* Effect.fork(client.reauthenticate)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(stuck)).reason, "Timeout")
      assert.deepInclude((yield* link.expect("Auth")).properties, data("exchange 3"))
      yield* link.send(success)
      yield* Fiber.join(next)
    }))

  it.scoped("of a client that is closed says so", () =>
    Effect.gen(function*() {
      const { client, link } = yield* start
      yield* Effect.fork(client.disconnect())
      yield* link.expect("Disconnect")
      yield* link.close
      yield* settle
      assert.strictEqual((yield* Effect.flip(client.reauthenticate)).reason, "Closed")
    }))
})

describe("a server that the mechanism judges", () => {
  it.scoped("is not read on meanwhile, even if a publish of the last link waits for its answer", () =>
    Effect.gen(function*() {
      const judged = yield* Deferred.make<void>()
      let links = 0
      const mechanism: Authentication.Mechanism = {
        method: "M",
        start: Effect.sync(() => {
          const isFirst = links++ === 0
          return {
            respond: () => Effect.succeed(undefined),
            verify: () => isFirst ? Effect.void : Deferred.await(judged)
          }
        })
      }
      const server = yield* Scripted.make()
      const making = yield* Effect.fork(
        Effect.provide(MqttClient.make({ ...options, authentication: mechanism }), server.layer)
      )
      const link = yield* server.accept({ properties: data("") })
      const client = yield* Fiber.join(making)
      const publishing = yield* Effect.fork(client.publish("out", "x", { qos: 1 }))
      yield* link.expect("Publish")
      yield* link.close
      yield* settle
      yield* TestClock.adjust("1 second")
      const next = yield* server.accept({ sessionPresent: true, properties: data("") })
      const message = Packet.publish({ topic: "in", payload: new Uint8Array(10_000) })
      const flood = yield* Effect.fork(Effect.repeatN(next.send(message), 99))
      yield* Effect.repeatN(settle, 20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(flood)))
      yield* Deferred.succeed(judged, undefined)
      yield* Fiber.join(flood)
      const { packetId = 0 } = yield* next.expect("Publish")
      yield* next.send(Packet.pubAck({ packetId }))
      yield* Fiber.join(publishing)
      yield* next.close
    }))
})
