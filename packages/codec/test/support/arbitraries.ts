import type { Packet, Properties, ProtocolVersion } from "@effect-mqtt/codec"
import { ReasonCode } from "@effect-mqtt/codec"
import { FastCheck as fc } from "effect"

const clean = (text: string): string => text.replaceAll("\0", "0")
const text = fc.oneof(
  fc.string({ maxLength: 24 }),
  fc.string({ maxLength: 24, unit: "binary" }),
  fc.constantFrom("", "\ufeffbom", "é", "汉字", "😀", "\ufffd", "x".repeat(200), "ü".repeat(100))
).map(clean)
const topic = fc.oneof(text, fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{0,8}){0,4}$/)).map((name) =>
  name.replaceAll(/[+#]/g, "_") || "t"
)
const filter = fc.oneof(
  topic.map((name) => name.startsWith("$share/") ? "s" : name),
  fc.constantFrom("#", "+", "+/a/#", "/+/", "a/+/b", "$share/g/a/+/#", "$SYS/#")
)
const binary = fc.uint8Array({ maxLength: 40 })
const payload = fc.oneof(binary, fc.integer({ min: 100, max: 20_000 }).map((size) => new Uint8Array(size).fill(7)))
const uint16 = fc.oneof(fc.integer({ min: 1, max: 0xffff }), fc.constantFrom(1, 0xff, 0x100, 0xffff))
const uint32 = fc.oneof(fc.integer({ min: 1, max: 0xffffffff }), fc.constantFrom(1, 0x7fffffff, 0x80000000, 0xffffffff))
const flag = fc.constantFrom(0, 1)
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)

const property = {
  payloadFormatIndicator: flag,
  messageExpiryInterval: uint32,
  contentType: text,
  responseTopic: topic,
  correlationData: binary,
  sessionExpiryInterval: uint32,
  assignedClientIdentifier: text,
  serverKeepAlive: uint16,
  authenticationMethod: text,
  authenticationData: binary,
  requestProblemInformation: flag,
  willDelayInterval: uint32,
  requestResponseInformation: flag,
  responseInformation: text,
  serverReference: text,
  reasonString: text,
  receiveMaximum: uint16,
  topicAliasMaximum: uint16,
  topicAlias: uint16,
  maximumQoS: flag,
  retainAvailable: flag,
  userProperties: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }),
  maximumPacketSize: uint32,
  wildcardSubscriptionAvailable: flag,
  subscriptionIdentifierAvailable: flag,
  sharedSubscriptionAvailable: flag,
  subscriptionIdentifiers: fc.array(fc.integer({ min: 1, max: 268_435_455 }), { minLength: 1, maxLength: 1 })
}
type Name = keyof typeof property

const withMethod = <A extends Properties.Properties>(properties: A): A =>
  properties.authenticationData === undefined ? properties : { authenticationMethod: "M", ...properties }

const some = <N extends Name>(...names: ReadonlyArray<N>): fc.Arbitrary<Pick<Properties.Properties, N>> => {
  const model = Object.fromEntries(names.map((name) => [name, property[name]]))
  return fc.record(model, { requiredKeys: [] }).map((value) => withMethod(value as Pick<Properties.Properties, N>))
}

const codes = (type: Packet.PacketType): fc.Arbitrary<number> =>
  fc.constantFrom(...ReasonCode.all.filter((row) => row.packets.includes(type)).map((row) => row.code))

const ack = some("reasonString", "userProperties")
const willProperties = some(
  "willDelayInterval",
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "contentType",
  "responseTopic",
  "correlationData",
  "userProperties"
)

/** Adds what only one of the versions has. */
const versioned = <A extends object, B extends object>(
  version: ProtocolVersion.ProtocolVersion,
  base: fc.Arbitrary<A>,
  five: fc.Arbitrary<B>
): fc.Arbitrary<A & Partial<B>> =>
  version === 4 ? base : fc.tuple(base, five).map(([fields, more]) => ({ ...fields, ...more }))

const withProperties = <A, B extends object>(
  properties: fc.Arbitrary<A>,
  rest: { [K in keyof B]: fc.Arbitrary<B[K]> }
) => fc.record({ ...rest, properties })

const connect = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.Connect> => {
  const will = versioned(
    version,
    fc.record({ topic, payload: binary, qos, retain: fc.boolean() }),
    fc.record({ properties: willProperties })
  )
  const fields = fc.record({
    _tag: fc.constant("Connect" as const),
    protocolName: fc.constant("MQTT"),
    protocolVersion: fc.constant(version),
    cleanStart: version === 4 ? fc.constant(true) : fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 0xffff }),
    clientId: text
  })
  const credentials = fc.oneof(
    fc.constant({}),
    fc.record({ username: text }),
    fc.record({ username: text, password: binary }),
    version === 5 ? fc.record({ password: binary }) : fc.constant({})
  )
  const properties = some(
    "sessionExpiryInterval",
    "receiveMaximum",
    "maximumPacketSize",
    "topicAliasMaximum",
    "requestResponseInformation",
    "requestProblemInformation",
    "userProperties",
    "authenticationMethod",
    "authenticationData"
  )
  const base = fc.tuple(fields, credentials, fc.oneof(fc.constant({}), fc.record({ will })))
    .map(([packet, login, last]) => ({ ...packet, ...login, ...last }))
  return versioned(version, base, fc.record({ properties }))
}

