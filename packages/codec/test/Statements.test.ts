import { Decoder, Encoder, Packet, type ProtocolVersion, Topic } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex, toHex } from "./support/neutral.ts"

type Version = ProtocolVersion.ProtocolVersion

/** The checks that statements are made of, in one version. */
const checks = (version: Version) => {
  const options = (role?: "client" | "server") => ({ version, role })
  const bytes = (hex: string) => fromHex(hex.replaceAll(" ", ""))
  return {
    both: (packet: Packet.Packet, hex: string) => {
      assert.strictEqual(toHex(Either.getOrThrow(Encoder.encode(packet, version))), hex.replaceAll(" ", ""))
      assert.deepStrictEqual(Decoder.make(options()).push(bytes(hex)), { packets: [packet], error: undefined })
    },
    refusesBytes: (role: "client" | "server", ...inputs: ReadonlyArray<string>) => {
      for (const hex of inputs) {
        const { error, packets } = Decoder.make(options(role)).push(bytes(hex))
        assert.isTrue(error !== undefined && packets.length === 0, `${hex} was accepted`)
      }
    },
    refusesPackets: (...packets: ReadonlyArray<object>) => {
      for (const packet of packets) {
        const result = Encoder.encode(packet as Packet.Packet, version) // also what the types rule out
        assert.isTrue(Either.isLeft(result), `${JSON.stringify(packet)} was written`)
      }
    }
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const payload = text("")
const five = checks(5)
const four = checks(4)
const connect = (fields: Partial<Packet.Connect>) => Packet.connect({ clientId: "c", ...fields })
const connect4 = (fields: Partial<Packet.Connect>) => connect({ protocolVersion: 4, ...fields })
const connect5 = (fields: Partial<Packet.Connect>) => connect({ properties: {}, ...fields })
const publish = (fields: Partial<Packet.Publish>) => Packet.publish({ topic: "t", payload, ...fields })
const subscribe = (filter: string) => Packet.subscribe({ packetId: 1, subscriptions: [{ filter, qos: 0 }] })
const unsubscribe = (filter: string) => Packet.unsubscribe({ packetId: 1, filters: [filter] })
const will = { topic: "w", payload: text("x"), qos: 0, retain: false } as const
const badTexts = ["\ud800", "a\udc00", "\0"]

type Statement = readonly [numbers: string, says: string, holds: () => void]

/** The numbers are those of the OASIS standards, the words are ours. */
const statements5: ReadonlyArray<Statement> = [
  ["1.5.4-1", "strings are well-formed UTF-8 without surrogates", () => {
    five.refusesBytes("client", "30 04 00 01 80 00", "30 06 00 03 ed a0 80 00", "30 05 00 02 c0 af 00")
    five.refusesPackets(publish({ topic: "\ud800" }), publish({ properties: { contentType: "a\udfff" } }))
  }],
  ["1.5.4-2", "strings have no U+0000", () => {
    five.refusesBytes("client", "30 04 00 01 00 00")
    five.refusesPackets(publish({ topic: "a\0" }), connect5({ username: "\0" }))
  }],
  ["1.5.4-3", "U+FEFF is kept wherever it stands", () => {
    five.both(publish({ topic: "\ufeffa\ufeff", properties: {} }), "30 0a 00 07 efbbbf 61 efbbbf 00")
  }],
  ["1.5.5-1", "variable byte integers take the shortest form", () => {
    for (const [value, hex] of [[1, "01"], [127, "7f"], [128, "8001"], [16_383, "ff7f"], [16_384, "808001"]] as const) {
      const length = (3 + 1 + 1 + hex.length / 2).toString(16).padStart(2, "0")
      const block = (1 + hex.length / 2).toString(16).padStart(2, "0")
      five.both(publish({ properties: { subscriptionIdentifiers: [value] } }), `30${length}000174${block}0b${hex}`)
    }
    five.both(publish({ properties: { subscriptionIdentifiers: [2_097_151] } }), "30 08 000174 04 0bffff7f")
    five.both(publish({ properties: { subscriptionIdentifiers: [2_097_152] } }), "30 09 000174 05 0b80808001")
    five.both(publish({ properties: { subscriptionIdentifiers: [268_435_455] } }), "30 09 000174 05 0bffffff7f")
    five.refusesBytes("client", "30 07 00 01 74 03 0b 81 00", "d0 80 00")
    five.refusesPackets(publish({ properties: { subscriptionIdentifiers: [268_435_456] } }))
  }],
  ["1.5.7-1", "both halves of a string pair are strings", () => {
    five.refusesBytes("client", "300b00017407260001ff000176", "300b000174072600016b0001ff")
    five.refusesPackets(...badTexts.flatMap((bad) => [
      publish({ properties: { userProperties: [[bad, "v"]] } }),
      publish({ properties: { userProperties: [["k", bad]] } })
    ]))
  }],
  ["2.1.3-1, 3.14.1-1, 3.15.1-1", "reserved header flags have their value", () => {
    five.refusesBytes("client", "21030000 00", "48020001", "d100", "e100", "e800", "f200")
    five.refusesBytes("server", "110e00044d5154540502003c0000 0163", "c400", "e200")
  }],
  ["2.2.1-2", "a PUBLISH of QoS 0 has no packet identifier", () => {
    five.both(publish({ properties: {} }), "30 04 000174 00")
    five.refusesPackets(publish({ packetId: 1 }))
  }],
  ["2.2.1-3", "packet identifiers are not 0", () => {
    five.refusesPackets(publish({ qos: 1, packetId: 0 }), publish({ qos: 2 }), { ...subscribe("a"), packetId: 0 })
    five.refusesPackets({ ...unsubscribe("a"), packetId: 0 })
    five.refusesBytes("server", "3206000174000000", "820700000000016100", "a20600000000 0161")
  }],
  ["2.2.2-1", "an empty property list is a length of 0", () => {
    five.both(publish({ properties: {} }), "30 04 000174 00")
    five.both(Packet.subAck({ packetId: 1, reasonCodes: [0], properties: {} }), "90 04 0001 00 00")
  }],
  ["3.1.2-1", "the protocol name is MQTT", () => {
    five.refusesPackets(connect5({ protocolName: "MQIsdp" }))
    five.refusesBytes("server", "100e00044d5149730502003c0000 0163")
  }],
  ["3.1.2-2", "an unknown level is refused with its own code", () => {
    const { error } = Decoder.make({ role: "server" }).push(fromHex("100e00044d5154540602003c00000163"))
    assert.strictEqual(error?.reasonCode, 0x84)
  }],
  ["3.1.2-3", "the reserved connect flag is 0", () => five.refusesBytes("server", "100e00044d5154540503003c00000163")],
  ["3.1.2-9, 3.1.3-1", "the will stands behind the client identifier, before the user name", () => {
    five.both(
      connect5({ will: { ...will, properties: { willDelayInterval: 1 } }, username: "u", password: text("p") }),
      "10 20 00044d515454 05 c6 003c 00 000163 05 1800000001 000177 000178 000175 000170"
    )
  }],
  ["3.1.2-11, 3.1.2-13", "without a will its QoS and retain are 0", () => {
    five.refusesBytes("server", "100e00044d515454050a003c00000163", "100e00044d5154540522003c00000163")
  }],
  ["3.1.2-12", "the QoS of a will is 0, 1 or 2", () => {
    five.refusesPackets(connect5({ will: { ...will, qos: 3 as never } }))
    five.refusesBytes("server", "101500044d515454051e003c000001630000017700 0178")
  }],
  ["3.1.2-16, 3.1.2-17, 3.1.2-18, 3.1.2-19", "user name and password are there exactly when flagged", () => {
    five.both(connect5({}), "10 0e 00044d515454 05 02 003c 00 000163")
    five.both(connect5({ username: "u" }), "10 11 00044d515454 05 82 003c 00 000163 000175")
    five.both(connect5({ password: text("p") }), "10 11 00044d515454 05 42 003c 00 000163 000170")
    five.both(connect5({ username: "", password: text("p") }), "10 13 00044d515454 05 c2 003c 00 000163 0000 000170")
    five.refusesBytes("server", "100e00044d5154540582003c00000163", "101100044d5154540502003c00000163000175")
  }],
  ["3.1.3-3, 3.1.3-4", "the client identifier is there and a string, which may be empty", () => {
    five.both(connect5({ clientId: "" }), "10 0d 00044d515454 05 02 003c 00 0000")
    five.refusesBytes("server", "100b00044d5154540502003c00", "100e00044d5154540502003c000001ff")
    five.refusesPackets(...badTexts.map((clientId) => connect5({ clientId })))
  }],
  ["3.1.3-11, 3.1.3-12", "will topic and user name are strings", () => {
    five.refusesPackets(
      ...badTexts.flatMap((bad) => [connect5({ username: bad }), connect5({ will: { ...will, topic: bad } })])
    )
  }],
  ["3.2.2-1", "the acknowledge flags are 0 but for the last", () => five.refusesBytes("client", "2003020000")],
  ["3.2.2-6", "a refusal has Session Present 0", () => {
    five.refusesPackets(Packet.connAck({ sessionPresent: true, reasonCode: 0x87 }))
    five.refusesBytes("client", "2003018700")
  }],
  ["3.2.2-8", "CONNACK has a code of its own table", () => {
    five.refusesPackets(Packet.connAck({ reasonCode: 0x8d }))
    five.refusesBytes("client", "2003008d00")
  }],
  ["3.3.1-2, 4.3.1-1", "QoS 0 has DUP 0", () => {
    five.refusesPackets(publish({ dup: true }))
    five.refusesBytes("client", "380400017400")
  }],
  ["3.3.1-4", "there is no QoS 3", () => {
    five.refusesPackets(publish({ qos: 3 as never, packetId: 1 }))
    five.refusesBytes("client", "3606000174000100")
  }],
  ["3.3.2-1", "the topic name comes first and is a string", () => {
    five.both(publish({ topic: "a/b", qos: 1, packetId: 2, properties: {} }), "32 08 0003612f62 0002 00")
    five.refusesPackets(...badTexts.map((topic) => publish({ topic })))
  }],
  ["3.3.2-2, 4.7.0-1", "a topic name has no wildcard", () => {
    five.refusesPackets(publish({ topic: "a/+" }), publish({ topic: "#" }), connect5({ will: { ...will, topic: "+" } }))
    five.refusesBytes("client", "3006000361 2f2b00", "300400012300")
  }],
  ["3.3.2-8", "a topic alias is not 0", () => {
    five.refusesPackets(publish({ properties: { topicAlias: 0 } }))
    five.refusesBytes("client", "300700017403230000")
  }],
  ["3.3.2-13, 3.3.2-14", "a response topic is a string without wildcards", () => {
    five.refusesPackets(...[...badTexts, "+", "a/#"].map((bad) => publish({ properties: { responseTopic: bad } })))
    five.refusesBytes("client", "30080001740408 00012b", "30080001740408000100")
  }],
  ["3.3.2-19", "a content type is a string", () => {
    five.refusesPackets(...badTexts.map((bad) => publish({ properties: { contentType: bad } })))
    five.refusesBytes("client", "30080001740403000180")
  }],
  ["3.3.4-6", "a client sends no subscription identifier in PUBLISH", () => {
    five.refusesBytes("server", "3006000174020b01")
  }],
  ["3.4.2-1, 3.5.2-1, 3.6.2-1, 3.7.2-1", "acknowledgements have codes of their own tables", () => {
    for (const build of [Packet.pubAck, Packet.pubRec]) five.refusesPackets(build({ packetId: 1, reasonCode: 0x92 }))
    for (const build of [Packet.pubRel, Packet.pubComp]) five.refusesPackets(build({ packetId: 1, reasonCode: 0x10 }))
    five.refusesBytes("client", "4003000192", "5003000192", "6203000110", "7003000110")
  }],
  ["3.6.1-1, 3.8.1-1, 3.10.1-1", "PUBREL, SUBSCRIBE and UNSUBSCRIBE have flags 0010", () => {
    five.both(Packet.pubRel({ packetId: 1, reasonCode: 0, properties: {} }), "62 02 0001")
    five.refusesBytes("server", "60020001", "800700010000016100", "a00600010000 0161")
  }],
  ["3.8.3-1, 3.10.3-1", "filters are strings", () => {
    five.refusesPackets(...badTexts.flatMap((bad) => [subscribe(bad), unsubscribe(bad)]))
    five.refusesBytes("server", "820700010000018000", "a206000100000180")
  }],
  ["3.8.3-2, 3.10.3-2", "there is one filter at least", () => {
    five.refusesPackets({ ...subscribe("a"), subscriptions: [] }, { ...unsubscribe("a"), filters: [] })
    five.refusesBytes("server", "8203000100", "a203000100")
  }],
  ["3.8.3-4", "No Local does not go with a shared subscription", () => {
    five.refusesPackets(
      Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "$share/g/a", qos: 0, noLocal: true }] })
    )
    five.refusesBytes("server", "82100001 00 000a2473686172652f672f6104")
  }],
  ["3.8.3-5", "the reserved subscription options are 0", () => {
    five.refusesBytes("server", "820700010000016140", "820700010000016180")
  }],
  ["3.14.2-1", "DISCONNECT has a code of its own table", () => {
    five.refusesPackets(Packet.disconnect({ reasonCode: 0x84 }))
    five.refusesBytes("client", "e00184")
  }],
  ["3.14.2-2", "a server's DISCONNECT has no session expiry interval", () => {
    five.refusesBytes("client", "e00700051100000001")
  }],
  ["3.15.2-1", "AUTH has codes 0x00, 0x18 and 0x19", () => {
    const properties = { authenticationMethod: "M" }
    five.refusesPackets(Packet.auth({ reasonCode: 0x01, properties }), Packet.auth({ reasonCode: 0x87, properties }))
    five.refusesBytes("client", "f006010415 00014d")
  }],
  ["4.7.1-1, 4.7.1-2", "# stands last and alone in its level, + alone in its level", () => {
    five.refusesPackets(...["a#", "#/a", "a/#/b", "a+", "+a"].flatMap((bad) => [subscribe(bad), unsubscribe(bad)]))
  }],
  ["4.7.2-1", "a leading wildcard does not match topics that begin with $", () => {
    assert.isFalse(Topic.matches("#", "$SYS/a"))
    assert.isFalse(Topic.matches("+/a", "$SYS/a"))
    assert.isTrue(Topic.matches("$SYS/+", "$SYS/a"))
  }],
  ["4.7.3-1, 4.7.3-2, 4.7.3-3", "names and filters have 1 to 65535 bytes without U+0000", () => {
    const longest = "x".repeat(65_535)
    for (const good of [longest, "ü".repeat(32_767), "/"]) {
      assert.isTrue(Topic.isName(good) && Topic.isFilter(good))
      assert.isTrue(Either.isRight(Encoder.encode(publish({ topic: good }), 5)))
    }
    for (const bad of ["", "a\0", `${longest}x`, "ü".repeat(32_768)]) {
      assert.isFalse(Topic.isName(bad) || Topic.isFilter(bad))
      five.refusesPackets(publish({ topic: bad }), subscribe(bad), unsubscribe(bad))
    }
  }],
  ["4.7.3-4", "matching does not normalize", () => {
    assert.isFalse(Topic.matches("é".normalize("NFC"), "é".normalize("NFD")))
  }],
  ["4.8.2-1, 4.8.2-2", "a shared subscription has a group, free of / + #, and a filter", () => {
    five.refusesPackets(
      ...["$share/g", "$share//a", "$share/g/", "$share/+/a", "$share/g#/a"].flatMap((bad) => [
        subscribe(bad),
        unsubscribe(bad)
      ])
    )
    assert.isTrue(Either.isRight(Encoder.encode(subscribe("$share/g/a/#"), 5)))
  }]
]

