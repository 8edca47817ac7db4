import type * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { PacketType } from "../../Packet.ts"
import type * as Properties from "../../Properties.ts"
import * as ReasonCode from "../../ReasonCode.ts"
import * as Topic from "../../Topic.ts"
import { encodedLength } from "../utf8.ts"
import { maxVarInt } from "../varInt.ts"

const isText = (text: string): boolean => {
  const length = encodedLength(text)
  return length >= 0 && length <= 0xffff && !text.includes("\0")
}

/** What a string on the wire can be (section 1.5.4): at most 65 535 bytes of UTF-8, no U+0000, no lone surrogate. */
export const Text: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter(isText, {
    identifier: "Text",
    message: () => "at most 65535 bytes of well-formed UTF-8 without U+0000",
    arbitrary: () => (fc) =>
      fc.oneof(
        fc.string({ maxLength: 24 }),
        fc.string({ maxLength: 24, unit: "binary" }),
        fc.constantFrom("", "\ufeffbom", "é", "汉字", "😀", "\ufffd", "x".repeat(200), "ü".repeat(100))
      ).map((text) => text.replaceAll("\0", "0"))
  })
)

const topicArbitrary: Arbitrary.LazyArbitrary<string> = (fc) =>
  fc.oneof(
    fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{0,8}){0,4}$/),
    fc.string({ minLength: 1, maxLength: 24, unit: "binary" }),
    fc.constantFrom("/", "$SYS/uptime", "\ufeff", "ü".repeat(90))
  ).map((topic) => topic.replaceAll(/[+#\0]/g, "_"))

/** A topic name (section 4.7). */
export const TopicName: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter((topic) => Topic.nameProblem(topic) === undefined, {
    identifier: "TopicName",
    message: () => "a topic name",
    arbitrary: () => topicArbitrary
  })
)

/** A topic name, or the empty one for which a topic alias stands. */
export const TopicNameOrEmpty: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter((topic) => topic === "" || Topic.nameProblem(topic) === undefined, {
    identifier: "TopicNameOrEmpty",
    message: () => "a topic name, or nothing",
    arbitrary: () => (fc) => fc.oneof({ arbitrary: topicArbitrary(fc), weight: 9 }, fc.constant(""))
  })
)

const filterArbitrary: Arbitrary.LazyArbitrary<string> = (fc) =>
  fc.oneof(
    topicArbitrary(fc).filter((topic) => Topic.filterProblem(topic) === undefined),
    fc.constantFrom("#", "+", "+/a/#", "/+/", "a/+/b", "$share/g/a/+/#", "$SYS/#")
  )

/** A topic filter of 5.0 (section 4.7), shared subscriptions included. */
export const TopicFilter: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter((filter) => Topic.filterProblem(filter) === undefined, {
    identifier: "TopicFilter",
    message: () => "a topic filter",
    arbitrary: () => filterArbitrary
  })
)

/** A topic filter of 3.1.1, to which `$share/` is a level like any other. */
export const TopicFilter4: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter((filter) => Topic.filterProblem(filter, 4) === undefined, {
    identifier: "TopicFilter4",
    message: () => "a topic filter",
    arbitrary: () => (fc) => fc.oneof({ arbitrary: filterArbitrary(fc), weight: 9 }, fc.constant("$share/g"))
  })
)

/** Binary data of a field with a length of its own (section 1.5.6). */
export const Binary: Schema.Schema<Uint8Array> = Schema.Uint8ArrayFromSelf.pipe(
  Schema.filter((data) => data.length <= 0xffff, {
    identifier: "Binary",
    message: () => "at most 65535 bytes",
    arbitrary: () => (fc) => fc.uint8Array({ maxLength: 40 })
  })
)

/** The payload of a PUBLISH. */
export const Payload: Schema.Schema<Uint8Array> = Schema.Uint8ArrayFromSelf.annotations({
  identifier: "Payload",
  arbitrary: () => (fc) =>
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 100, max: 20_000 }).map((size) => new Uint8Array(size).fill(7))
    )
})

const integer = (min: number, max: number, identifier: string): Schema.Schema<number> =>
  Schema.Int.pipe(
    Schema.filter((value) => value >= min && value <= max, {
      identifier,
      message: () => `an integer from ${min} to ${max}`,
      arbitrary: () => (fc) => {
        const borders = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fffffff, 0x80000000, min, max]
        return fc.oneof(
          fc.integer({ min, max }),
          fc.constantFrom(...borders.filter((value) => value >= min && value <= max))
        )
      }
    })
  )

export const Uint16: Schema.Schema<number> = integer(0, 0xffff, "Uint16")
export const Positive16: Schema.Schema<number> = integer(1, 0xffff, "Positive16")
export const Uint32: Schema.Schema<number> = integer(0, 0xffffffff, "Uint32")
export const Positive32: Schema.Schema<number> = integer(1, 0xffffffff, "Positive32")
export const PositiveVarInt: Schema.Schema<number> = integer(1, maxVarInt, "PositiveVarInt")

const oneOf = (...values: ReadonlyArray<number>): Schema.Schema<number> => Schema.Literal(...values)

/** A byte that must be 0 or 1. */
export const Flag: Schema.Schema<number> = oneOf(0, 1)

export const QoS: Schema.Schema<0 | 1 | 2> = Schema.Literal(0, 1, 2)

/** Name and value, each a string. */
export const UserProperty: Schema.Schema<Properties.UserProperty> = Schema.Tuple(Text, Text)

/** The reason codes that 5.0 defines for a packet. */
export const codeOf = (type: PacketType): Schema.Schema<number> =>
  oneOf(...ReasonCode.all.filter((row) => row.packets.includes(type)).map((row) => row.code))

/** The return codes of a CONNACK of 3.1.1 (section 3.2.2.3). */
export const ReturnCode: Schema.Schema<number> = oneOf(0, 1, 2, 3, 4, 5)

/** The return codes of a SUBACK of 3.1.1 (section 3.9.3). */
export const GrantedQoS: Schema.Schema<number> = oneOf(0x00, 0x01, 0x02, 0x80)

const text = (value: string): Schema.Schema<string> => Schema.Literal(value)

export const ProtocolName: Schema.Schema<string> = text("MQTT")
