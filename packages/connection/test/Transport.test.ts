import type { Endpoint } from "@effect-mqtt/connection"
import { Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Exit, Fiber, Option, Scope } from "effect"

const settle = Effect.repeatN(Effect.yieldNow(), 20)
const endpoint: Endpoint.Endpoint = { scheme: "mqtt", host: "memory", port: 1, path: "" }

describe("Transport", () => {
  describe("makePipe", () => {
    it.scoped("keeps bytes in order, both ways, and shares no memory", () =>
      Effect.gen(function*() {
        const [left, right] = yield* Transport.makePipe
        const bytes = Uint8Array.of(1, 2)
        yield* left.write([bytes, new Uint8Array(0), Uint8Array.of(3)])
        bytes.fill(9)
        assert.deepStrictEqual(yield* right.read, Uint8Array.of(1, 2))
        assert.deepStrictEqual(yield* right.read, Uint8Array.of(3))
        const reading = yield* Effect.fork(left.read)
        yield* settle
        yield* right.write([Uint8Array.of(4)])
        assert.deepStrictEqual(yield* Fiber.join(reading), Uint8Array.of(4))
        assert.isTrue(left.canPause)
      }))

    it.scoped("a writer waits while more than 64 KiB are unread", () =>
      Effect.gen(function*() {
        const [left, right] = yield* Transport.makePipe
        const block = new Uint8Array(40_000)
        yield* left.write([block])
        const writing = yield* Effect.fork(left.write([block]))
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(writing)))
        yield* right.read
        yield* Fiber.join(writing)
      }))

    it.scoped("shutdown: what was written is read, then the end; the other way still works", () =>
      Effect.gen(function*() {
        const [left, right] = yield* Transport.makePipe
        yield* left.write([Uint8Array.of(1)])
        yield* left.shutdown
        assert.strictEqual((yield* Effect.flip(left.write([Uint8Array.of(2)]))).reason, "Closed")
        assert.deepStrictEqual(yield* right.read, Uint8Array.of(1))
        assert.strictEqual((yield* Effect.flip(right.read)).reason, "Closed")
        yield* right.write([Uint8Array.of(3)])
        assert.deepStrictEqual(yield* left.read, Uint8Array.of(3))
      }))

    it.effect("the end of the scope wakes whoever reads or writes", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const [left, right] = yield* Scope.extend(Transport.makePipe, scope)
        const reading = yield* Effect.fork(Effect.flip(left.read))
        const writing = yield* Effect.fork(Effect.flip(left.write([new Uint8Array(100_000)])))
        yield* settle
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* Fiber.join(reading)).reason, "Closed")
        assert.strictEqual((yield* Fiber.join(writing)).reason, "Closed")
        assert.strictEqual((yield* Effect.flip(right.write([Uint8Array.of(1)]))).reason, "Closed")
      }))

    it.scoped("an interrupted read loses nothing", () =>
      Effect.gen(function*() {
        const [left, right] = yield* Transport.makePipe
        const reading = yield* Effect.fork(right.read)
        yield* settle
        yield* Fiber.interrupt(reading)
        yield* left.write([Uint8Array.of(1)])
        assert.deepStrictEqual(yield* right.read, Uint8Array.of(1))
      }))
  })

  describe("layerMemory", () => {
    it.scoped("runs a server for each wire, which sees the end", () =>
      Effect.gen(function*() {
        const ended = yield* Deferred.make<void>()
        const echo = Transport.layerMemory((wire) =>
          Effect.flatMap(wire.read, (bytes) => wire.write([bytes])).pipe(
            Effect.forever,
            Effect.ignore,
            Effect.ensuring(Deferred.succeed(ended, undefined))
          )
        )
        yield* Effect.gen(function*() {
          const transport = yield* Transport.Transport
          const scope = yield* Scope.make()
          const wire = yield* Scope.extend(transport.open(endpoint), scope)
          yield* wire.write([Uint8Array.of(7)])
          assert.deepStrictEqual(yield* wire.read, Uint8Array.of(7))
          yield* Scope.close(scope, Exit.void)
          yield* Deferred.await(ended)
        }).pipe(Effect.provide(echo))
      }))

    it.scoped("a server that returns ends the wire", () =>
      Effect.gen(function*() {
        const transport = yield* Transport.Transport
        const wire = yield* transport.open(endpoint)
        assert.strictEqual(Either.isLeft(yield* Effect.either(wire.read)), true)
      }).pipe(Effect.provide(Transport.layerMemory(() => Effect.void))))
  })
})
