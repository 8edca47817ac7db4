/**
 * How values become payloads and payloads become values.
 *
 * A codec is a plain value: keep those of a program in a record, and its keys are their names. For an
 * Effect Schema there is {@link PayloadSchema}, a separate module because it brings all of Schema
 * with it.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Stream from "effect/Stream"
import * as unreadable from "./internal/unreadable.ts"
import type { Message } from "./Message.ts"
import { CodecError } from "./MqttError.ts"

/**
 * Writes values of one type as payloads and reads them back. Both directions check their input at
 * run time and never throw.
 *
 * @since 0.1.0
 * @category models
 */
export interface PayloadCodec<A> {
  /** Appears in errors. */
  readonly name: string
  readonly encode: (value: A) => Either.Either<string | Uint8Array, CodecError>
  readonly decode: (payload: Uint8Array) => Either.Either<A, CodecError>
}

/**
 * A codec of some type.
 *
 * @since 0.1.0
 * @category models
 */
export type Any = Omit<PayloadCodec<never>, "decode"> & Pick<PayloadCodec<unknown>, "decode">

/**
 * Makes a codec from two functions, whose exceptions become {@link CodecError}s.
 *
 * @example
 * ```ts
 * import { PayloadCodec } from "@effect-mqtt/connection"
 *
 * // One byte, 0 to 100.
 * export const percent = PayloadCodec.make<number>({
 *   name: "percent",
 *   encode: (value) => {
 *     if (!(value >= 0 && value <= 100)) throw new RangeError("not a percentage")
 *     return Uint8Array.of(value)
 *   },
 *   decode: (payload) => {
 *     if (payload.length !== 1) throw new RangeError("not one byte")
 *     return payload[0]
 *   }
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A>(functions: {
  readonly name: string
  readonly encode: (value: A) => string | Uint8Array
  readonly decode: (payload: Uint8Array) => A
}): PayloadCodec<A> => {
  const { decode: read, encode: write, name } = functions
  return {
    name,
    encode: (value) =>
      Either.try({
        try: () => write(value),
        catch: (cause) => new CodecError({ reason: "Encode", codec: name, cause })
      }),
    decode: (payload) =>
      Either.try({
        try: () => read(payload),
        catch: (cause) => new CodecError({ reason: "Decode", codec: name, cause })
      })
  }
}

const demand = (isFit: boolean, wanted: string): void => {
  if (!isFit) throw new TypeError(`not ${wanted}`)
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const loneSurrogate = /\p{Surrogate}/u

const readText = (payload: Uint8Array): string => decoder.decode(payload)

const writeText = (value: string): string => {
  demand(typeof value === "string" && !loneSurrogate.test(value), "well-formed text")
  return value
}

/**
 * Text as UTF-8, strictly in both directions; a byte order mark is kept.
 *
 * @since 0.1.0
 * @category codecs
 */
export const utf8: PayloadCodec<string> = make({ name: "utf8", encode: writeText, decode: readText })

/**
 * JSON text of any value that JSON can hold. Use {@link PayloadSchema} where its shape matters.
 *
 * @since 0.1.0
 * @category codecs
 */
export const json: PayloadCodec<unknown> = /*#__PURE__*/ make({
  name: "json",
  encode: (value) => {
    // Undefined for what JSON has no text for: a function, a symbol, undefined itself.
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined) throw new TypeError("not a value of JSON")
    return text
  },
  decode: (payload): unknown => JSON.parse(readText(payload))
})

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * A finite number as decimal text, `21.5`; spaces around it are ignored.
 *
 * @since 0.1.0
 * @category codecs
 */
export const number: PayloadCodec<number> = /*#__PURE__*/ make({
  name: "number",
  encode: (value) => {
    demand(Number.isFinite(value), "a finite number")
    return String(value)
  },
  decode: (payload) => {
    const text = readText(payload).trim()
    const value = Number(text)
    demand(decimal.test(text) && Number.isFinite(value), "a finite decimal number")
    return value
  }
})

/**
 * A boolean as one of two words, `"true"` and `"false"` unless others are given; nothing else is read.
 *
 * @example
 * ```ts
 * import { PayloadCodec } from "@effect-mqtt/connection"
 * import { Either } from "effect"
 *
 * const relay = PayloadCodec.boolean({ on: "ON", off: "OFF" })
 * assert.deepStrictEqual(relay.encode(true), Either.right("ON"))
 * assert.ok(Either.isLeft(relay.decode(new TextEncoder().encode("true"))))
 * ```
 *
 * @since 0.1.0
 * @category codecs
 */