const publish = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.Publish> => {
  const tag = fc.constant("Publish" as const)
  const base = fc.oneof(
    fc.record({
      _tag: tag,
      dup: fc.constant(false),
      qos: fc.constant(0 as const),
      retain: fc.boolean(),
      topic,
      payload
    }),
    fc.record({
      _tag: tag,
      dup: fc.boolean(),
      qos: fc.constantFrom(1 as const, 2 as const),
      retain: fc.boolean(),
      topic,
      packetId: uint16,
      payload
    })
  )
  const properties = some(
    "payloadFormatIndicator",
    "messageExpiryInterval",
    "topicAlias",
    "responseTopic",
    "correlationData",
    "userProperties",
    "subscriptionIdentifiers",
    "contentType"
  )
  return versioned(version, base, fc.record({ properties }))
}

const publishAck = <T extends Packet.PublishAck["_tag"]>(version: ProtocolVersion.ProtocolVersion, type: T) =>
  versioned(
    version,
    fc.record({ _tag: fc.constant(type), packetId: uint16 }),
    fc.record({ reasonCode: codes(type), properties: ack })
  )

const subscribe = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.Subscribe> => {
  const subscription = versioned(
    version,
    fc.record({ filter, qos }),
    fc.record({ noLocal: fc.boolean(), retainAsPublished: fc.boolean(), retainHandling: qos })
  ).map((one) => one.noLocal === true && one.filter.startsWith("$share/") ? { ...one, noLocal: false } : one)
  return versioned(
    version,
    fc.record({
      _tag: fc.constant("Subscribe" as const),
      packetId: uint16,
      subscriptions: fc.array(subscription, { minLength: 1, maxLength: 4 })
    }),
    fc.record({ properties: some("subscriptionIdentifiers", "userProperties") })
  )
}

const connAck = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.ConnAck> => {
  const code = version === 5 ? codes("ConnAck") : fc.integer({ min: 0, max: 5 })
  const base = fc.tuple(code, fc.boolean()).map(([reasonCode, present]) => ({
    _tag: "ConnAck" as const,
    sessionPresent: present && reasonCode === 0,
    reasonCode
  }))
  const properties = some(
    "sessionExpiryInterval",
    "receiveMaximum",
    "maximumQoS",
    "retainAvailable",
    "maximumPacketSize",
    "assignedClientIdentifier",
    "topicAliasMaximum",
    "reasonString",
    "userProperties",
    "wildcardSubscriptionAvailable",
    "subscriptionIdentifierAvailable",
    "sharedSubscriptionAvailable",
    "serverKeepAlive",
    "responseInformation",
    "serverReference",
    "authenticationMethod",
    "authenticationData"
  )
  return versioned(version, base, fc.record({ properties }))
}

const auth: fc.Arbitrary<Packet.Auth> = fc.tuple(
  codes("Auth"),
  some("authenticationData", "reasonString", "userProperties"),
  text
).map(([reasonCode, properties, authenticationMethod]) => ({
  _tag: "Auth",
  reasonCode,
  properties: { ...properties, authenticationMethod }
}))

/** Any packet that a version allows. */
export const packet = (version: ProtocolVersion.ProtocolVersion): fc.Arbitrary<Packet.Packet> => {
  const both: ReadonlyArray<fc.Arbitrary<Packet.Packet>> = [
    connect(version),
    connAck(version),
    publish(version),
    publishAck(version, "PubAck"),
    publishAck(version, "PubRec"),
    publishAck(version, "PubRel"),
    publishAck(version, "PubComp"),
    subscribe(version),
    versioned(
      version,
      fc.record({
        _tag: fc.constant("SubAck" as const),
        packetId: uint16,
        reasonCodes: fc.array(version === 5 ? codes("SubAck") : fc.constantFrom(0, 1, 2, 0x80), { minLength: 1 })
      }),
      fc.record({ properties: ack })
    ),
    versioned(
      version,
      fc.record({
        _tag: fc.constant("Unsubscribe" as const),
        packetId: uint16,
        filters: fc.array(filter, { minLength: 1, maxLength: 4 })
      }),
      fc.record({ properties: some("userProperties") })
    ),
    versioned(
      version,
      fc.record({ _tag: fc.constant("UnsubAck" as const), packetId: uint16 }),
      fc.record({ reasonCodes: fc.array(codes("UnsubAck"), { minLength: 1 }), properties: ack })
    ),
    fc.record({ _tag: fc.constant("PingReq" as const) }),
    fc.record({ _tag: fc.constant("PingResp" as const) }),
    versioned(
      version,
      fc.record({ _tag: fc.constant("Disconnect" as const) }),
      withProperties(some("sessionExpiryInterval", "reasonString", "userProperties", "serverReference"), {
        reasonCode: codes("Disconnect")
      })
    )
  ]
  return fc.oneof(...both, ...(version === 5 ? [auth] : []))
}

/** Cuts bytes at random places. */
export const cuts = (bytes: Uint8Array): fc.Arbitrary<ReadonlyArray<Uint8Array>> =>
  fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }).map((places) => {
    const sorted = [0, ...places.sort((a, b) => a - b), bytes.length]
    return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end))
  })
