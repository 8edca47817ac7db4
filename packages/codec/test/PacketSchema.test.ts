import { Encoder, Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import * as PacketSchema from "@effect-mqtt/codec/PacketSchema"
import { assert, describe, it } from "@effect/vitest"
import { Either, ParseResult, Schema } from "effect"

const payload = new Uint8Array(0)
const versions = [4, 5] as const

const isPacket = { 4: Schema.is(PacketSchema.Packet[4]), 5: Schema.is(PacketSchema.Packet[5]) }

/** Schema and encoder have to judge alike. */
const agrees = (packet: Packet.Packet, version: ProtocolVersion.ProtocolVersion, expected: boolean): void => {
  const name = `${JSON.stringify(packet).slice(0, 200)} in ${version}`
  assert.strictEqual(isPacket[version](packet), expected, `schema: ${name}`)
  assert.strictEqual(Either.isRight(Encoder.encode(packet, version)), expected, `encoder: ${name}`)
}

/** A value of each property, with another one that no packet may carry where the property has a rule of its own. */
const properties = {
  payloadFormatIndicator: [1, 2],
  messageExpiryInterval: [0xffffffff, 0x100000000],
  contentType: ["text/plain", "\0"],
  responseTopic: ["a/b", "a/+"],
  correlationData: [Uint8Array.of(1), new Uint8Array(65_536)],
  subscriptionIdentifiers: [[1], [0]],
  sessionExpiryInterval: [0, -1],
  assignedClientIdentifier: ["c", "\ud800"],
  serverKeepAlive: [0xffff, 0x10000],
  authenticationMethod: ["M", "x".repeat(65_536)],
  authenticationData: [undefined, undefined],
  requestProblemInformation: [0, 2],
  willDelayInterval: [1, 1.5],
  requestResponseInformation: [1, 2],
  responseInformation: ["r", "ü".repeat(32_768)],
  serverReference: ["s", "\0"],
  reasonString: ["why", "\udc00"],
  receiveMaximum: [1, 0],
  topicAliasMaximum: [0, 65_536],
  topicAlias: [1, 0],
  maximumQoS: [1, 2],
  retainAvailable: [0, 3],
  userProperties: [[["k", "v"], ["k", "v"]], [["k", "\0"]]],
  maximumPacketSize: [1, 0],
  wildcardSubscriptionAvailable: [0, 255],
  subscriptionIdentifierAvailable: [0, 2],
  sharedSubscriptionAvailable: [1, -1]
} as const

/** A packet of each kind around any properties, right for it or not: that is what is tested. */
const carriers: ReadonlyArray<readonly [string, (properties: object) => object]> = [
  ["Connect", (properties) => Packet.connect({ clientId: "c", properties })],
  [
    "Will",
    (properties) => Packet.connect({ clientId: "c", will: { topic: "w", payload, qos: 0, retain: false, properties } })
  ],
  ["ConnAck", (properties) => Packet.connAck({ properties })],
  ["Publish", (properties) => Packet.publish({ topic: "t", payload, properties })],
  ["PubAck", (properties) => Packet.pubAck({ packetId: 1, properties })],
  ["PubRec", (properties) => Packet.pubRec({ packetId: 1, properties })],
  ["PubRel", (properties) => Packet.pubRel({ packetId: 1, properties })],
  ["PubComp", (properties) => Packet.pubComp({ packetId: 1, properties })],
  [
    "Subscribe",
    (properties) => Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "f", qos: 0 }], properties })
  ],
  ["SubAck", (properties) => Packet.subAck({ packetId: 1, reasonCodes: [0], properties })],
  ["Unsubscribe", (properties) => Packet.unsubscribe({ packetId: 1, filters: ["f"], properties })],
  ["UnsubAck", (properties) => Packet.unsubAck({ packetId: 1, reasonCodes: [0], properties })],
  ["Disconnect", (properties) => Packet.disconnect({ properties })],
  ["Auth", (properties) => Packet.auth({ reasonCode: 0x18, properties: { authenticationMethod: "M", ...properties } })]
]

