import { CodecError, Decoder, Encoder, Packet, Topic } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Either, Equal, Exit } from "effect"

const refused = (): CodecError.ProtocolViolation => {
  const error = Either.getOrThrow(Either.flip(Encoder.encode(Packet.unsubscribe({ packetId: 0, filters: ["a"] }), 5)))
  return error._tag === "ProtocolViolation" ? error : assert.fail(error._tag)
}

describe("CodecError", () => {
  it.effect("is an effect that fails with itself, and is caught by its tag", () =>
    Effect.gen(function*() {
      const error = refused()
      const exit = yield* Effect.exit(Effect.gen(function*() {
        yield* Effect.void
        return yield* error
      }))
      assert.isTrue(Exit.isFailure(exit) && Cause.contains(exit.cause, Cause.fail(error)))
      const caught = yield* Effect.catchTag(error, "ProtocolViolation", ({ reasonCode }) => Effect.succeed(reasonCode))
      assert.strictEqual(caught, 0x82)
      const section = yield* refused().pipe(Effect.catchAll(({ specSection }) => Effect.succeed(specSection)))
      assert.strictEqual(section, "2.2.1")
    }))

  it("is an Error with a name, a stack and its own message", () => {
    const error = refused()
    assert.instanceOf(error, Error)
    assert.instanceOf(error, CodecError.ProtocolViolation)
    assert.strictEqual(
      String(error),
      "ProtocolViolation: UNSUBSCRIBE refused at byte 2: packet identifier 0 " +
        "(MQTT 5.0 section 2.2.1)"
    )
    assert.include(error.stack ?? "", "CodecError.test")
    assert.include(Cause.pretty(Cause.fail(error)), "packet identifier 0")
  })

  it("compares by its fields and shows them in JSON", () => {
    assert.isTrue(Equal.equals(refused(), refused()))
    const other = Decoder.make({ version: 4 }).push(Uint8Array.of(0)).error
    assert.isFalse(Equal.equals(refused(), other))
    assert.deepInclude(JSON.parse(JSON.stringify(refused())), {
      _tag: "ProtocolViolation",
      offset: 2,
      reasonCode: 0x82
    })
  })
})

describe("InvalidTopic", () => {
  it.effect("fails an effect that yields it", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Topic.name("a/#"))
      assert.strictEqual(yield* Effect.flip(error), error)
      assert.strictEqual(error.message, "Not a topic name: it contains a wildcard")
    }))
})
