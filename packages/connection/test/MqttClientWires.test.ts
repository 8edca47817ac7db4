import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { MqttClient, MqttError, Transport } from "@effect-mqtt/connection"
import type { Wire } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Cause, type Clock, Deferred, Effect, Either, Exit, Fiber, Layer, Queue, Schedule, TestClock } from "effect"
import { options, settle } from "./scriptedClient.ts"

/** A transport of somebody else, whose wires let every client in, and take bytes until they are told otherwise. */
const make = (overrides: (link: number) => Partial<Wire.Wire> = () => ({})) =>
  Effect.gen(function*() {
    const seen: Array<Array<Packet.Packet>> = []
    const end = yield* Deferred.make<never, MqttError.TransportError>()
    /** What a write comes to, and when a wire ends. */
    const state: { written: Effect.Effect<void, MqttError.TransportError>; end: typeof end } = {
      written: Effect.void,
      end
    }
    const open = Effect.gen(function*() {
      const packets: Array<Packet.Packet> = []
      seen.push(packets)
      const arriving = yield* Queue.unbounded<Uint8Array>()
      const decoder = Decoder.make({ role: "server" })
      const wire: Wire.Wire = {
        canPause: true,
        read: Effect.raceFirst(Queue.take(arriving), Deferred.await(state.end)),
        write: (pieces) =>
          Effect.suspend(() => {
            for (const piece of pieces) {
              for (const packet of decoder.push(piece.slice()).packets) {
                packets.push(packet)
                if (packet._tag === "Connect") {
                  const connAck = Packet.connAck({ sessionPresent: seen.length > 1 })
                  arriving.unsafeOffer(Either.getOrThrow(Encoder.encode(connAck, 5)))
                }
              }
            }
            return state.written
          }),
        shutdown: Effect.void,
        ...overrides(seen.length)
      }
      return wire
    })
    return { seen, state, layer: Layer.succeed(Transport.Transport, { open: () => open }) }
  })

const defect = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""

