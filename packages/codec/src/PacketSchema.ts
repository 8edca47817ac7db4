/**
 * An Effect Schema for every packet, by protocol version: what the codec of that version can put on the wire.
 *
 * For edges that are rare or untrusted, such as packets from a file or from another process, and for tests: an
 * arbitrary of each schema comes from `Arbitrary.make`. The codec itself does not use them. Fields that may be left out
 * may be left out here too; any field that the packet does not have in that version is refused. Import this module from
 * `@effect-mqtt/codec/PacketSchema`: the main entry is free of Schema.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import {
  Binary,
  codeOf,
  GrantedQoS,
  Payload,
  Positive16,
  ProtocolName,
  QoS,
  ReturnCode,
  Text,
  TopicFilter,
  TopicFilter4,
  TopicName,
  TopicNameOrEmpty,
  Uint16
} from "./internal/schema/fields.ts"
import * as Properties from "./internal/schema/properties.ts"
import type * as Model from "./Packet.ts"
import type { ProtocolVersion } from "./ProtocolVersion.ts"

/**
 * The two shapes of a packet.
 *
 * @since 0.1.0
 * @category models
 */
export interface Versions<A> {
  /** As in MQTT 3.1.1. */
  readonly 4: Schema.Schema<A>
  /** As in MQTT 5.0. */
  readonly 5: Schema.Schema<A>
}

const strict = Properties.strict

const willFields = { topic: TopicName, payload: Binary, qos: QoS, retain: Schema.Boolean }

const level = (version: ProtocolVersion): Schema.Schema<ProtocolVersion> => Schema.Literal(version)

const connectFields = {
  _tag: Schema.Literal("Connect"),
  protocolName: ProtocolName,
  cleanStart: Schema.Boolean,
  keepAlive: Uint16,
  clientId: Text,
  username: Schema.optional(Text),
  password: Schema.optional(Binary)
}

/**
 * CONNECT. A password stands alone, and an empty client identifier asks for a stored session, in 5.0 only.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Connect: Versions<Model.Connect> = {
  4: Schema.Struct({
    ...connectFields,
    protocolVersion: level(4),
    will: Schema.optional(Schema.Struct(willFields).annotations(strict))
  }).annotations(strict).pipe(
    Schema.filter((packet) => packet.username !== undefined || packet.password === undefined),
    Schema.filter((packet) => packet.clientId !== "" || packet.cleanStart)
  ),
  5: Schema.Struct({
    ...connectFields,
    protocolVersion: level(5),
    will: Schema.optional(
      Schema.Struct({ ...willFields, properties: Schema.optional(Properties.WillProperties) }).annotations(strict)
    ),
    properties: Schema.optional(Properties.ConnectProperties)
  }).annotations(strict)
}

/** A refusal has no session (section 3.2.2.1.1). */
const sessionOnlyInSuccess = (packet: Model.ConnAck): boolean => !packet.sessionPresent || packet.reasonCode === 0

const connAckFields = { _tag: Schema.Literal("ConnAck"), sessionPresent: Schema.Boolean }

/**
 * CONNACK.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ConnAck: Versions<Model.ConnAck> = {
  4: Schema.Struct({ ...connAckFields, reasonCode: ReturnCode })
    .annotations(strict).pipe(Schema.filter(sessionOnlyInSuccess)),
  5: Schema.Struct({
    ...connAckFields,
    reasonCode: codeOf("ConnAck"),
    properties: Schema.optional(Properties.ConnAckProperties)
  }).annotations(strict).pipe(Schema.filter(sessionOnlyInSuccess))
}

const publishFields = {
  _tag: Schema.Literal("Publish"),
  dup: Schema.Boolean,
  qos: QoS,
  retain: Schema.Boolean,
  packetId: Schema.optional(Positive16),
  payload: Payload
}

/** The identifier and the mark of a repetition belong to QoS 1 and 2 [MQTT-2.2.1-2, 3.3.1-2]. */
const agreesWithQoS = (packet: Model.Publish): boolean =>
  packet.qos === 0 ? packet.packetId === undefined && !packet.dup : packet.packetId !== undefined

