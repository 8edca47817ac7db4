import { Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { readFileSync } from "node:fs"
import type { Version } from "./sessionRig.ts"
import * as Rig from "./sessionRig.ts"

interface Row {
  readonly name: string
  readonly version: Version
  readonly bytes: Uint8Array
  readonly code: number
  readonly limit?: number
}

const fromHex = (hex: string) => Uint8Array.from(hex.trim().split(" "), (byte) => Number.parseInt(byte, 16))

/** What the decoder refuses, by case: the rows of the codec's own test that a client can be sent. */
const ofDecoder = readFileSync(new URL("../../codec/test/fixtures/bad-input.txt", import.meta.url), "utf8")
  .split("## ").slice(1).flatMap((section): ReadonlyArray<Row> => {
    const [title = "", ...lines] = section.trim().split("\n")
    return lines.map((line) => line.split(" | ")).flatMap(([reader = "", name = "", hex = "", error = ""]) => {
      const match = /^(client|limited)([45])$/.exec(reader)
      const version: Version = match?.[2] === "4" ? 4 : 5
      return match === null ? [] : [{
        name: `${title}: ${name}`,
        version,
        bytes: fromHex(hex),
        code: Number.parseInt(/ 0x([0-9a-f]+) /.exec(error)?.[1] ?? "", 16),
        ...(match[1] === "limited" ? { limit: 16 } : {})
      }]
    })
  })

const good = (version: Version) =>
  Either.getOrThrow(Encoder.encode(Packet.publish({ topic: "next", payload: Rig.bytes("x") }), version))

/** Whole, with a good packet behind, byte by byte, and cut at every place with a good packet behind. */
const deliveries = (version: Version, bytes: Uint8Array): ReadonlyArray<ReadonlyArray<Uint8Array>> => [
  [bytes.slice()],
  [Uint8Array.of(...bytes, ...good(version))],
  [...Array.from(bytes, (byte) => Uint8Array.of(byte)), good(version)],
  ...Array.from(bytes, (_, at) => [bytes.slice(0, at), Uint8Array.of(...bytes.subarray(at), ...good(version))])
]

type SessionRig = ReturnType<typeof Rig.make>

const refuses = (row: Row, prepare: (rig: SessionRig) => void) => {
  for (const chunks of deliveries(row.version, row.bytes)) {
    const rig = Rig.make(row.version, row.limit === undefined ? {} : { maxPacketBytes: row.limit })
    prepare(rig)
    rig.sent()
    const before = rig.messages.length
    for (const chunk of chunks) rig.receiveBytes(chunk)
    const sent = rig.sent()
    assert.deepStrictEqual(
      sent.map((packet) => packet._tag === "Disconnect" ? packet.reasonCode : packet._tag),
      row.version === 5 ? [row.code] : []
    )
    assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
    assert.isTrue(rig.session.ended()?.retryable)
    assert.instanceOf(rig.session.ended()?.cause, Error)
    assert.strictEqual(rig.messages.length, before)
  }
}

describe("bad input ends the link with its reason code, and nothing behind it is looked at", () => {
  it("of all 42 cases", () => {
    const source = readFileSync(new URL(import.meta.url), "utf8")
    const bySession = Array.from(source.matchAll(/"(\d+)(?: and (\d+))?: /g)).flatMap(([, ...numbers]) => numbers)
    const cases = [...ofDecoder.map(({ name }) => Number.parseInt(name)), ...bySession.map(Number)]
    assert.sameMembers(
      [...new Set(cases)].filter((one) => one > 0),
      Array.from({ length: 42 }, (_, index) => index + 1)
    )
  })

  it.each(ofDecoder)("$name", (row) => refuses(row, (rig) => rig.connect()))

  const announced = { properties: { topicAliasMaximum: 2, receiveMaximum: 2 } }
  const authenticated = { properties: { authenticationMethod: "M" } }

  const ready = (rig: SessionRig) => rig.connect({}, announced)
  const letIn = (rig: SessionRig) => {
    rig.open(authenticated)
    rig.connAck(authenticated)
    rig.session.authenticate(0, undefined)
  }
  const subscribing = (rig: SessionRig) => {
    rig.connect()
    rig.session.subscribe(0, { _tag: "Subscribe", subscriptions: [{ filter: "a", qos: 0 }] }, () => {})
  }
  const publishing = (qos: 1 | 2) => (rig: SessionRig) => {
    rig.connect()
    rig.publish("a", qos)
  }
  const full = (rig: SessionRig) => {
    // The rig's session takes as many as its own option says, whatever the CONNECT announces.
    ready(rig)
    for (let id = 1; id <= 64; id++) rig.receive(Rig.incoming("t", id))
  }

  const bySession: ReadonlyArray<readonly [string, Version, number, (rig: SessionRig) => void, Packet.Packet]> = [
    ["13: identifier in use", 5, 0x82, (rig) => {
      ready(rig)
      rig.receive(Rig.incoming("t", 7))
    }, Rig.incoming("u", 7)],
    ["13: identifier in use by the other QoS", 5, 0x82, (rig) => {
      ready(rig)
      rig.receive(Rig.incoming("t", 7, 2))
    }, Rig.incoming("u", 7, 1)],
    ["13: identifier in use, without DUP", 4, 0, (rig) => {
      rig.connect()
      rig.receive(Rig.incoming("t", 7))
    }, Rig.incoming("u", 7)],
    [
      "25: alias above the maximum",
      5,
      0x94,
      ready,
      Packet.publish({ topic: "t", payload: Rig.bytes(""), properties: { topicAlias: 3 } })
    ],
    [
      "26: alias although none was announced",
      5,
      0x94,
      (rig) => rig.connect(),
      Packet.publish({
        topic: "t",
        payload: Rig.bytes(""),
        properties: { topicAlias: 1 }
      })
    ],
    ["27: alias that was never defined", 5, 0x82, (rig) => {
      ready(rig)
      rig.receive(Packet.publish({ topic: "t", payload: Rig.bytes(""), properties: { topicAlias: 1 } }))
    }, Packet.publish({ topic: "", payload: Rig.bytes(""), properties: { topicAlias: 2 } })],
    ["35: a second CONNACK", 5, 0x82, ready, Packet.connAck()],
    ["35: a second CONNACK", 4, 0, (rig) => rig.connect(), Packet.connAck()],
    ["37: SUBACK with too many codes", 5, 0x82, subscribing, Packet.subAck({ packetId: 1, reasonCodes: [0, 0] })],
    ["37: SUBACK with too many codes", 4, 0, subscribing, Packet.subAck({ packetId: 1, reasonCodes: [0, 0] })],
    ["38: UNSUBACK for SUBSCRIBE", 5, 0x82, subscribing, Packet.unsubAck({ packetId: 1, reasonCodes: [0] })],
    ["38: PUBACK for QoS 2", 5, 0x82, publishing(2), Packet.pubAck({ packetId: 1 })],
    ["38: PUBACK for QoS 2", 4, 0, publishing(2), Packet.pubAck({ packetId: 1 })],
    ["38: PUBREC for QoS 1", 5, 0x82, publishing(1), Packet.pubRec({ packetId: 1 })],
    ["38: SUBACK for PUBLISH", 5, 0x82, publishing(1), Packet.subAck({ packetId: 1, reasonCodes: [0] })],
    ["38: UNSUBACK for PUBLISH", 4, 0, publishing(2), Packet.unsubAck({ packetId: 1 })],
    ["38: PUBACK for SUBSCRIBE", 5, 0x82, subscribing, Packet.pubAck({ packetId: 1 })],
    ["38: PUBREC for SUBSCRIBE", 5, 0x82, subscribing, Packet.pubRec({ packetId: 1 })],
    ["38: PUBREC that refuses a SUBSCRIBE", 5, 0x82, subscribing, Packet.pubRec({ packetId: 1, reasonCode: 0x80 })],
    ["38: PUBCOMP for SUBSCRIBE", 4, 0, subscribing, Packet.pubComp({ packetId: 1 })],
    ["38: PUBCOMP before PUBREC", 5, 0x82, publishing(2), Packet.pubComp({ packetId: 1 })],
    ["39: more in flight than announced", 5, 0x93, full, Rig.incoming("u", 65)],
    [
      "40: AUTH where no method was agreed",
      5,
      0x82,
      ready,
      Packet.auth({
        reasonCode: 0x18,
        properties: { authenticationMethod: "M" }
      })
    ],
    [
      "40: AUTH outside an exchange",
      5,
      0x82,
      letIn,
      Packet.auth({
        reasonCode: 0x18,
        properties: { authenticationMethod: "M" }
      })
    ],
    ["40: success outside an exchange", 5, 0x82, letIn, Packet.auth({ reasonCode: 0, ...authenticated })]
  ]

  it.each(bySession)(
    "%s, in version %i",
    (name, version, code, prepare, packet) =>
      refuses({ name, version, code, bytes: Rig.bytesOf(version, packet) }, prepare)
  )

  describe("before the CONNACK it just closes", () => {
    const early: ReadonlyArray<readonly [string, Version, Uint8Array]> = [
      ["1: packet type 0", 5, Uint8Array.of(0, 0)],
      ["12: a CONNACK of 3.1.1 that accepts 5.0", 5, fromHex("20 02 00 00")],
      ["34: Session Present after a clean start", 5, fromHex("20 03 01 00 00")],
      ["34: Session Present after a clean start", 4, fromHex("20 02 01 00")],
      ["34: Session Present in a refusal", 5, fromHex("20 03 01 87 00")],
      ["35: PUBLISH first", 5, Rig.bytesOf(5, Packet.publish({ topic: "t", payload: Rig.bytes("") }))],
      ["35: PINGRESP first", 4, fromHex("d0 00")],
      ["35: DISCONNECT first", 5, fromHex("e0 01 8b")],
      [
        "40: AUTH without a method",
        5,
        Rig.bytesOf(
          5,
          Packet.auth({
            reasonCode: 0x18,
            properties: { authenticationMethod: "M" }
          })
        )
      ]
    ]
    it.each(early)("%s, in version %i", (name, version, bytes) => {
      for (const chunks of deliveries(version, bytes)) {
        const rig = Rig.make(version)
        rig.open({ cleanStart: true })
        for (const chunk of chunks) rig.receiveBytes(chunk)
        assert.deepStrictEqual(rig.tags(), [], name)
        assert.strictEqual(rig.ended(), "ConnectError.ProtocolError")
        assert.strictEqual(rig.connections(), 0)
        assert.deepStrictEqual(rig.messages, [])
      }
    })
  })

  it("16 and 17: byte order marks, controls and non-characters are kept", () => {
    const rig = Rig.make()
    rig.connect()
    rig.receive(Packet.publish({ topic: "\uFEFFa\u0001\uFFFF", payload: Rig.bytes("") }))
    assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["\uFEFFa\u0001\uFFFF"])
    assert.isUndefined(rig.ended())
  })

  it.each<Version>([4, 5])(
    "42: a link that ends inside a packet is just a link that ended, in version %i",
    (version) => {
      const bytes = Rig.bytesOf(version, Rig.incoming("topic", 7))
      for (let cut = 1; cut < bytes.length; cut++) {
        const rig = Rig.make(version)
        rig.connect()
        rig.receiveBytes(bytes.slice(0, cut))
        rig.session.lost()
        assert.isUndefined(rig.ended())
        // Nothing of it is left for the next link.
        rig.connect({ sessionPresent: rig.session.hasState() })
        rig.receive(Rig.incoming("topic", 7))
        assert.deepStrictEqual(rig.messages.map(({ topic }) => topic), ["topic"])
        assert.isUndefined(rig.ended())
      }
    }
  )

  it("41: a payload that is not the text it says is handed on", () => {
    const rig = Rig.make()
    rig.connect()
    rig.receive(Packet.publish({ topic: "t", payload: Uint8Array.of(0xff), properties: { payloadFormatIndicator: 1 } }))
    assert.strictEqual(rig.messages.length, 1)
    assert.isUndefined(rig.ended())
  })
})