describe("a wire of somebody else", () => {
  it.scoped("that throws instead of writing ends its link", () =>
    Effect.gen(function*() {
      const { layer } = yield* make(() => ({
        write: () => {
          throw new Error("no write")
        }
      }))
      const making = yield* Effect.fork(Effect.exit(Effect.provide(MqttClient.make(options), layer)))
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.include(defect(yield* Fiber.join(making)), "no write")
    }))

  it.scoped("that throws when it is asked whether it is drained ends its link", () =>
    Effect.gen(function*() {
      const { layer } = yield* make(() => ({
        isDrained: () => {
          throw new Error("no idea")
        }
      }))
      const making = yield* Effect.fork(Effect.exit(Effect.provide(MqttClient.make(options), layer)))
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.include(defect(yield* Fiber.join(making)), "no idea")
    }))

  it.scoped("whose write has failed is never written to again: the next one gets it, and what came after it", () =>
    Effect.gen(function*() {
      const { layer, seen, state } = yield* make()
      const client = yield* Effect.provide(MqttClient.make({ ...options, drainTimeout: 0 }), layer)
      state.written = Effect.fail(new MqttError.TransportError({ reason: "Write" }))
      for (const topic of ["a", "b"]) {
        yield* Effect.fork(client.publish(topic, "x", { qos: 1 }))
        yield* settle
      }
      state.written = Effect.void
      yield* TestClock.adjust("5 seconds")
      const sent = seen.map((packets) =>
        packets.map((packet) => packet._tag === "Publish" ? packet.topic : packet._tag)
      )
      assert.deepStrictEqual(sent, [["Connect", "a"], ["Connect", "a", "b"]])
    }))

  it.scoped("that dies when it is read for the first time ends its link", () =>
    Effect.gen(function*() {
      const { layer } = yield* make(() => ({ read: Effect.dieMessage("no read") }))
      const making = yield* Effect.fork(Effect.exit(Effect.provide(MqttClient.make(options), layer)))
      yield* settle
      assert.include(defect(yield* Fiber.join(making)), "no read")
    }))

  it.scoped("is over when the clock of the program throws at an instant that was waited for, and so is the client", () =>
    Effect.gen(function*() {
      const { layer } = yield* make()
      const clock = yield* Effect.clock
      let isBroken = false
      const breaking: Clock.Clock = Object.assign(Object.create(clock), {
        unsafeCurrentTimeMillis: () => {
          if (!isBroken) return clock.unsafeCurrentTimeMillis()
          isBroken = false
          throw new Error("no time")
        }
      })
      const client = yield* MqttClient.make({ ...options, keepAlive: "1 minute" }).pipe(
        Effect.provide(layer),
        Effect.withClock(breaking)
      )
      yield* settle
      isBroken = true
      yield* TestClock.adjust("1 minute")
      assert.include(defect(yield* Effect.exit(client.failure)), "no time")
    }))

  it.scoped("that is slow takes its time off the expiry of what waits for room before it", () =>
    Effect.gen(function*() {
      const { layer, seen, state } = yield* make()
      const client = yield* Effect.provide(MqttClient.make({ ...options, drainTimeout: 0 }), layer)
      const taken = yield* Deferred.make<void>()
      state.written = Deferred.await(taken)
      const publish = (topic: string, payload: string, messageExpiryInterval: number) =>
        Effect.fork(Effect.either(client.publish(topic, payload, { properties: { messageExpiryInterval } })))
      yield* publish("first", "x", 60)
      yield* settle
      yield* publish("large", "x".repeat(100_000), 60)
      const brief = yield* publish("brief", "x", 5)
      const lasting = yield* publish("lasting", "x", 30)
      yield* settle
      yield* TestClock.adjust("9500 millis")
      state.written = Effect.void
      yield* Deferred.succeed(taken, undefined)
      const expired = yield* Fiber.join(brief)
      assert.strictEqual(Either.isLeft(expired) ? expired.left.reason : "sent", "Expired")
      yield* Fiber.join(lasting)
      yield* settle
      const sent = seen[0].flatMap((packet) =>
        packet._tag === "Publish" ? [[packet.topic, packet.properties?.messageExpiryInterval]] : []
      )
      assert.deepStrictEqual(sent, [["first", 60], ["large", 60], ["lasting", 21]])
    }))

  it.scoped("that was stuck when it ended takes nothing off the expiry of what is published without it", () =>
    Effect.gen(function*() {
      const { layer, seen, state } = yield* make()
      const client = yield* Effect.provide(
        MqttClient.make({
          ...options,
          sessionExpiry: "1 hour",
          reconnect: Schedule.spaced("1 minute"),
          drainTimeout: 0
        }),
        layer
      )
      state.written = Effect.never
      yield* Effect.fork(client.publish("a", "x", { qos: 1 }))
      yield* settle
      yield* Effect.fork(client.publish("b", "x", { qos: 1 }))
      yield* settle
      const end = state.end
      state.end = yield* Deferred.make<never, MqttError.TransportError>()
      state.written = Effect.void
      yield* Deferred.fail(end, new MqttError.TransportError({ reason: "Closed" }))
      yield* settle
      yield* TestClock.adjust("50 seconds")
      const publishing = yield* Effect.fork(
        Effect.either(client.publish("c", "x", { qos: 1, properties: { messageExpiryInterval: 30 } }))
      )
      yield* settle
      yield* TestClock.adjust("10 seconds")
      yield* settle
      const sent = seen[1].flatMap((packet) =>
        packet._tag === "Publish" ? [[packet.topic, packet.properties?.messageExpiryInterval]] : []
      )
      assert.deepStrictEqual(sent, [["a", undefined], ["b", undefined], ["c", 20]])
      yield* Fiber.interrupt(publishing)
    }))
})