/** Table 2-4 of the specification, once more and by hand: which packets a property may stand in. */
const acks = ["PubAck", "PubRec", "PubRel", "PubComp", "SubAck", "UnsubAck"]
const message = ["Publish", "Will"]
const connection = ["Connect", "ConnAck"]
const table: Readonly<Record<keyof typeof properties, ReadonlyArray<string>>> = {
  payloadFormatIndicator: message,
  messageExpiryInterval: message,
  contentType: message,
  responseTopic: message,
  correlationData: message,
  subscriptionIdentifiers: ["Publish", "Subscribe"],
  sessionExpiryInterval: [...connection, "Disconnect"],
  assignedClientIdentifier: ["ConnAck"],
  serverKeepAlive: ["ConnAck"],
  authenticationMethod: [...connection, "Auth"],
  authenticationData: carriers.map(([name]) => name), // undefined here: tested with its method below
  requestProblemInformation: ["Connect"],
  willDelayInterval: ["Will"],
  requestResponseInformation: ["Connect"],
  responseInformation: ["ConnAck"],
  serverReference: ["ConnAck", "Disconnect"],
  reasonString: [...acks, "ConnAck", "Disconnect", "Auth"],
  receiveMaximum: connection,
  topicAliasMaximum: connection,
  topicAlias: ["Publish"],
  maximumQoS: ["ConnAck"],
  retainAvailable: ["ConnAck"],
  userProperties: carriers.map(([name]) => name),
  maximumPacketSize: connection,
  wildcardSubscriptionAvailable: ["ConnAck"],
  subscriptionIdentifierAvailable: ["ConnAck"],
  sharedSubscriptionAvailable: ["ConnAck"]
}

/** Properties of other packets, which no constructor takes: the point of these tests. */
const odd = (packet: object): Packet.Packet => packet as Packet.Packet