const statements4: ReadonlyArray<Statement> = [
  ["1.5.3-1, 1.5.3-2, 1.5.3-3", "strings are well-formed UTF-8 without U+0000, U+FEFF is kept", () => {
    four.refusesBytes("client", "3003000180", "30050003eda080", "3003000100")
    four.refusesPackets(...badTexts.map((topic) => publish({ topic })))
    four.both(publish({ topic: "\ufeffa" }), "30 06 0004efbbbf61")
  }],
  ["2.2.2-1, 2.2.2-2", "reserved header flags have their value", () => {
    four.refusesBytes("client", "21020000", "41020001", "d100")
    four.refusesBytes("server", "c100", "e100")
  }],
  ["2.3.1-1", "packet identifiers are not 0", () => {
    four.refusesPackets(publish({ qos: 1, packetId: 0 }), { ...subscribe("a"), packetId: 0 })
    four.refusesBytes("server", "32050001740000", "8206000000016100", "a20500000001 61")
  }],
  ["2.3.1-5", "a PUBLISH of QoS 0 has no packet identifier", () => {
    four.both(publish({}), "30 03 000174")
    four.refusesPackets(publish({ packetId: 1 }))
  }],
  ["3.1.2-9, 3.1.2-11, 3.1.2-13, 3.1.2-14, 3.1.2-15", "the will's fields, QoS and retain agree with its flag", () => {
    four.both(
      connect4({ will: { ...will, qos: 2, retain: true } }),
      "10 13 00044d515454 04 36 003c 000163 000177 000178"
    )
    four.refusesBytes(
      "server",
      "100d00044d515454040a003c000163",
      "100d00044d5154540422003c000163",
      "101300044d515454041e003c000163000177000178",
      "100d00044d5154540406003c000163"
    )
    four.refusesPackets(connect4({ will: { ...will, qos: 3 as never } }))
  }],
  ["3.1.2-18, 3.1.2-19, 3.1.2-20, 3.1.2-21", "user name and password are there exactly when flagged", () => {
    four.both(connect4({}), "10 0d 00044d515454 04 02 003c 000163")
    four.both(connect4({ username: "u" }), "10 10 00044d515454 04 82 003c 000163 000175")
    four.both(connect4({ username: "u", password: text("p") }), "10 13 00044d515454 04 c2 003c 000163 000175 000170")
    four.refusesBytes("server", "100d00044d5154540482003c000163", "101000044d5154540402003c000163000175")
  }],
  ["3.1.2-22", "there is no password without a user name", () => {
    four.refusesPackets(connect4({ password: text("p") }))
    four.refusesBytes("server", "101000044d5154540442003c000163000170")
  }],
  ["3.1.3-1, 3.1.3-3, 3.1.3-4", "the client identifier comes first in the payload and is a string", () => {
    four.refusesPackets(...badTexts.map((clientId) => connect4({ clientId })))
    four.refusesBytes("server", "100a00044d5154540402003c")
  }],
  ["3.1.3-7", "an empty client identifier wants a clean session", () => {
    four.both(connect4({ clientId: "" }), "10 0c 00044d515454 04 02 003c 0000")
    four.refusesPackets(connect4({ clientId: "", cleanStart: false }))
    four.refusesBytes("server", "100c00044d5154540400003c0000")
  }],
  ["3.1.3-10, 3.1.3-11", "will topic and user name are strings", () => {
    four.refusesPackets(
      ...badTexts.flatMap((bad) => [connect4({ username: bad }), connect4({ will: { ...will, topic: bad } })])
    )
  }],
  ["3.2.2-4", "a refusal has Session Present 0", () => {
    four.refusesPackets(Packet.connAck({ sessionPresent: true, reasonCode: 5 }))
    four.refusesBytes("client", "20020105")
  }],
  ["3.3.1-2, 3.3.1-4", "QoS 0 has DUP 0, and there is no QoS 3", () => {
    four.refusesPackets(publish({ dup: true }), publish({ qos: 3 as never, packetId: 1 }))
    four.refusesBytes("client", "3803000174", "36050001740001")
  }],
  ["3.3.2-1, 3.3.2-2", "the topic name comes first, a string without wildcards", () => {
    four.both(publish({ topic: "a/b", qos: 2, packetId: 2 }), "34 07 0003612f62 0002")
    four.refusesPackets(publish({ topic: "a/+" }), publish({ topic: "#" }))
    four.refusesBytes("client", "3003000123", "300300012b")
  }],
  ["3.6.1-1, 3.8.1-1, 3.10.1-1", "PUBREL, SUBSCRIBE and UNSUBSCRIBE have flags 0010", () => {
    four.both(Packet.pubRel({ packetId: 1 }), "62 02 0001")
    four.both(subscribe("a"), "82 06 0001 000161 00")
    four.both(unsubscribe("a"), "a2 05 0001 000161")
    four.refusesBytes("server", "60020001", "8006000100016100", "a005000100 0161")
  }],
  ["3.8.3-1, 3.8.3-3, 3.10.3-1, 3.10.3-2", "filters are strings, one at least", () => {
    four.refusesPackets(...badTexts.flatMap((bad) => [subscribe(bad), unsubscribe(bad)]))
    four.refusesPackets({ ...subscribe("a"), subscriptions: [] }, { ...unsubscribe("a"), filters: [] })
    four.refusesBytes("server", "82020001", "a2020001")
  }],
  ["3.8.3-4", "the upper six bits of the QoS byte are 0, and it is at most 2", () => {
    four.refusesBytes("server", "8206000100016103", "8206000100016104", "8206000100016180")
  }],
  ["4.7.1-1, 4.7.1-2, 4.7.1-3", "wildcards stand in filters only, and fill whole levels", () => {
    four.refusesPackets(...["a#", "#/a", "a+"].flatMap((bad) => [subscribe(bad), unsubscribe(bad)]))
  }],
  ["4.7.3-1, 4.7.3-2, 4.7.3-3", "names and filters have 1 to 65535 bytes without U+0000", () => {
    const bad = ["", "a\0", "x".repeat(65_536)]
    four.refusesPackets(...bad.flatMap((topic) => [publish({ topic }), subscribe(topic), unsubscribe(topic)]))
  }]
]

for (const [version, statements] of [["5.0", statements5], ["3.1.1", statements4]] as const) {
  describe(`MQTT ${version}`, () => {
    for (const [numbers, says, holds] of statements) {
      it(`[${numbers.split(", ").map((number) => `MQTT-${number}`).join(", ")}] ${says}`, holds)
    }
  })
}
