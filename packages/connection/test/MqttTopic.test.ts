import { Broker } from "@effect-mqtt/broker"
import type { MqttError } from "@effect-mqtt/connection"
import { MqttClient, PayloadCodec } from "@effect-mqtt/connection"
import * as MqttTopic from "@effect-mqtt/connection/MqttTopic"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Chunk, Effect, Either, Layer, Schema, Stream } from "effect"

/** A module may pass it on under another name: the compiler can write its declaration. */
export const topic = MqttTopic.make

const Temperature = topic("home/{room}/{sensor}/temperature", {
  payload: Schema.Number.pipe(Schema.between(-50, 60)),
  qos: 1,
  retain: true
})

const client = MqttClient.layer({ url: "mqtt://memory" }).pipe(Layer.provideMerge(Broker.layerMemory()))

const topics = { room: "kitchen", sensor: "7" }

describe("MqttTopic", () => {
  it("has the names of its levels in its types", () => {
    expectTypeOf<Parameters<typeof Temperature.publish>[0]>().toEqualTypeOf<
      { readonly room: string; readonly sensor: string }
    >()
    expectTypeOf<Parameters<typeof Temperature.publish>[1]>().toEqualTypeOf<number>()
    expectTypeOf(Temperature.parse("x")).toEqualTypeOf<
      { readonly room: string; readonly sensor: string } | undefined
    >()
    // @ts-expect-error -- the sensor is missing
    assert.isTrue(Either.isLeft(Temperature.topic({ room: "kitchen" })))
    // @ts-expect-error -- there is no such level
    Temperature.topic({ ...topics, floor: "1" })
    // @ts-expect-error -- the value is a number
    assert.isTrue(Effect.isEffect(Temperature.publish(topics, "21.5")))
  })

  it("is refused where a level is neither text nor one name", () => {
    expectTypeOf<Parameters<typeof MqttTopic.make<"home/+/{room}", number>>[0]>().toEqualTypeOf<
      "home/+/{room}" & { readonly noLevel: "+"; readonly wanted: "plain text or one {name}" }
    >()
    // @ts-expect-error -- a wildcard
    assert.throws(() => MqttTopic.make("home/+/temperature", { payload: Schema.Number }), TypeError)
    // @ts-expect-error -- a name and text in one level
    assert.throws(() => MqttTopic.make("home/room-{room}", { payload: Schema.Number }), TypeError)
    // @ts-expect-error -- a level without a name
    assert.throws(() => MqttTopic.make("home/{}", { payload: Schema.Number }), TypeError)
    assert.throws(() => MqttTopic.make("home/{room}/{room}", { payload: Schema.Number }), TypeError)
    const read: string = ["home", "{room}", "#"].join("/")
    assert.throws(() => MqttTopic.make(read, { payload: Schema.Number }), TypeError)
  })

  it("makes names and filters, and reads names", () => {
    assert.deepStrictEqual(Temperature.topic(topics), Either.right("home/kitchen/7/temperature"))
    assert.deepStrictEqual(Temperature.filter(), Either.right("home/+/+/temperature"))
    assert.deepStrictEqual(Temperature.filter({ sensor: "7" }), Either.right("home/+/7/temperature"))
    assert.deepStrictEqual(Temperature.parse("home/kitchen/7/temperature"), topics)
    assert.isUndefined(Temperature.parse("home/kitchen/7/humidity"))
    assert.isUndefined(Temperature.parse("home/kitchen/temperature"))
  })

  it("refuses at run time what cannot be one level", () => {
    for (const room of ["", "a/b", "+", "#", "a\u0000"]) {
      const error = Either.getOrThrow(Either.flip(Temperature.topic({ ...topics, room })))
      assert.strictEqual(error.reason, "InvalidMessage", room)
      const refused = Either.getOrThrow(Either.flip(Temperature.filter({ room })))
      assert.strictEqual(refused.reason, "InvalidFilter", room)
    }
    // What every object has is no parameter.
    const Odd = MqttTopic.make("a/{constructor}", { payload: PayloadCodec.utf8 })
    // @ts-expect-error -- not given
    assert.isTrue(Either.isLeft(Odd.topic({})))
  })

  it.scoped("publishes and receives values with its own QoS and retain", () =>
    Effect.gen(function*() {
      const { grantedQos, values } = yield* Temperature.subscription({ room: "kitchen" })
      yield* Temperature.publish(topics, 21.5)
      yield* Temperature.publish({ room: "hall", sensor: "1" }, 18)
      yield* Temperature.publish(topics, 22, { qos: 0 })
      const received = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(values, 2)))
      assert.deepStrictEqual(grantedQos, [1])
      assert.deepStrictEqual(received.map(({ message, params, value }) => [params, value, message.qos]), [
        [topics, 21.5, 1],
        [topics, 22, 0]
      ])
      const retained = yield* Stream.runCollect(Stream.take(Temperature.subscribe(), 2))
      assert.sameMembers(Chunk.toReadonlyArray(retained).map(({ value }) => value), [22, 18])
    }).pipe(Effect.provide(client)))

  it.scoped("does not publish a value that its schema refuses", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Temperature.publish(topics, 100))
      assert.strictEqual(error.reason, "InvalidMessage")
      assert.notInclude(error.message, "100")
    }).pipe(Effect.provide(client)))

  it.scoped("has a policy for payloads that cannot be read, in the type of the stream", () =>
    Effect.gen(function*() {
      const mqtt = yield* MqttClient.MqttClient
      const failing = yield* Temperature.subscription()
      const skipping = yield* Temperature.subscription({}, { malformed: "skip" })
      const telling = yield* Temperature.subscription({}, { malformed: "either" })
      expectTypeOf<Stream.Stream.Error<typeof failing.values>>().toEqualTypeOf<
        MqttError.SubscribeError | MqttError.CodecError
      >()
      expectTypeOf<Stream.Stream.Error<typeof skipping.values>>().toEqualTypeOf<MqttError.SubscribeError>()
      for (const payload of ["1", "hot", "2"]) yield* mqtt.publish("home/kitchen/7/temperature", payload, { qos: 1 })
      const error = yield* Effect.flip(Stream.runDrain(failing.values))
      assert.strictEqual(error._tag, "CodecError")
      const skipped = yield* Stream.runCollect(Stream.take(skipping.values, 2))
      assert.deepStrictEqual(Chunk.toReadonlyArray(skipped).map(({ value }) => value), [1, 2])
      const told = yield* Stream.runCollect(Stream.take(telling.values, 3))
      assert.deepStrictEqual(Chunk.toReadonlyArray(told).map(Either.isRight), [true, false, true])
    }).pipe(Effect.provide(client)))
})
