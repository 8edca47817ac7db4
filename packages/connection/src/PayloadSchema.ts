/**
 * Payload codecs made from Effect Schemas. This is a module of its own,
 * `@effect-mqtt/connection/PayloadSchema`, because Schema is larger than all the rest together.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { CodecError } from "./MqttError.ts"
import * as PayloadCodec from "./PayloadCodec.ts"

/**
 * A codec whose values are those of the schema. Another codec, JSON if none is given, turns what the
 * schema encodes to into a payload.
 *
 * @example
 * ```ts
 * import { PayloadCodec } from "@effect-mqtt/connection"
 * import * as PayloadSchema from "@effect-mqtt/connection/PayloadSchema"
 * import { Schema } from "effect"
 *
 * // {"at":"2026-01-31T12:00:00.000Z","degrees":21.5}
 * export const reading = PayloadSchema.make(Schema.Struct({ at: Schema.Date, degrees: Schema.Number }))
 * // 21.5
 * export const degrees = PayloadSchema.make(Schema.NumberFromString, PayloadCodec.utf8)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: {
  <A, I>(schema: Schema.Schema<A, I>): PayloadCodec.PayloadCodec<A>
  <A, I>(schema: Schema.Schema<A, I>, over: PayloadCodec.PayloadCodec<I>): PayloadCodec.PayloadCodec<A>
} = <A, I>(
  schema: Schema.Schema<A, I>,
  over: PayloadCodec.Any = PayloadCodec.json
): PayloadCodec.PayloadCodec<A> => {
  const write = Schema.encodeUnknownEither(schema)
  const read = Schema.decodeUnknownEither(schema)
  const name = `schema over ${over.name}`
  const failed = (reason: CodecError["reason"]) => (cause: unknown) => new CodecError({ reason, codec: name, cause })
  return {
    name,
    encode: (value) =>
      Either.flatMap(
        Either.mapLeft(write(value), failed("Encode")),
        (encoded) => over.encode(encoded as never) // JSON takes any value; the type of another codec is the schema's
      ),
    decode: (payload) =>
      Either.flatMap(over.decode(payload), (encoded) => Either.mapLeft(read(encoded), failed("Decode")))
  }
}