/**
 * PUBLISH.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Publish: Versions<Model.Publish> = {
  4: Schema.Struct({ ...publishFields, topic: TopicName }).annotations(strict).pipe(Schema.filter(agreesWithQoS)),
  5: Schema.Struct({
    ...publishFields,
    topic: TopicNameOrEmpty,
    properties: Schema.optional(Properties.PublishProperties)
  }).annotations(strict).pipe(
    Schema.filter(agreesWithQoS),
    Schema.filter((packet) => packet.topic !== "" || packet.properties?.topicAlias !== undefined)
  )
}

const publishAck = <T extends Model.PublishAck["_tag"]>(type: T) => ({
  4: Schema.Struct({ _tag: Schema.Literal(type), packetId: Positive16 }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal(type),
    packetId: Positive16,
    reasonCode: Schema.optional(codeOf(type)),
    properties: Schema.optional(Properties.AckProperties)
  }).annotations(strict)
})

/**
 * PUBACK.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PubAck: Versions<Model.PubAck> = publishAck("PubAck")

/**
 * PUBREC.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PubRec: Versions<Model.PubRec> = publishAck("PubRec")

/**
 * PUBREL.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PubRel: Versions<Model.PubRel> = publishAck("PubRel")

/**
 * PUBCOMP.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PubComp: Versions<Model.PubComp> = publishAck("PubComp")

const subscription5: Schema.Schema<Model.Subscription> = Schema.Struct({
  filter: TopicFilter,
  qos: QoS,
  noLocal: Schema.optional(Schema.Boolean),
  retainAsPublished: Schema.optional(Schema.Boolean),
  retainHandling: Schema.optional(Schema.Literal(0, 1, 2))
}).annotations(strict).pipe(
  // [MQTT-3.8.3-4]
  Schema.filter((subscription) => subscription.noLocal !== true || !subscription.filter.startsWith("$share/"))
)

/**
 * SUBSCRIBE.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Subscribe: Versions<Model.Subscribe> = {
  4: Schema.Struct({
    _tag: Schema.Literal("Subscribe"),
    packetId: Positive16,
    subscriptions: Schema.Array(Schema.Struct({ filter: TopicFilter4, qos: QoS }).annotations(strict))
      .pipe(Schema.minItems(1))
  }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal("Subscribe"),
    packetId: Positive16,
    subscriptions: Schema.Array(subscription5).pipe(Schema.minItems(1)),
    properties: Schema.optional(Properties.SubscribeProperties)
  }).annotations(strict)
}

/**
 * SUBACK.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SubAck: Versions<Model.SubAck> = {
  4: Schema.Struct({
    _tag: Schema.Literal("SubAck"),
    packetId: Positive16,
    reasonCodes: Schema.Array(GrantedQoS).pipe(Schema.minItems(1))
  }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal("SubAck"),
    packetId: Positive16,
    reasonCodes: Schema.Array(codeOf("SubAck")).pipe(Schema.minItems(1)),
    properties: Schema.optional(Properties.AckProperties)
  }).annotations(strict)
}

/**
 * UNSUBSCRIBE.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Unsubscribe: Versions<Model.Unsubscribe> = {
  4: Schema.Struct({
    _tag: Schema.Literal("Unsubscribe"),
    packetId: Positive16,
    filters: Schema.Array(TopicFilter4).pipe(Schema.minItems(1))
  }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal("Unsubscribe"),
    packetId: Positive16,
    filters: Schema.Array(TopicFilter).pipe(Schema.minItems(1)),
    properties: Schema.optional(Properties.UnsubscribeProperties)
  }).annotations(strict)
}

/**
 * UNSUBACK.
 *
 * @since 0.1.0
 * @category schemas
 */
export const UnsubAck: Versions<Model.UnsubAck> = {
  4: Schema.Struct({ _tag: Schema.Literal("UnsubAck"), packetId: Positive16 }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal("UnsubAck"),
    packetId: Positive16,
    reasonCodes: Schema.optional(Schema.Array(codeOf("UnsubAck")).pipe(Schema.minItems(1))),
    properties: Schema.optional(Properties.AckProperties)
  }).annotations(strict).pipe(Schema.filter((packet) => packet.reasonCodes !== undefined))
}

const ping = <T extends "PingReq" | "PingResp">(type: T) => {
  const schema = Schema.Struct({ _tag: Schema.Literal(type) }).annotations(strict)
  return { 4: schema, 5: schema }
}

/**
 * PINGREQ.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PingReq: Versions<Model.PingReq> = ping("PingReq")

/**
 * PINGRESP.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PingResp: Versions<Model.PingResp> = ping("PingResp")

/**
 * DISCONNECT.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Disconnect: Versions<Model.Disconnect> = {
  4: Schema.Struct({ _tag: Schema.Literal("Disconnect") }).annotations(strict),
  5: Schema.Struct({
    _tag: Schema.Literal("Disconnect"),
    reasonCode: Schema.optional(codeOf("Disconnect")),
    properties: Schema.optional(Properties.DisconnectProperties)
  }).annotations(strict)
}

/**
 * AUTH, which 3.1.1 does not have. Only the bare success may do without a method (section 3.15.2.1).
 *
 * @since 0.1.0
 * @category schemas
 */
export const Auth: Pick<Versions<Model.Auth>, 5> = {
  5: Schema.Struct({
    _tag: Schema.Literal("Auth"),
    reasonCode: codeOf("Auth"),
    properties: Schema.optional(Properties.AuthProperties)
  }).annotations(strict).pipe(
    Schema.filter(({ properties, reasonCode }) =>
      properties?.authenticationMethod !== undefined ||
      (reasonCode === 0 && Object.values(properties ?? {}).every((value) => value === undefined))
    )
  )
}

const inBoth = (version: ProtocolVersion) =>
  [
    Connect[version],
    ConnAck[version],
    Publish[version],
    PubAck[version],
    PubRec[version],
    PubRel[version],
    PubComp[version],
    Subscribe[version],
    SubAck[version],
    Unsubscribe[version],
    UnsubAck[version],
    PingReq[version],
    PingResp[version],
    Disconnect[version]
  ] as const

/**
 * Any packet of a version.
 *
 * @since 0.1.0
 * @category schemas
 * @example
 * import { Packet } from "@effect-mqtt/codec"
 * import { Packet as PacketSchema } from "@effect-mqtt/codec/PacketSchema"
 * import { Schema } from "effect"
 *
 * const isPacket = Schema.is(PacketSchema[4])
 * console.log(isPacket(Packet.publish({ topic: "home/hall", payload: new Uint8Array(0) }))) // true
 * console.log(isPacket(Packet.publish({ topic: "home/#", payload: new Uint8Array(0) }))) // false
 * console.log(isPacket(Packet.auth({ reasonCode: 0 }))) // false: there is no AUTH in 3.1.1
 */
export const Packet: Pick<Versions<Model.Packet>, 5> & Pick<Versions<Exclude<Model.Packet, Model.Auth>>, 4> = {
  4: Schema.Union(...inBoth(4)),
  5: Schema.Union(...inBoth(5), Auth[5])
}