describe("PacketSchema", () => {
  for (const [carrier, build] of carriers) {
    it(`agrees with the encoder and table 2-4 about the properties of ${carrier}`, () => {
      for (const [name, [good, bad]] of Object.entries(properties)) {
        const allowed = table[name as keyof typeof table].includes(carrier)
        // Of a key that is undefined the encoder sees nothing; the schema calls it a field that is not there.
        if (good !== undefined) agrees(odd(build({ [name]: good })), 5, allowed)
        if (bad !== undefined && allowed) agrees(odd(build({ [name]: bad })), 5, false)
      }
      const withMethod = { authenticationMethod: "M", authenticationData: payload }
      agrees(odd(build(withMethod)), 5, ["Connect", "ConnAck", "Auth"].includes(carrier))
      agrees(odd(build({ noSuchProperty: 1 })), 5, false)
    })
  }

  it("refuses authentication data without a method, and AUTH without one unless it is a bare success", () => {
    agrees(Packet.connect({ clientId: "c", properties: { authenticationData: payload } }), 5, false)
    agrees(Packet.connAck({ properties: { authenticationData: payload } }), 5, false)
    agrees(Packet.auth({ reasonCode: 0 }), 5, true)
    agrees(Packet.auth({ reasonCode: 0, properties: { reasonString: undefined } }), 5, true)
    agrees(Packet.auth({ reasonCode: 0, properties: { reasonString: "why" } }), 5, false)
    agrees(Packet.auth({ reasonCode: 0x18 }), 5, false)
    agrees(Packet.auth({ reasonCode: 0x18, properties: { authenticationMethod: "M" } }), 5, true)
    agrees(Packet.auth({ reasonCode: 0 }), 4, false)
  })

  it("holds PUBLISH to its QoS", () => {
    for (const version of versions) {
      const base = Packet.publish({ topic: "t", payload })
      agrees(base, version, true)
      agrees({ ...base, packetId: 1 }, version, false)
      agrees({ ...base, dup: true }, version, false)
      for (const qos of [1, 2] as const) {
        agrees({ ...base, qos }, version, false)
        agrees({ ...base, qos, packetId: 0 }, version, false)
        agrees({ ...base, qos, packetId: 65_536 }, version, false)
        agrees({ ...base, qos, packetId: 1, dup: true }, version, true)
      }
      agrees(odd({ ...base, qos: 3, packetId: 1 }), version, false)
      for (const topic of ["", "+", "a/#", "\0", "\ud800", "x".repeat(65_536)]) {
        agrees({ ...base, topic }, version, false)
      }
      agrees({ ...base, topic: "x".repeat(65_535) }, version, true)
      agrees({ ...base, topic: "", properties: { topicAlias: 1 } }, version, version === 5)
      agrees({ ...base, properties: { topicAlias: 1 } }, version, version === 5)
    }
  })

  it("holds CONNECT to the rules of its version", () => {
    const connect = (fields: Partial<Packet.Connect>) => Packet.connect({ clientId: "c", ...fields })
    for (const protocolVersion of versions) {
      const five = protocolVersion === 5
      agrees(connect({ protocolVersion }), protocolVersion, true)
      agrees(connect({ protocolVersion }), five ? 4 : 5, false)
      agrees(odd({ ...connect({ protocolVersion }), protocolName: "MQIsdp" }), protocolVersion, false)
      agrees(connect({ protocolVersion, password: payload }), protocolVersion, five)
      agrees(connect({ protocolVersion, username: "u", password: payload }), protocolVersion, true)
      agrees(connect({ protocolVersion, username: "u" }), protocolVersion, true)
      agrees(connect({ protocolVersion, clientId: "" }), protocolVersion, true)
      agrees(connect({ protocolVersion, clientId: "", cleanStart: false }), protocolVersion, five)
      agrees(connect({ protocolVersion, cleanStart: false }), protocolVersion, true)
      agrees(connect({ protocolVersion, clientId: "x".repeat(65_535) }), protocolVersion, true)
      agrees(connect({ protocolVersion, username: "u", password: new Uint8Array(65_535) }), protocolVersion, true)
      agrees(connect({ protocolVersion, keepAlive: 65_536 }), protocolVersion, false)
      agrees(connect({ protocolVersion, keepAlive: -1 }), protocolVersion, false)
      agrees(connect({ protocolVersion, username: "a\0" }), protocolVersion, false)
      agrees(connect({ protocolVersion, username: "u", password: new Uint8Array(65_536) }), protocolVersion, false)
      const will = { topic: "w", payload, qos: 2, retain: true } as const
      agrees(connect({ protocolVersion, will }), protocolVersion, true)
      agrees(connect({ protocolVersion, will: { ...will, topic: "w/+" } }), protocolVersion, false)
      agrees(connect({ protocolVersion, will: { ...will, topic: "" } }), protocolVersion, false)
      agrees(connect({ protocolVersion, will: { ...will, payload: new Uint8Array(65_536) } }), protocolVersion, false)
      agrees(odd(connect({ protocolVersion, will: odd({ ...will, qos: 3 }) as never })), protocolVersion, false)
      agrees(
        connect({ protocolVersion, will: { ...will, properties: { willDelayInterval: 1 } } }),
        protocolVersion,
        five
      )
      agrees(connect({ protocolVersion, properties: { receiveMaximum: 1 } }), protocolVersion, five)
    }
  })

  it("holds CONNACK to the codes of its version, and a refusal to no session", () => {
    for (const version of versions) {
      agrees(Packet.connAck({ sessionPresent: true }), version, true)
      agrees(Packet.connAck({ reasonCode: 6, properties: undefined }), version, false)
      agrees(Packet.connAck({ reasonCode: version === 5 ? 0x87 : 5, sessionPresent: true }), version, false)
    }
    agrees(Packet.connAck({ reasonCode: 5 }), 4, true)
    agrees(Packet.connAck({ reasonCode: 0x87 }), 4, false)
    agrees(Packet.connAck({ reasonCode: 0x8d }), 5, false)
  })

  it("holds SUBSCRIBE and UNSUBSCRIBE to their filters and options", () => {
    const subscribe = (one: Packet.Subscription, packetId = 1) => Packet.subscribe({ packetId, subscriptions: [one] })
    for (const version of versions) {
      const five = version === 5
      for (const filter of ["a", "#", "a/+/b", "$share/g/a", "/"]) {
        agrees(subscribe({ filter, qos: 1 }), version, true)
        agrees(Packet.unsubscribe({ packetId: 1, filters: ["x", filter] }), version, true)
      }
      for (const filter of ["", "a#", "#/a", "+a", "\0", "\ud800", "x".repeat(65_536), "$share/g/a#", "$share/#/a"]) {
        agrees(subscribe({ filter, qos: 1 }), version, false)
        agrees(Packet.unsubscribe({ packetId: 1, filters: ["x", filter] }), version, false)
      }
      for (const filter of ["$share/g", "$share//a", "$share/g/"]) {
        agrees(subscribe({ filter, qos: 1 }), version, !five)
        agrees(Packet.unsubscribe({ packetId: 1, filters: [filter] }), version, !five)
      }
      agrees(subscribe({ filter: "a", qos: 1 }, 0), version, false)
      agrees(odd(subscribe(odd({ filter: "a", qos: 3 }) as never)), version, false)
      agrees(Packet.subscribe({ packetId: 1, subscriptions: [] }), version, false)
      agrees(Packet.unsubscribe({ packetId: 1, filters: [] }), version, false)
      agrees(Packet.unsubscribe({ packetId: 0, filters: ["a"] }), version, false)
      agrees(subscribe({ filter: "a", qos: 1, noLocal: true }), version, five)
      agrees(subscribe({ filter: "a", qos: 1, retainAsPublished: true }), version, five)
      agrees(subscribe({ filter: "a", qos: 1, retainHandling: 2 }), version, five)
    }
    agrees(subscribe({ filter: "$share/g/a", qos: 1, noLocal: true }), 5, false)
    agrees(odd(subscribe(odd({ filter: "a", qos: 1, retainHandling: 3 }) as never)), 5, false)
    const twice = { subscriptionIdentifiers: [1, 2] }
    agrees(Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "a", qos: 0 }], properties: twice }), 5, false)
    agrees(Packet.publish({ topic: "t", payload, properties: twice }), 5, true)
  })

  it("holds acknowledgements to their codes and versions", () => {
    for (const version of versions) {
      const five = version === 5
      for (const build of [Packet.pubAck, Packet.pubRec, Packet.pubRel, Packet.pubComp]) {
        agrees(build({ packetId: 65_535 }), version, true)
        agrees(build({ packetId: 0 }), version, false)
        agrees(build({ packetId: 1, reasonCode: 0x8d }), version, false)
      }
      agrees(Packet.pubAck({ packetId: 1, reasonCode: 0x10 }), version, five)
      agrees(Packet.pubRec({ packetId: 1, reasonCode: 0x97 }), version, five)
      agrees(Packet.pubRel({ packetId: 1, reasonCode: 0x92 }), version, five)
      agrees(Packet.pubComp({ packetId: 1, reasonCode: 0x92 }), version, five)
      agrees(Packet.subAck({ packetId: 1, reasonCodes: [0, 1, 2, 0x80] }), version, true)
      agrees(Packet.subAck({ packetId: 1, reasonCodes: [0, 0x87] }), version, five)
      agrees(Packet.subAck({ packetId: 1, reasonCodes: [3] }), version, false)
      agrees(Packet.subAck({ packetId: 1, reasonCodes: [] }), version, false)
      agrees(Packet.subAck({ packetId: 0, reasonCodes: [0] }), version, false)
      agrees(Packet.unsubAck({ packetId: 1 }), version, !five)
      agrees(Packet.unsubAck({ packetId: 1, reasonCodes: [0x11] }), version, five)
      agrees(Packet.unsubAck({ packetId: 1, reasonCodes: [0x01] }), version, false)
      agrees(Packet.unsubAck({ packetId: 0, reasonCodes: [0] }), version, false)
      agrees(Packet.disconnect(), version, true)
      agrees(Packet.disconnect({ reasonCode: 0x8e }), version, five)
      agrees(Packet.disconnect({ reasonCode: 0x84 }), version, false)
      agrees(Packet.pingReq, version, true)
      agrees(Packet.pingResp, version, true)
    }
    agrees(Packet.unsubAck({ packetId: 1, reasonCodes: [] }), 5, false)
  })

  it("says where a packet is wrong", () => {
    const result = ParseResult.decodeUnknownEither(PacketSchema.Publish[4])({
      ...Packet.publish({ topic: "a/#", payload }),
      packetId: 70_000
    })
    const [issue] = ParseResult.ArrayFormatter.formatIssueSync(Either.getOrThrow(Either.flip(result)))
    assert.deepStrictEqual(issue?.path, ["packetId"])
    assert.strictEqual(issue?.message, "an integer from 1 to 65535")
    const topic = Schema.decodeUnknownEither(PacketSchema.Publish[4])(Packet.publish({ topic: "a/#", payload }))
    assert.include(Either.getOrThrow(Either.flip(topic)).message, "a topic name")
    const filters = Schema.decodeUnknownEither(PacketSchema.Unsubscribe[5])({
      ...Packet.unsubscribe({ packetId: 1, filters: ["a#"] })
    })
    assert.include(Either.getOrThrow(Either.flip(filters)).message, "a topic filter")
  })
})
