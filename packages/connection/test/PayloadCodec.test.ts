import { Broker } from "@effect-mqtt/broker"
import type { Message } from "@effect-mqtt/connection"
import { MqttClient, MqttError, PayloadCodec } from "@effect-mqtt/connection"
import * as PayloadSchema from "@effect-mqtt/connection/PayloadSchema"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Chunk, Effect, Either, Schema, Stream } from "effect"

const utf8 = (text: string) => new TextEncoder().encode(text)

const reads = <A>(codec: PayloadCodec.PayloadCodec<A>, text: string) => Either.getOrUndefined(codec.decode(utf8(text)))

const writes = <A>(codec: PayloadCodec.PayloadCodec<A>, value: A) => Either.getOrUndefined(codec.encode(value))

/** A caller whose types are switched off. */
const writesUnchecked = (codec: PayloadCodec.Any, value: unknown) => Either.getOrUndefined(codec.encode(value as never))

describe("PayloadCodec", () => {
  it("utf8 is strict both ways and keeps a byte order mark", () => {
    assert.strictEqual(writes(PayloadCodec.utf8, "21 °C"), "21 °C")
    assert.strictEqual(reads(PayloadCodec.utf8, "\ufeffx"), "\ufeffx")
    assert.isUndefined(writes(PayloadCodec.utf8, "\ud800"))
    assert.isTrue(Either.isLeft(PayloadCodec.utf8.decode(Uint8Array.of(0xc3, 0x28))))
  })

  it("number writes and reads finite decimals and nothing else", () => {
    for (const value of [0, -21.5, 1e21, 5e-324]) {
      assert.strictEqual(reads(PayloadCodec.number, `${writes(PayloadCodec.number, value)}`), value)
    }
    assert.strictEqual(reads(PayloadCodec.number, " 21.50\n"), 21.5)
    for (const text of ["", " ", "0x10", "1,5", "NaN", "Infinity", "1e999", "21 C", "true"]) {
      assert.isUndefined(reads(PayloadCodec.number, text), text)
    }
    for (const value of [NaN, Infinity, "21", null]) assert.isUndefined(writesUnchecked(PayloadCodec.number, value))
  })

  it("boolean uses the words it was given", () => {
    const relay = PayloadCodec.boolean({ on: "ON", off: "OFF" })
    assert.deepStrictEqual([writes(relay, true), writes(relay, false)], ["ON", "OFF"])
    assert.deepStrictEqual([reads(relay, "ON"), reads(relay, "OFF")], [true, false])
    for (const text of ["on", "true", "1", ""]) assert.isUndefined(reads(relay, text), text)
    assert.isUndefined(writesUnchecked(relay, "ON"))
    assert.strictEqual(reads(PayloadCodec.boolean(), "false"), false)
  })

  it("json holds what JSON holds", () => {
    assert.deepStrictEqual(reads(PayloadCodec.json, "{\"a\":[1,null]}"), { a: [1, null] })
    assert.strictEqual(writes(PayloadCodec.json, { a: "ü" }), "{\"a\":\"ü\"}")
    const endless: Record<string, unknown> = {}
    endless.self = endless
    for (const value of [undefined, () => 1, 1n, endless]) assert.isUndefined(writes(PayloadCodec.json, value))
    assert.isTrue(Either.isLeft(PayloadCodec.json.decode(utf8("{"))))
  })

  it("bytes pass as they are", () => {
    const payload = Uint8Array.of(0, 255)
    assert.strictEqual(writes(PayloadCodec.bytes, payload), payload)
    assert.deepStrictEqual(PayloadCodec.bytes.decode(payload), Either.right(payload))
    assert.isUndefined(writesUnchecked(PayloadCodec.bytes, "text"))
  })

  it("a codec of the user's own fails typed where its functions throw, and says nothing of the payload", () => {
    const codec = PayloadCodec.make<number>({
      name: "odd",
      encode: () => {
        throw new Error("no")
      },
      decode: (payload) => {
        throw new Error(`cannot read ${payload[0]}`)
      }
    })
    const error = Either.getOrThrow(Either.flip(codec.encode(1)))
    assert.instanceOf(error, MqttError.CodecError)
    assert.deepStrictEqual([error.reason, error.codec], ["Encode", "odd"])
    const message = { topic: "home/\n7", payload: Uint8Array.of(99) }
    const unreadable = Either.getOrThrow(Either.flip(PayloadCodec.decode(message, codec)))
    assert.strictEqual(unreadable.topic, message.topic)
    assert.strictEqual(unreadable.message, "The payload of \"home/ 7\" is not one that the codec \"odd\" reads")
  })

  it("a Schema is a codec, over JSON or over another codec", () => {
    const reading = PayloadSchema.make(Schema.Struct({ at: Schema.Date, degrees: Schema.Number }))
    const value = { at: new Date(0), degrees: 21.5 }
    const text = "{\"at\":\"1970-01-01T00:00:00.000Z\",\"degrees\":21.5}"
    assert.strictEqual(writes(reading, value), text)
    assert.deepStrictEqual(reads(reading, text), value)
    assert.isUndefined(reads(reading, "{\"at\":\"1970-01-01T00:00:00.000Z\"}"))
    assert.isUndefined(reads(reading, "{"))
    assert.isUndefined(writesUnchecked(reading, { degrees: "21.5" }))
    const degrees = PayloadSchema.make(Schema.NumberFromString, PayloadCodec.utf8)
    assert.strictEqual(writes(degrees, 21.5), "21.5")
    assert.strictEqual(reads(degrees, "21.5"), 21.5)
  })

  describe("decodeStream", () => {
    const texts = Stream.fromChunks(Chunk.make("1", "2"), Chunk.make("3", "x", "5"), Chunk.make("6"))
    const read = (text: string) => PayloadCodec.number.decode(utf8(text))

    it.effect("fails with what is unreadable, after the good ones before it", () =>
      Effect.gen(function*() {
        const seen: Array<number> = []
        const stream = PayloadCodec.decodeStream(read, "fail")(texts)
        expectTypeOf(stream).toEqualTypeOf<Stream.Stream<number, MqttError.CodecError>>()
        const error = yield* Effect.flip(Stream.runForEach(stream, (value) => Effect.sync(() => seen.push(value))))
        assert.deepStrictEqual(seen, [1, 2, 3])
        assert.strictEqual(error.reason, "Decode")
      }))

    it.effect("skips it", () =>
      Effect.gen(function*() {
        const stream = PayloadCodec.decodeStream(texts, read, "skip")
        expectTypeOf(stream).toEqualTypeOf<Stream.Stream<number>>()
        assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Stream.runCollect(stream)), [1, 2, 3, 5, 6])
      }))

    it.effect("or tells for each", () =>
      Effect.gen(function*() {
        const stream = PayloadCodec.decodeStream(read, "either")(texts)
        expectTypeOf(stream).toEqualTypeOf<Stream.Stream<Either.Either<number, MqttError.CodecError>>>()
        const all = Chunk.toReadonlyArray(yield* Stream.runCollect(stream))
        assert.deepStrictEqual(all.map(Either.isRight), [true, true, true, false, true, true])
      }))
  })

  it.scoped("publishValue writes by codec, and refuses values of another type before anything is sent", () =>
    Effect.gen(function*() {
      const client = yield* MqttClient.make({ url: "mqtt://memory" })
      const { messages } = yield* client.subscription("#")
      // @ts-expect-error -- a text is no number
      const wrong = yield* Effect.flip(client.publishValue("degrees", "21.5", PayloadCodec.number))
      assert.strictEqual(wrong.reason, "InvalidMessage")
      assert.instanceOf(wrong.cause, MqttError.CodecError)
      yield* client.publishValue("degrees", 21.5, PayloadCodec.number, { qos: 2 })
      const [message] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(messages, 1)))
      const received: Message.Message | undefined = message
      assert.strictEqual(received?.topic, "degrees")
      assert.deepStrictEqual(received?.payload, utf8("21.5"))
    }).pipe(Effect.provide(Broker.layerMemory())))
})