export const boolean = (
  words: { readonly on: string; readonly off: string } = { on: "true", off: "false" }
): PayloadCodec<boolean> =>
  make({
    name: `boolean ${words.on}/${words.off}`,
    encode: (value) => {
      demand(typeof value === "boolean", "a boolean")
      return value ? words.on : words.off
    },
    decode: (payload) => {
      const text = readText(payload)
      demand(text === words.on || text === words.off, "one of the two words")
      return text === words.on
    }
  })

/**
 * The payload as it is.
 *
 * @since 0.1.0
 * @category codecs
 */
export const bytes: PayloadCodec<Uint8Array> = /*#__PURE__*/ make({
  name: "bytes",
  encode: (value) => {
    demand(value instanceof Uint8Array, "bytes")
    return value
  },
  decode: (payload) => payload
})

/**
 * The value of a message; the error names its topic.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode: {
  <A>(
    codec: Pick<PayloadCodec<A>, "decode">
  ): (message: Pick<Message, "topic" | "payload">) => Either.Either<A, CodecError>
  <A>(
    message: Pick<Message, "topic" | "payload">,
    codec: Pick<PayloadCodec<A>, "decode">
  ): Either.Either<A, CodecError>
} = /*#__PURE__*/ dual(
  2,
  <A>(
    { payload, topic }: Pick<Message, "topic" | "payload">,
    codec: Pick<PayloadCodec<A>, "decode">
  ): Either.Either<A, CodecError> =>
    Either.mapLeft(
      codec.decode(payload),
      ({ cause, codec: name }) => new CodecError({ reason: "Decode", codec: name, topic, cause })
    )
)

/**
 * What becomes of a payload that cannot be read.
 *
 * - `fail`: the stream fails with the {@link CodecError}; the good ones before it are delivered.
 * - `skip`: it is left out, and a warning is logged.
 * - `either`: each element says whether it could be read.
 *
 * @since 0.1.0
 * @category models
 */
export type Malformed = "fail" | "skip" | "either"

/**
 * The elements of a stream of values under a {@link Malformed} policy.
 *
 * @since 0.1.0
 * @category models
 */
export type Element<A, M extends Malformed> = M extends "either" ? Either.Either<A, CodecError> : A

/**
 * How a stream of values fails under a {@link Malformed} policy.
 *
 * @since 0.1.0
 * @category models
 */
export type Failure<M extends Malformed> = M extends "fail" ? CodecError : never

/**
 * Reads each element of a stream, batch by batch, under a policy for those that cannot be read.
 *
 * @example
 * ```ts
 * import { MqttClient, PayloadCodec } from "@effect-mqtt/connection"
 * import { Effect, Stream } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const client = yield* MqttClient.MqttClient
 *   yield* client.subscribe("home/+/temperature").pipe(
 *     PayloadCodec.decodeStream(PayloadCodec.decode(PayloadCodec.number), "skip"),
 *     Stream.runForEach((degrees) => Effect.log(degrees.toFixed(1)))
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeStream: {
  <In, A, M extends Malformed>(
    read: (element: In) => Either.Either<A, CodecError>,
    malformed: M
  ): <E, R>(self: Stream.Stream<In, E, R>) => Stream.Stream<Element<A, M>, E | Failure<M>, R>
  <In, E, R, A, M extends Malformed>(
    self: Stream.Stream<In, E, R>,
    read: (element: In) => Either.Either<A, CodecError>,
    malformed: M
  ): Stream.Stream<Element<A, M>, E | Failure<M>, R>
} = /*#__PURE__*/ dual(
  3,
  <In, E, R, A, M extends Malformed>(
    self: Stream.Stream<In, E, R>,
    read: (element: In) => Either.Either<A, CodecError>,
    malformed: M
  ): Stream.Stream<Element<A, M>, E | Failure<M>, R> => {
    const decoded = Stream.mapChunks(self, Chunk.map(read))
    // Mapped over the policies, so that the type of an entry follows from its key.
    const policies: { readonly [P in Malformed]: Stream.Stream<Element<A, P>, E | Failure<P>, R> } = {
      either: decoded,
      fail: unreadable.failing(decoded),
      skip: unreadable.skipping(decoded)
    }
    return policies[malformed]
  }
)
