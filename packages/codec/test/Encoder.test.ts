import { Decoder, Encoder, Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { toHex } from "./support/neutral.ts"

const payload = new TextEncoder().encode("21.5")
const message = Packet.publish({ topic: "home/kitchen", payload })

const refusal = (packet: Packet.Packet, version: ProtocolVersion.ProtocolVersion): string =>
  Either.match(Encoder.encode(packet, version), {
    onLeft: (error) => `${error._tag} 0x${error.reasonCode.toString(16)} ${error.specSection}`,
    onRight: (bytes) => `encoded ${toHex(bytes)}`
  })

const joined = (pieces: ReadonlyArray<Uint8Array>): string => pieces.map(toHex).join("")

describe("Encoder.encode", () => {
  const subscription = { filter: "a", qos: 0 } as const
  const connect = (fields: Partial<Omit<Packet.Connect, "_tag" | "protocolName">>) =>
    Packet.connect({ clientId: "c", ...fields })
  for (
    const [name, packet, version, expected] of [
      ["half a surrogate pair", { ...message, topic: "a\ud800" }, 5, "MalformedPacket 0x81 1.5.4"],
      ["half a pair in a long text", { ...message, topic: "x".repeat(40) + "\udc00" }, 4, "MalformedPacket 0x81 1.5.3"],
      ["U+0000", connect({ clientId: "a\0" }), 5, "MalformedPacket 0x81 1.5.4"],
      ["a text above 65 535 bytes", { ...message, topic: "ü".repeat(32_768) }, 5, "ProtocolViolation 0x82 1.5"],
      ["a topic with a wildcard", { ...message, topic: "a/#" }, 5, "ProtocolViolation 0x90 3.3.2.1"],
      ["an empty topic", { ...message, topic: "" }, 5, "ProtocolViolation 0x90 4.7.3"],
      ["QoS 1 without an identifier", { ...message, qos: 1 }, 5, "ProtocolViolation 0x82 2.2.1"],
      ["QoS 0 with an identifier", { ...message, packetId: 1 }, 4, "ProtocolViolation 0x82 2.3.1"],
      ["a duplicate of QoS 0", { ...message, dup: true }, 5, "MalformedPacket 0x81 3.3.1.1"],
      ["properties in 3.1.1", { ...message, properties: { topicAlias: 1 } }, 4, "ProtocolViolation 0x82 2.3"],
      ["a code in 3.1.1", Packet.pubAck({ packetId: 1, reasonCode: 0x87 }), 4, "ProtocolViolation 0x82 2.3"],
      ["AUTH in 3.1.1", Packet.auth({ reasonCode: 0 }), 4, "ProtocolViolation 0x82 2.2.1"],
      ["CONNECT of another version", connect({ protocolVersion: 4 }), 5, "ProtocolViolation 0x84 3.1.2.2"],
      [
        "a password without user name in 3.1.1",
        connect({ protocolVersion: 4, password: payload }),
        4,
        "MalformedPacket 0x81 3.1.2.9"
      ],
      ["a keep alive out of range", connect({ keepAlive: 65_536 }), 5, "ProtocolViolation 0x82 1.5"],
      ["a fraction", connect({ keepAlive: 1.5 }), 5, "ProtocolViolation 0x82 1.5"],
      ["Receive Maximum 0", connect({ properties: { receiveMaximum: 0 } }), 5, "ProtocolViolation 0x82 3.1.2.11"],
      [
        "a property of another packet",
        { ...message, properties: { receiveMaximum: 1 } } as Packet.Publish,
        5,
        "MalformedPacket 0x81 3.3.2.3"
      ],
      ["a code of another packet", Packet.pubAck({ packetId: 1, reasonCode: 0x92 }), 5, "ProtocolViolation 0x82 2.4"],
      ["no filter", Packet.subscribe({ packetId: 1, subscriptions: [] }), 5, "ProtocolViolation 0x82 3.8.3"],
      [
        "a filter that is not valid",
        Packet.subscribe({ packetId: 1, subscriptions: [{ ...subscription, filter: "a#" }] }),
        5,
        "ProtocolViolation 0x8f 4.7.1"
      ],
      [
        "subscription options in 3.1.1",
        Packet.subscribe({ packetId: 1, subscriptions: [{ ...subscription, noLocal: true }] }),
        4,
        "ProtocolViolation 0x82 3.8.3"
      ],
      ["UNSUBACK without codes in 5", Packet.unsubAck({ packetId: 1 }), 5, "ProtocolViolation 0x82 3.11.3"]
    ] as ReadonlyArray<readonly [string, Packet.Packet, ProtocolVersion.ProtocolVersion, string]>
  ) {
    it(`refuses ${name}`, () => assert.strictEqual(refusal(packet, version), expected))
  }

  it("takes undefined fields as absent, and empty properties as none in 3.1.1", () => {
    const packet = Packet.publish({ topic: "t", payload, packetId: undefined, properties: {} })
    assert.strictEqual(refusal(packet, 4), "encoded 3007000174" + toHex(payload))
    assert.strictEqual(
      refusal({ ...packet, properties: { contentType: undefined } }, 5),
      "encoded 300800017400" + toHex(payload)
    )
  })

  it("fails with PacketTooLarge above the limit of the peer, and not at it", () => {
    const size = Either.getOrThrow(Encoder.encode(message, 5)).length
    assert.isTrue(Either.isRight(Encoder.encode(message, 5, { maxPacketBytes: size })))
    const error = Either.getOrThrow(Either.flip(Encoder.encode(message, 5, { maxPacketBytes: size - 1 })))
    assert.strictEqual(error._tag, "PacketTooLarge")
    assert.deepInclude(error, { sizeBytes: size, maxBytes: size - 1, reasonCode: 0x95 })
  })

  it("gives bytes that later calls do not touch", () => {
    const first = Either.getOrThrow(Encoder.encode(message, 5))
    const before = toHex(first)
    for (let round = 0; round < 5000; round++) Encoder.encode({ ...message, topic: `other/${round}` }, 5)
    assert.strictEqual(toHex(first), before)
  })
})

describe("Encoder.encode, in the shortest form", () => {
  for (
    const [name, packet, version, expected] of [
      ["empty lists say nothing", Packet.pubAck({ packetId: 1, properties: { userProperties: [] } }), 5, "40020001"],
      ["a code of success says nothing in 3.1.1", Packet.pubAck({ packetId: 1, reasonCode: 0 }), 4, "40020001"],
      ["a return code of 3.1.1 has no properties behind it", Packet.connAck({ reasonCode: 1 }), 5, "20020001"],
      ["a reason code of CONNACK has", Packet.connAck({ reasonCode: 0x87 }), 5, "2003008700"]
    ] as const
  ) {
    it(name, () => assert.strictEqual(refusal(packet, version), `encoded ${expected}`))
  }

  it("lets a packet of exactly the maximum pass", () => {
    const packets = [
      message,
      { ...message, properties: { topicAlias: 1 } },
      { ...message, payload: new Uint8Array(20_000) },
      Packet.pubAck({ packetId: 1 }),
      Packet.subscribe({ packetId: 1, subscriptions: [{ filter: "a", qos: 0 }] })
    ]
    for (const packet of packets) {
      const maxPacketBytes = Either.getOrThrow(Encoder.encode(packet, 5)).length
      assert.isTrue(Either.isRight(Encoder.encode(packet, 5, { maxPacketBytes })))
      const error = Either.getOrThrow(Either.flip(Encoder.encode(packet, 5, { maxPacketBytes: maxPacketBytes - 1 })))
      assert.deepInclude(error, { _tag: "PacketTooLarge", sizeBytes: maxPacketBytes, maxBytes: maxPacketBytes - 1 })
    }
  })
})

describe("Encoder.encodeInto", () => {
  const bytesOf = (packet: Packet.Packet): string => toHex(Either.getOrThrow(Encoder.encode(packet, 5)))

  it("puts packets one behind the other into one piece", () => {
    const output = Encoder.makeOutput()
    for (let round = 0; round < 3; round++) assert.strictEqual(Encoder.encodeInto(output, message, 5), undefined)
    assert.strictEqual(output.pendingBytes, bytesOf(message).length * 3 / 2)
    const pieces = output.take()
    assert.strictEqual(pieces.length, 1)
    assert.strictEqual(joined(pieces), bytesOf(message).repeat(3))
    assert.strictEqual(output.pendingBytes, 0)
    assert.deepStrictEqual(output.take(), [])
  })

  it("hands a large payload on without copying it, in its place", () => {
    const large = Packet.publish({ topic: "t", payload: new Uint8Array(20_000).fill(9) })
    const output = Encoder.makeOutput()
    for (const packet of [message, large, message]) Encoder.encodeInto(output, packet, 5)
    const pieces = output.take()
    assert.strictEqual(pieces.length, 3)
    assert.strictEqual(pieces[1], large.payload)
    assert.strictEqual(joined(pieces), bytesOf(message) + bytesOf(large) + bytesOf(message))
  })

  it("takes no output of other makers", () => {
    const foreign = { pendingBytes: 0, take: () => [], release: () => {} }
    assert.throws(() => Encoder.encodeInto(foreign, message, 5), TypeError, "Encoder.makeOutput")
  })

  it("leaves an output as it was when it refuses a packet", () => {
    const output = Encoder.makeOutput()
    Encoder.encodeInto(output, message, 5)
    const error = Encoder.encodeInto(output, { ...message, topic: "x".repeat(9000) + "#" }, 5)
    assert.strictEqual(error?._tag, "ProtocolViolation")
    assert.strictEqual(Encoder.encodeInto(output, message, 5, { maxPacketBytes: 4 })?._tag, "PacketTooLarge")
    Encoder.encodeInto(output, Packet.pingReq, 5)
    assert.strictEqual(joined(output.take()), bytesOf(message) + "c000")
  })

  it("refuses a payload that is no array, as untyped programs have it, and goes on", () => {
    const output = Encoder.makeOutput()
    const lengths = [-1, 0.5, NaN, "3"].map((length) => ({ length }))
    for (const payload of [5, true, {}, ...lengths, new ArrayBuffer(4), new DataView(new ArrayBuffer(4))]) {
      for (const topic of ["t", "ü"]) {
        const packet = { ...message, topic, payload } as Packet.Packet // which no compiler takes: the point of the test
        assert.strictEqual(refusal(packet, 5), "ProtocolViolation 0x82 1.5")
        assert.strictEqual(refusal(message, 5), `encoded ${bytesOf(message)}`)
        assert.strictEqual(Encoder.encodeInto(output, packet, 5)?._tag, "ProtocolViolation")
        assert.strictEqual(output.pendingBytes, 0)
      }
    }
  })

  it("throws where a packet is no packet, instead of saying that it is encoded, and goes on", () => {
    const output = Encoder.makeOutput()
    const packet = { _tag: "Subscribe", packetId: 1 } as Packet.Packet // which no compiler takes: the point of the test
    assert.throws(() => Encoder.encodeInto(output, packet, 5), TypeError)
    assert.throws(() => Encoder.encode(packet, 5), TypeError)
    Encoder.encodeInto(output, message, 5)
    assert.strictEqual(joined(output.take()), bytesOf(message))
  })

  it("keeps what waits before a large payload when it is released too early", () => {
    const large = Packet.publish({ topic: "t", payload: new Uint8Array(20_000).fill(9) })
    const output = Encoder.makeOutput()
    Encoder.encodeInto(output, large, 5)
    output.release()
    Encoder.encodeInto(output, message, 5)
    assert.strictEqual(joined(output.take()), bytesOf(large) + bytesOf(message))
  })

  it("keeps what was taken until it is released, and reuses its memory then", () => {
    const output = Encoder.makeOutput()
    Encoder.encodeInto(output, message, 5)
    const [first] = output.take()
    Encoder.encodeInto(output, { ...message, topic: "another" }, 5)
    output.release() // too early: encoded bytes wait
    const [second] = output.take()
    assert.strictEqual(toHex(first ?? new Uint8Array(0)), bytesOf(message))
    assert.strictEqual(toHex(second ?? new Uint8Array(0)), bytesOf({ ...message, topic: "another" }))
    output.release()
    Encoder.encodeInto(output, message, 5)
    const [third] = output.take()
    assert.strictEqual(third?.buffer, first?.buffer)
    assert.strictEqual(third?.byteOffset, first?.byteOffset)
  })

  it("keeps no memory that only one large packet needed", () => {
    const output = Encoder.makeOutput()
    const properties = { userProperties: Array.from({ length: 4 }, () => ["k", "v".repeat(50_000)] as const) }
    Encoder.encodeInto(output, { ...message, properties }, 5)
    output.take()
    output.release()
    Encoder.encodeInto(output, message, 5)
    const [next] = output.take()
    assert.strictEqual(toHex(next ?? new Uint8Array(0)), bytesOf(message))
    assert.isAtMost(next?.buffer.byteLength ?? Infinity, 65_536)
  })

  it("grows over every size of slab without losing a byte", () => {
    const output = Encoder.makeOutput()
    let expected = ""
    for (let round = 0; round < 400; round++) {
      const size = (round * 37) % 1500
      const packet = Packet.publish({
        topic: round % 3 === 0 ? "ü".repeat(70) : `t/${round}`,
        payload: new Uint8Array(size).fill(round),
        properties: round % 5 === 0 ? { userProperties: [["k", "é".repeat(round % 90)]] } : {}
      })
      assert.strictEqual(Encoder.encodeInto(output, packet, 5), undefined)
      expected += bytesOf(packet)
      if (round % 50 === 49) {
        assert.strictEqual(joined(output.take()), expected)
        expected = ""
        if (round % 100 === 99) output.release()
      }
    }
  })

  it("gives a decoder back what went in", () => {
    const output = Encoder.makeOutput()
    const packets = Array.from(
      { length: 50 },
      (_, index) => Packet.publish({ topic: `t/${index}`, payload: new Uint8Array(index * 100), properties: {} })
    )
    for (const packet of packets) Encoder.encodeInto(output, packet, 5)
    const decoder = Decoder.make({ version: 5 })
    assert.deepStrictEqual(output.take().flatMap((piece) => decoder.push(piece).packets), packets)
  })
})
