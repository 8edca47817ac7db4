import { Encoder, Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

const payload = new Uint8Array(3)
const long = "ü".repeat(32_768)
const publish = (fields: object) => ({ ...Packet.publish({ topic: "t", payload }), ...fields })
const connect = (fields: object) => ({ ...Packet.connect({ clientId: "c" }), ...fields })
const connect4 = (fields: object) => connect({ protocolVersion: 4, ...fields })
const subscribe = (subscription: object) => ({
  ...Packet.subscribe({ packetId: 1, subscriptions: [] }),
  subscriptions: [{ filter: "a", qos: 0, ...subscription }]
})
const unsubscribe = (...filters: ReadonlyArray<string>) => Packet.unsubscribe({ packetId: 1, filters })
const will = { topic: "w", payload, qos: 0, retain: false }
const pair = (name: string, value: string) => ({ userProperties: [["k", "v"], [name, value]] })

/** What cannot be sent legally: packet, version, and the error, its words and all. Also what the types rule out. */
const table: Readonly<
  Record<string, ReadonlyArray<readonly [packet: object, version: ProtocolVersion.ProtocolVersion, error: string]>>
> = {
  "a topic name with a wildcard": [
    [publish({ topic: "a/#" }), 5, "ProtocolViolation 0x90 3.3.2.1 Publish: a topic name with a wildcard"],
    [publish({ topic: "+" }), 4, "ProtocolViolation 0x90 3.3.2.1 Publish: a topic name with a wildcard"],
    [
      connect({ will: { ...will, topic: "w/+" } }),
      5,
      "ProtocolViolation 0x90 3.1.3.3 Connect: a topic name with a wildcard"
    ],
    [
      connect4({ will: { ...will, topic: "#" } }),
      4,
      "ProtocolViolation 0x90 3.1.3.2 Connect: a topic name with a wildcard"
    ],
    [
      publish({ topic: "#", properties: { topicAlias: 1 } }),
      5,
      "ProtocolViolation 0x90 3.3.2.1 Publish: a topic name with a wildcard"
    ],
    [
      publish({ properties: { responseTopic: "a/+" } }),
      5,
      "ProtocolViolation 0x82 3.3.2.3.5 Publish: responseTopic is not a topic name"
    ]
  ],
  "an empty topic name": [
    [publish({ topic: "" }), 5, "ProtocolViolation 0x90 4.7.3 Publish: an empty topic"],
    [publish({ topic: "" }), 4, "ProtocolViolation 0x90 4.7.3 Publish: an empty topic"],
    [
      publish({ topic: "", properties: { contentType: "c" } }),
      5,
      "ProtocolViolation 0x90 4.7.3 Publish: an empty topic"
    ],
    [connect({ will: { ...will, topic: "" } }), 5, "ProtocolViolation 0x90 4.7.3 Connect: an empty topic"],
    [
      publish({ properties: { responseTopic: "" } }),
      5,
      "ProtocolViolation 0x82 3.3.2.3.5 Publish: responseTopic is not a topic name"
    ]
  ],
  "a string that is too long": [
    [publish({ topic: long }), 5, "ProtocolViolation 0x82 1.5 Publish: the topic is out of range"],
    [publish({ topic: "x".repeat(65_536) }), 4, "ProtocolViolation 0x82 1.5 Publish: the topic is out of range"],
    [connect({ clientId: long }), 5, "ProtocolViolation 0x82 1.5 Connect: the client identifier is out of range"],
    [connect({ username: long }), 5, "ProtocolViolation 0x82 1.5 Connect: the user name is out of range"],
    [
      connect({ will: { ...will, topic: long } }),
      5,
      "ProtocolViolation 0x82 1.5 Connect: the will topic is out of range"
    ],
    [publish({ properties: pair(long, "v") }), 5, "ProtocolViolation 0x82 1.5 Publish: userProperties is out of range"],
    [publish({ properties: pair("k", long) }), 5, "ProtocolViolation 0x82 1.5 Publish: userProperties is out of range"],
    [
      publish({ properties: { contentType: "x".repeat(65_536) } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: contentType is out of range"
    ]
  ],
  "binary data that is too long": [
    [
      connect({ password: new Uint8Array(65_536) }),
      5,
      "ProtocolViolation 0x82 1.5 Connect: the length of the password is out of range"
    ],
    [
      connect({ will: { ...will, payload: new Uint8Array(65_536) } }),
      5,
      "ProtocolViolation 0x82 1.5 Connect: the length of the will payload is out of range"
    ],
    [
      publish({ properties: { correlationData: new Uint8Array(65_536) } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: the length of correlationData is out of range"
    ]
  ],
  "a lone surrogate": [
    [
      publish({ topic: "a\ud800" }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: the topic contains half of a surrogate pair"
    ],
    [
      publish({ topic: "\udc00a" }),
      4,
      "MalformedPacket 0x81 1.5.3 Publish: the topic contains half of a surrogate pair"
    ],
    [
      publish({ topic: "\ud800\ud800" }),
      4,
      "MalformedPacket 0x81 1.5.3 Publish: the topic contains half of a surrogate pair"
    ],
    [
      publish({ topic: "\udc00\udc00" }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: the topic contains half of a surrogate pair"
    ],
    [
      publish({ topic: "\ud800\ue000" }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: the topic contains half of a surrogate pair"
    ],
    [
      publish({ topic: "x".repeat(40) + "\ud83d" }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: the topic contains half of a surrogate pair"
    ],
    [
      connect({ clientId: "\udfff" }),
      5,
      "MalformedPacket 0x81 1.5.4 Connect: the client identifier contains half of a surrogate pair"
    ],
    [
      connect({ username: "\ud800" }),
      5,
      "MalformedPacket 0x81 1.5.4 Connect: the user name contains half of a surrogate pair"
    ],
    [
      publish({ properties: pair("\ud800", "v") }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: userProperties contains half of a surrogate pair"
    ],
    [
      publish({ properties: pair("k", "\ud800") }),
      5,
      "MalformedPacket 0x81 1.5.4 Publish: userProperties contains half of a surrogate pair"
    ]
  ],
  "U+0000": [
    [publish({ topic: "a\0b" }), 5, "MalformedPacket 0x81 1.5.4 Publish: the topic contains U+0000"],
    [publish({ topic: "\0" }), 4, "MalformedPacket 0x81 1.5.3 Publish: the topic contains U+0000"],
    [connect({ clientId: "a\0" }), 5, "MalformedPacket 0x81 1.5.4 Connect: the client identifier contains U+0000"],
    [publish({ properties: pair("k", "\0") }), 5, "MalformedPacket 0x81 1.5.4 Publish: userProperties contains U+0000"],
    [publish({ topic: "x".repeat(40) + "\0" }), 5, "MalformedPacket 0x81 1.5.4 Publish: the topic contains U+0000"],
    [publish({ topic: "ü\0" }), 5, "MalformedPacket 0x81 1.5.4 Publish: the topic contains U+0000"]
  ],
  "a packet identifier that is none": [
    [publish({ qos: 1, packetId: 0 }), 5, "ProtocolViolation 0x82 2.2.1 Publish: packet identifier 0"],
    [publish({ qos: 1 }), 4, "ProtocolViolation 0x82 2.3.1 Publish: packet identifier 0"],
    [
      publish({ qos: 2, packetId: 65_536 }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: the packet identifier is out of range"
    ],
    [
      publish({ qos: 2, packetId: 1.5 }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: the packet identifier is out of range"
    ],
    [publish({ qos: 2, packetId: -1 }), 5, "ProtocolViolation 0x82 1.5 Publish: the packet identifier is out of range"],
    [Packet.pubAck({ packetId: 0 }), 5, "ProtocolViolation 0x82 2.2.1 PubAck: packet identifier 0"],
    [Packet.pubRel({ packetId: 0 }), 4, "ProtocolViolation 0x82 2.3.1 PubRel: packet identifier 0"],
    [{ ...subscribe({}), packetId: 0 }, 5, "ProtocolViolation 0x82 2.2.1 Subscribe: packet identifier 0"],
    [{ ...unsubscribe("a"), packetId: 0 }, 4, "ProtocolViolation 0x82 2.3.1 Unsubscribe: packet identifier 0"],
    [Packet.subAck({ packetId: 0, reasonCodes: [0] }), 5, "ProtocolViolation 0x82 2.2.1 SubAck: packet identifier 0"],
    [Packet.unsubAck({ packetId: 0 }), 4, "ProtocolViolation 0x82 2.3.1 UnsubAck: packet identifier 0"]
  ],
  "QoS and what does not go with it": [
    [publish({ qos: 3, packetId: 1 }), 5, "MalformedPacket 0x81 3.3.1.2 Publish: QoS 3"],
    [publish({ qos: 3, packetId: 1 }), 4, "MalformedPacket 0x81 3.3.1.2 Publish: QoS 3"],
    [publish({ packetId: 1 }), 5, "ProtocolViolation 0x82 2.2.1 Publish: QoS 0 with a packet identifier"],
    [publish({ packetId: 1 }), 4, "ProtocolViolation 0x82 2.3.1 Publish: QoS 0 with a packet identifier"],
    [publish({ dup: true }), 5, "MalformedPacket 0x81 3.3.1.1 Publish: a duplicate of QoS 0"],
    [publish({ dup: true }), 4, "MalformedPacket 0x81 3.3.1.1 Publish: a duplicate of QoS 0"],
    [connect({ will: { ...will, qos: 3 } }), 5, "MalformedPacket 0x81 3.1.2.6 Connect: QoS 3"],
    [subscribe({ qos: 3 }), 5, "MalformedPacket 0x81 3.8.3 Subscribe: QoS 3"],
    [subscribe({ qos: -1 }), 4, "MalformedPacket 0x81 3.8.3 Subscribe: QoS -1"]
  ],
  "a property of another packet": [
    [
      publish({ properties: { receiveMaximum: 1 } }),
      5,
      "MalformedPacket 0x81 3.3.2.3 Publish: property receiveMaximum does not belong here"
    ],
    [
      connect({ properties: { topicAlias: 1 } }),
      5,
      "MalformedPacket 0x81 3.1.2.11 Connect: property topicAlias does not belong here"
    ],
    [
      connect({ will: { ...will, properties: { topicAlias: 1 } } }),
      5,
      "MalformedPacket 0x81 3.1.3.2 Connect: property topicAlias does not belong here"
    ],
    [
      Packet.connAck({ properties: { topicAlias: 1 } as object }),
      5,
      "MalformedPacket 0x81 3.2.2.3 ConnAck: property topicAlias does not belong here"
    ],
    [
      Packet.pubAck({ packetId: 1, properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.4.2.2 PubAck: property contentType does not belong here"
    ],
    [
      Packet.pubRec({ packetId: 1, properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.5.2.2 PubRec: property contentType does not belong here"
    ],
    [
      Packet.pubRel({ packetId: 1, properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.6.2.2 PubRel: property contentType does not belong here"
    ],
    [
      Packet.pubComp({ packetId: 1, properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.7.2.2 PubComp: property contentType does not belong here"
    ],
    [
      { ...subscribe({}), properties: { reasonString: "r" } },
      5,
      "MalformedPacket 0x81 3.8.2.1 Subscribe: property reasonString does not belong here"
    ],
    [
      Packet.subAck({ packetId: 1, reasonCodes: [0], properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.9.2.1 SubAck: property contentType does not belong here"
    ],
    [
      { ...unsubscribe("a"), properties: { reasonString: "r" } },
      5,
      "MalformedPacket 0x81 3.10.2.1 Unsubscribe: property reasonString does not belong here"
    ],
    [
      Packet.unsubAck({ packetId: 1, reasonCodes: [0], properties: { contentType: "c" } as object }),
      5,
      "MalformedPacket 0x81 3.11.2.1 UnsubAck: property contentType does not belong here"
    ],
    [
      Packet.disconnect({ properties: { topicAlias: 1 } as object }),
      5,
      "MalformedPacket 0x81 3.14.2.2 Disconnect: property topicAlias does not belong here"
    ],
    [
      Packet.auth({ reasonCode: 0x18, properties: { authenticationMethod: "M", topicAlias: 1 } as object }),
      5,
      "MalformedPacket 0x81 3.15.2.2 Auth: property topicAlias does not belong here"
    ],
    [
      publish({ properties: { noSuchProperty: 1 } }),
      5,
      "MalformedPacket 0x81 3.3.2.3 Publish: property noSuchProperty does not belong here"
    ]
  ],
  "a property out of its range": [
    [
      publish({ properties: { payloadFormatIndicator: 2 } }),
      5,
      "ProtocolViolation 0x82 3.3.2.3 Publish: payloadFormatIndicator must be 0 or 1"
    ],
    [
      publish({ properties: { payloadFormatIndicator: 256 } }),
      5,
      "ProtocolViolation 0x82 3.3.2.3 Publish: payloadFormatIndicator must be 0 or 1"
    ],
    [publish({ properties: { topicAlias: 0 } }), 5, "ProtocolViolation 0x94 3.3.2.3 Publish: topicAlias must not be 0"],
    [
      publish({ properties: { topicAlias: 65_536 } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: topicAlias is out of range"
    ],
    [
      publish({ properties: { messageExpiryInterval: -1 } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: messageExpiryInterval is out of range"
    ],
    [
      publish({ properties: { messageExpiryInterval: 4_294_967_296 } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: messageExpiryInterval is out of range"
    ],
    [
      publish({ properties: { messageExpiryInterval: 0.5 } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: messageExpiryInterval is out of range"
    ],
    [
      publish({ properties: { subscriptionIdentifiers: [0] } }),
      5,
      "ProtocolViolation 0x82 3.3.2.3 Publish: subscriptionIdentifiers must not be 0"
    ],
    [
      publish({ properties: { subscriptionIdentifiers: [-1] } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: subscriptionIdentifiers is out of range"
    ],
    [
      publish({ properties: { subscriptionIdentifiers: [1.5] } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: subscriptionIdentifiers is out of range"
    ],
    [
      publish({ properties: { subscriptionIdentifiers: [1, 268_435_456] } }),
      5,
      "ProtocolViolation 0x82 1.5 Publish: subscriptionIdentifiers is out of range"
    ],
    [
      connect({ properties: { receiveMaximum: 0 } }),
      5,
      "ProtocolViolation 0x82 3.1.2.11 Connect: receiveMaximum must not be 0"
    ],
    [
      connect({ properties: { maximumPacketSize: 0 } }),
      5,
      "ProtocolViolation 0x82 3.1.2.11 Connect: maximumPacketSize must not be 0"
    ],
    [
      Packet.connAck({ properties: { maximumQoS: 2 } }),
      5,
      "ProtocolViolation 0x82 3.2.2.3 ConnAck: maximumQoS must be 0 or 1"
    ],
    [
      { ...subscribe({}), properties: { subscriptionIdentifiers: [1, 2] } },
      5,
      "ProtocolViolation 0x82 3.8.2.1.2 Subscribe: property subscriptionIdentifiers stands twice"
    ]
  ],
  "authentication without a method": [
    [
      connect({ properties: { authenticationData: payload } }),
      5,
      "ProtocolViolation 0x82 3.1.2.11.10 Connect: authentication data without a method"
    ],
    [
      Packet.connAck({ properties: { authenticationData: payload } }),
      5,
      "ProtocolViolation 0x82 3.2.2.3.18 ConnAck: authentication data without a method"
    ],
    [Packet.auth({ reasonCode: 0x18 }), 5, "ProtocolViolation 0x82 3.15.2.2.2 Auth: no authentication method"],
    [
      Packet.auth({ reasonCode: 0, properties: { reasonString: "r" } }),
      5,
      "ProtocolViolation 0x82 3.15.2.2.2 Auth: no authentication method"
    ],
    [
      Packet.auth({ reasonCode: 0x19, properties: { authenticationData: payload } }),
      5,
      "ProtocolViolation 0x82 3.15.2.2.2 Auth: no authentication method"
    ]
  ],
  "what only 5.0 has": [
    [
      publish({ properties: { topicAlias: 1 } }),
      4,
      "ProtocolViolation 0x82 2.3 Publish: properties do not exist in this version"
    ],
    [
      connect4({ properties: { receiveMaximum: 1 } }),
      4,
      "ProtocolViolation 0x82 2.3 Connect: properties do not exist in this version"
    ],
    [
      connect4({ will: { ...will, properties: { willDelayInterval: 1 } } }),
      4,
      "ProtocolViolation 0x82 2.3 Connect: properties do not exist in this version"
    ],
    [
      Packet.connAck({ properties: { receiveMaximum: 1 } }),
      4,
      "ProtocolViolation 0x82 2.3 ConnAck: properties do not exist in this version"
    ],
    [
      Packet.connAck({ reasonCode: 5, properties: { reasonString: "no" } }),
      4,
      "ProtocolViolation 0x82 2.3 ConnAck: properties do not exist in this version"
    ],
    [
      Packet.pubAck({ packetId: 1, reasonCode: 0x87 }),
      4,
      "ProtocolViolation 0x82 2.3 PubAck: reason codes do not exist in this packet of this version"
    ],
    [
      Packet.pubComp({ packetId: 1, properties: { reasonString: "r" } }),
      4,
      "ProtocolViolation 0x82 2.3 PubComp: properties do not exist in this version"
    ],
    [
      subscribe({ noLocal: true }),
      4,
      "ProtocolViolation 0x82 3.8.3 Subscribe: subscription options do not exist in this version"
    ],
    [
      subscribe({ retainAsPublished: true }),
      4,
      "ProtocolViolation 0x82 3.8.3 Subscribe: subscription options do not exist in this version"
    ],
    [
      subscribe({ retainHandling: 1 }),
      4,
      "ProtocolViolation 0x82 3.8.3 Subscribe: subscription options do not exist in this version"
    ],
    [
      { ...subscribe({}), properties: { subscriptionIdentifiers: [1] } },
      4,
      "ProtocolViolation 0x82 2.3 Subscribe: properties do not exist in this version"
    ],
    [
      { ...unsubscribe("a"), properties: { userProperties: [["k", "v"]] } },
      4,
      "ProtocolViolation 0x82 2.3 Unsubscribe: properties do not exist in this version"
    ],
    [
      Packet.subAck({ packetId: 1, reasonCodes: [0], properties: { reasonString: "r" } }),
      4,
      "ProtocolViolation 0x82 2.3 SubAck: properties do not exist in this version"
    ],
    [
      Packet.unsubAck({ packetId: 1, reasonCodes: [0x11] }),
      4,
      "ProtocolViolation 0x82 2.3 UnsubAck: reason codes do not exist in this packet of this version"
    ],
    [
      Packet.unsubAck({ packetId: 1, properties: { reasonString: "r" } }),
      4,
      "ProtocolViolation 0x82 2.3 UnsubAck: properties do not exist in this version"
    ],
    [
      Packet.disconnect({ reasonCode: 0x04 }),
      4,
      "ProtocolViolation 0x82 2.3 Disconnect: reason codes do not exist in this packet of this version"
    ],
    [
      Packet.disconnect({ properties: { reasonString: "r" } }),
      4,
      "ProtocolViolation 0x82 2.3 Disconnect: properties do not exist in this version"
    ],
    [Packet.auth({ reasonCode: 0 }), 4, "ProtocolViolation 0x82 2.2.1 Auth: AUTH does not exist in this version"]
  ],
  "CONNECT against its own rules": [
    [connect({ protocolName: "MQIsdp" }), 5, "ProtocolViolation 0x84 3.1.2.1 Connect: the protocol name is not MQTT"],
    [connect({ protocolVersion: 4 }), 5, "ProtocolViolation 0x84 3.1.2.2 Connect: a CONNECT of protocol version 4"],
    [connect({}), 4, "ProtocolViolation 0x84 3.1.2.2 Connect: a CONNECT of protocol version 5"],
    [connect4({ password: payload }), 4, "MalformedPacket 0x81 3.1.2.9 Connect: a password without a user name"],
    [
      connect4({ clientId: "", cleanStart: false }),
      4,
      "ProtocolViolation 0x85 3.1.3.1 Connect: an empty client identifier asks for a stored session"
    ],
    [connect({ keepAlive: 65_536 }), 5, "ProtocolViolation 0x82 1.5 Connect: the keep alive is out of range"],
    [connect4({ keepAlive: -1 }), 4, "ProtocolViolation 0x82 1.5 Connect: the keep alive is out of range"],
    [connect({ keepAlive: 1.5 }), 5, "ProtocolViolation 0x82 1.5 Connect: the keep alive is out of range"]
  ],
  "CONNACK against its own rules": [
    [Packet.connAck({ reasonCode: 0x8d }), 5, "ProtocolViolation 0x82 3.2.2.2 ConnAck: code 141 is not one of CONNACK"],
    [Packet.connAck({ reasonCode: 6 }), 4, "ProtocolViolation 0x82 3.2.2.3 ConnAck: code 6 is not one of CONNACK"],
    [
      Packet.connAck({ reasonCode: 1, properties: {} }),
      5,
      "ProtocolViolation 0x82 3.2.2.2 ConnAck: code 1 is not one of CONNACK"
    ],
    [Packet.connAck({ reasonCode: 6 }), 5, "ProtocolViolation 0x82 3.2.2.2 ConnAck: code 6 is not one of CONNACK"],
    [
      Packet.connAck({ sessionPresent: true, reasonCode: 0x87 }),
      5,
      "ProtocolViolation 0x82 3.2.2.1.1 ConnAck: a refusal that claims a session"
    ],
    [
      Packet.connAck({ sessionPresent: true, reasonCode: 5 }),
      4,
      "ProtocolViolation 0x82 3.2.2.2 ConnAck: a refusal that claims a session"
    ]
  ],
  "a filter that is none": [
    [subscribe({ filter: "" }), 5, "ProtocolViolation 0x8f 4.7.3 Subscribe: a topic filter is not valid"],
    [subscribe({ filter: "a#" }), 4, "ProtocolViolation 0x8f 4.7.1 Subscribe: a topic filter is not valid"],
    [unsubscribe("a", "#/a"), 5, "ProtocolViolation 0x8f 4.7.1 Unsubscribe: a topic filter is not valid"],
    [unsubscribe("+a"), 4, "ProtocolViolation 0x8f 4.7.1 Unsubscribe: a topic filter is not valid"],
    [subscribe({ filter: "$share/g" }), 5, "ProtocolViolation 0x8f 4.8.2 Subscribe: a topic filter is not valid"],
    [subscribe({ filter: "$share/#/a" }), 4, "ProtocolViolation 0x8f 4.7.1 Subscribe: a topic filter is not valid"],
    [unsubscribe("$share/a+"), 4, "ProtocolViolation 0x8f 4.7.1 Unsubscribe: a topic filter is not valid"],
    [unsubscribe("$share//a"), 5, "ProtocolViolation 0x8f 4.8.2 Unsubscribe: a topic filter is not valid"],
    [
      subscribe({ filter: "\ud800" }),
      5,
      "MalformedPacket 0x81 1.5.4 Subscribe: the topic filter contains half of a surrogate pair"
    ],
    [unsubscribe("a\0"), 4, "MalformedPacket 0x81 1.5.3 Unsubscribe: the topic filter contains U+0000"],
    [subscribe({ filter: long }), 4, "ProtocolViolation 0x82 1.5 Subscribe: the topic filter is out of range"]
  ],
  "SUBSCRIBE and UNSUBSCRIBE against their own rules": [
    [
      Packet.subscribe({ packetId: 1, subscriptions: [] }),
      5,
      "ProtocolViolation 0x82 3.8.3 Subscribe: no topic filter"
    ],
    [
      Packet.subscribe({ packetId: 1, subscriptions: [] }),
      4,
      "ProtocolViolation 0x82 3.8.3 Subscribe: no topic filter"
    ],
    [unsubscribe(), 5, "ProtocolViolation 0x82 3.10.3 Unsubscribe: no topic filter"],
    [unsubscribe(), 4, "ProtocolViolation 0x82 3.10.3 Unsubscribe: no topic filter"],
    [subscribe({ retainHandling: 3 }), 5, "ProtocolViolation 0x82 3.8.3.1 Subscribe: retain handling 3"],
    [
      subscribe({ filter: "$share/g/a", noLocal: true }),
      5,
      "ProtocolViolation 0x82 3.8.3.1 Subscribe: No Local on a shared subscription"
    ]
  ],
  "a code of another packet": [
    [
      Packet.pubAck({ packetId: 1, reasonCode: 0x92 }),
      5,
      "ProtocolViolation 0x82 2.4 PubAck: code 146 is not one of this packet"
    ],
    [
      Packet.pubRec({ packetId: 1, reasonCode: 0x92 }),
      5,
      "ProtocolViolation 0x82 2.4 PubRec: code 146 is not one of this packet"
    ],
    [
      Packet.pubRel({ packetId: 1, reasonCode: 0x10 }),
      5,
      "ProtocolViolation 0x82 2.4 PubRel: code 16 is not one of this packet"
    ],
    [
      Packet.pubComp({ packetId: 1, reasonCode: 0x80 }),
      5,
      "ProtocolViolation 0x82 2.4 PubComp: code 128 is not one of this packet"
    ],
    [
      Packet.subAck({ packetId: 1, reasonCodes: [0, 3] }),
      5,
      "ProtocolViolation 0x82 2.4 SubAck: code 3 is not one of this packet"
    ],
    [
      Packet.subAck({ packetId: 1, reasonCodes: [3] }),
      4,
      "ProtocolViolation 0x82 3.9.3 SubAck: return code 3 is reserved"
    ],
    [
      Packet.subAck({ packetId: 1, reasonCodes: [0x81] }),
      4,
      "ProtocolViolation 0x82 3.9.3 SubAck: return code 129 is reserved"
    ],
    [
      Packet.unsubAck({ packetId: 1, reasonCodes: [0x01] }),
      5,
      "ProtocolViolation 0x82 2.4 UnsubAck: code 1 is not one of this packet"
    ],
    [
      Packet.disconnect({ reasonCode: 0x84 }),
      5,
      "ProtocolViolation 0x82 2.4 Disconnect: code 132 is not one of this packet"
    ],
    [
      Packet.auth({ reasonCode: 0x17, properties: { authenticationMethod: "M" } }),
      5,
      "ProtocolViolation 0x82 2.4 Auth: code 23 is not one of this packet"
    ]
  ],
  "an answer without codes": [
    [Packet.subAck({ packetId: 1, reasonCodes: [] }), 5, "ProtocolViolation 0x82 3.9.3 SubAck: no code"],
    [Packet.subAck({ packetId: 1, reasonCodes: [] }), 4, "ProtocolViolation 0x82 3.9.3 SubAck: no code"],
    [Packet.unsubAck({ packetId: 1 }), 5, "ProtocolViolation 0x82 3.11.3 UnsubAck: no code"],
    [Packet.unsubAck({ packetId: 1, reasonCodes: [] }), 5, "ProtocolViolation 0x82 3.11.3 UnsubAck: no code"]
  ]
}

const facts = (packet: object, version: ProtocolVersion.ProtocolVersion): string =>
  Either.match(Encoder.encode(packet as Packet.Packet, version), {
    onLeft: ({ _tag, detail, packetType, reasonCode, specSection }) =>
      `${_tag} 0x${reasonCode.toString(16)} ${specSection} ${packetType}: ${detail}`,
    onRight: () => "sent"
  })

describe("unsendable packets", () => {
  for (const [name, rows] of Object.entries(table)) {
    it(`${name} cannot be sent`, () => {
      for (const [packet, version, expected] of rows) {
        assert.strictEqual(facts(packet, version), expected)
        // An output stays as it was: what is sent next is whole.
        const output = Encoder.makeOutput()
        Encoder.encodeInto(output, Packet.pingReq, version)
        assert.isDefined(Encoder.encodeInto(output, packet as Packet.Packet, version))
        Encoder.encodeInto(output, Packet.disconnect(), version)
        assert.deepStrictEqual(output.take().flatMap((piece) => [...piece]), [0xc0, 0, 0xe0, 0])
      }
    })
  }
})
