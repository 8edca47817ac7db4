import { type CodecError, Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex } from "./support/neutral.ts"

const push = (hex: string, options: Decoder.Options) => Decoder.make(options).push(fromHex(hex.replaceAll(" ", "")))

/** The facts of an error that callers act on. */
const refusal = (hex: string, options: Decoder.Options = { version: 5 }): string => {
  const { error, packets } = push(hex, options)
  assert.deepStrictEqual(packets, [])
  return error === undefined ? "accepted" : `${error._tag} 0x${error.reasonCode.toString(16)} ${error.specSection}`
}

describe("Decoder", () => {
  it("delivers what stood before a bad packet, and nothing after it", () => {
    const decoder = Decoder.make({ version: 5 })
    const first = decoder.push(fromHex("d000d000" + "0000" + "d000"))
    assert.deepStrictEqual(first.packets, [Packet.pingResp, Packet.pingResp])
    assert.strictEqual(first.error?._tag, "MalformedPacket")
    const second = decoder.push(fromHex("d000"))
    assert.deepStrictEqual(second, { packets: [], error: first.error })
  })

  it("tells how much of an unfinished packet it holds", () => {
    const decoder = Decoder.make({ version: 5 })
    const seen = ["d0", "00", "d000 30", "09 00 01", "61 00", "62 62 62 62 62", "30 03 00", "05 61", "d000"].map(
      (hex) => {
        decoder.push(fromHex(hex.replaceAll(" ", "")))
        return decoder.pendingBytes
      }
    )
    assert.deepStrictEqual(seen, [1, 0, 1, 4, 6, 0, 3, 0, 0])
  })

  it("names section, code, place and packet in an error, and says it in words", () => {
    const error = push("30 05 00 03 61 2f 23", { version: 4 }).error as CodecError.CodecError
    assert.strictEqual(error._tag, "ProtocolViolation")
    assert.deepInclude(error, {
      specSection: "3.3.2.1",
      reasonCode: 0x90,
      offset: 7,
      packetType: "Publish",
      version: 4
    })
    assert.strictEqual(
      error.message,
      "PUBLISH refused at byte 7: a topic name with a wildcard (MQTT 3.1.1 section 3.3.2.1)"
    )
  })

  it("points at the ill-formed byte of a string", () => {
    assert.strictEqual(push("30 06 00 04 61 c3 28 62", { version: 4 }).error?.offset, 5)
  })

  it("finds what a topic must not hold wherever it stands, in topics of any length", () => {
    const topicWith = (length: number, place: number, byte: number): string | undefined => {
      const packet = new Uint8Array(4 + length).fill(0x61)
      packet.set([0x30, 2 + length, 0, length])
      packet[4 + place] = byte
      return Decoder.make({ version: 4 }).push(packet).error?.detail
    }
    for (let length = 1; length <= 40; length++) {
      for (let place = 0; place < length; place++) {
        assert.strictEqual(topicWith(length, place, 0x00), "a string contains U+0000")
        assert.strictEqual(topicWith(length, place, 0x2b), "a topic name with a wildcard")
        assert.strictEqual(topicWith(length, place, 0x80), "a string is not well-formed UTF-8")
        assert.strictEqual(topicWith(length, place, 0x7e), undefined)
      }
    }
  })

  it("puts no content of a packet into messages", () => {
    const { error } = push("10 15 00 04 4d 51 54 54 05 c2 00 3c 00 00 00 00 01 75 00 0a 7a 7a 7a", { version: 5 })
    assert.notInclude(error?.message ?? "zzz", "zzz")
    assert.strictEqual(error?._tag, "MalformedPacket")
  })

  describe("limits", () => {
    it("refuses a packet above the maximum before its bytes are there", () => {
      const { error } = push("30 80 08", { version: 5, maxPacketBytes: 1026 })
      assert.strictEqual(error?._tag, "PacketTooLarge")
      assert.deepInclude(error as CodecError.PacketTooLarge, { reasonCode: 0x95, sizeBytes: 1027, maxBytes: 1026 })
    })

    it("lets a packet of exactly the maximum pass", () => {
      assert.deepStrictEqual(push("30 80 08", { version: 5, maxPacketBytes: 1027 }), { packets: [], error: undefined })
    })

    it("refuses a packet above the maximum that is there as a whole", () => {
      const hex = "30 0f 00 01 74 00 01 02 03 04 05 06 07 08 09 0a 0b"
      assert.strictEqual(refusal(hex, { version: 5, maxPacketBytes: 16 }), "PacketTooLarge 0x95 3.1.2.11.4")
    })

    it("has a maximum of 16 MiB by default", () => {
      assert.strictEqual(push("30 fb ff ff 07", { version: 5 }).error, undefined)
      assert.strictEqual(push("30 fc ff ff 07", { version: 5 }).error?._tag, "PacketTooLarge")
    })

    it("stops at the fourth byte of an endless Remaining Length", () => {
      assert.strictEqual(refusal("30 ff ff ff"), "accepted")
      assert.strictEqual(refusal("30 ff ff ff ff"), "MalformedPacket 0x81 2.1.4")
    })

    it("refuses a Remaining Length that is longer than it needs in 5, and tolerates it in 3.1.1", () => {
      assert.strictEqual(refusal("d0 80 00"), "MalformedPacket 0x81 1.5.5")
      assert.deepStrictEqual(push("d0 80 00", { version: 4 }).packets, [Packet.pingResp])
      assert.strictEqual(
        refusal("10 8e 00 00 04 4d 51 54 54 05 02 00 3c 00 00 01 63", { role: "server" }),
        "MalformedPacket 0x81 1.5.5"
      )
    })
  })

  describe("versions", () => {
    const connect4 = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 63"
    const connect5 = "10 0e 00 04 4d 51 54 54 05 02 00 3c 00 00 01 63"

    it("learns the version from CONNECT", () => {
      const decoder = Decoder.make({ role: "server" })
      assert.strictEqual(decoder.version, undefined)
      const { packets } = decoder.push(fromHex((connect4 + "40020001").replaceAll(" ", "")))
      assert.deepStrictEqual(packets[1], { _tag: "PubAck", packetId: 1 })
      assert.strictEqual(decoder.version, 4)
    })

    it("learns the version from a CONNECT that is not first where it has no role", () => {
      const decoder = Decoder.make()
      const { packets } = decoder.push(fromHex(("d0 00" + connect4 + "40020001").replaceAll(" ", "")))
      assert.deepStrictEqual(packets[2], { _tag: "PubAck", packetId: 1 })
      assert.strictEqual(decoder.version, 4)
    })

    it("wants CONNECT first where it has to learn the version", () => {
      assert.strictEqual(refusal("c0 00", { role: "server" }), "ProtocolViolation 0x82 3.1")
      assert.deepStrictEqual(push("c0 00", { role: "server", version: 4 }).packets, [Packet.pingReq])
    })

    it("refuses a CONNECT of another version than the one it was told or has learned", () => {
      assert.strictEqual(refusal(connect4, { version: 5, role: "server" }), "ProtocolViolation 0x84 3.1.2.2")
      const { error, packets } = push(connect4 + connect5, { role: "server" })
      assert.strictEqual(packets.length, 1)
      assert.strictEqual(error?.reasonCode, 0x84)
    })

    it("reads 5 on the client's side unless told otherwise", () => {
      assert.deepStrictEqual(push("40020001", { role: "client" }).packets, [
        { _tag: "PubAck", packetId: 1, reasonCode: 0, properties: {} }
      ])
    })

    it("reads a CONNACK of 3.1.1 shape in a 5.0 connection, without properties", () => {
      assert.deepStrictEqual(push("20 02 00 01", { version: 5, role: "client" }).packets, [
        { _tag: "ConnAck", sessionPresent: false, reasonCode: 1 }
      ])
    })
  })

  describe("directions", () => {
    for (const [name, hex] of [["CONNACK", "20020000"], ["SUBACK", "9003000100"], ["PINGRESP", "d000"]] as const) {
      it(`a server refuses ${name}`, () => {
        assert.strictEqual(refusal(hex, { version: 4, role: "server" }), "ProtocolViolation 0x82 2.2.1")
      })
    }
    for (
      const [name, hex] of [["SUBSCRIBE", "8206000100016100"], ["PINGREQ", "c000"], ["DISCONNECT", "e000"]] as const
    ) {
      it(`a client refuses ${name} in 3.1.1`, () => {
        assert.strictEqual(refusal(hex, { version: 4, role: "client" }), "ProtocolViolation 0x82 2.2.1")
      })
    }

    it("a client refuses what only a client may say in DISCONNECT and AUTH", () => {
      const client = { version: 5, role: "client" } as const
      assert.strictEqual(refusal("e0 01 04", client), "ProtocolViolation 0x82 3.14.2.1")
      assert.strictEqual(refusal("e0 07 00 05 11 00 00 00 01", client), "ProtocolViolation 0x82 3.14.2.2.2")
      assert.strictEqual(refusal("f0 06 19 04 15 00 01 4d", client), "ProtocolViolation 0x82 3.15.2.1")
    })

    it("a decoder without a role takes what either side may say in DISCONNECT and AUTH, a server what a client may", () => {
      // The third is a shutdown, of which only servers are to speak: it ends the connection all the same, and keeps the session.
      const sayings = [
        "e0 01 04",
        "e0 07 00 05 11 00 00 00 01",
        "e0 07 8b 05 11 00 00 00 01",
        "f0 06 19 04 15 00 01 4d"
      ]
      for (const hex of sayings) {
        for (const role of ["server", undefined] as const) {
          assert.isUndefined(push(hex, { version: 5, role }).error, hex)
        }
      }
      for (const hex of ["e0 06 00 04 1c 00 01 61", "f0 06 00 04 15 00 01 4d", "f0 00"]) {
        for (const role of ["client", undefined] as const) {
          assert.isUndefined(push(hex, { version: 5, role }).error, hex)
        }
      }
    })

    it("the decoder of a client needs no role", () => {
      const decoder = Decoder.makeClient()
      assert.deepStrictEqual(decoder.push(fromHex("d000")).packets, [Packet.pingResp])
      assert.strictEqual(decoder.version, 5)
      assert.strictEqual(decoder.push(fromHex("8206000100016100")).error?._tag, "ProtocolViolation")
    })

    it("a server refuses subscription identifiers in PUBLISH", () => {
      assert.strictEqual(
        refusal("30 06 00 01 74 02 0b 01", { version: 5, role: "server" }),
        "ProtocolViolation 0x82 3.3.4"
      )
    })
  })

  // The rows of the decoder in the behaviour reference, section 27, that no role decides.
  for (
    const [name, hex, expected] of [
      ["a field past the end", "30 04 00 05 61 62", "MalformedPacket 0x81 4.13.1"],
      ["bytes left over", "40 05 00 01 00 00 00", "MalformedPacket 0x81 4.13.1"],
      ["packet identifier 0", "40 02 00 00", "ProtocolViolation 0x82 2.2.1"],
      ["an unknown property", "30 06 00 01 74 02 04 00", "MalformedPacket 0x81 2.2.2.2"],
      ["a property of another packet", "40 09 00 01 00 05 11 00 00 00 01", "MalformedPacket 0x81 3.4.2.2"],
      ["a property twice", "30 08 00 01 74 04 01 00 01 00", "ProtocolViolation 0x82 3.3.2.3"],
      ["a flag above 1", "30 06 00 01 74 02 01 02", "ProtocolViolation 0x82 3.3.2.3"],
      ["Receive Maximum 0", "20 06 00 00 03 21 00 00", "ProtocolViolation 0x82 3.2.2.3"],
      ["Maximum Packet Size 0", "20 08 00 00 05 27 00 00 00 00", "ProtocolViolation 0x82 3.2.2.3"],
      ["Topic Alias 0", "30 07 00 01 74 03 23 00 00", "ProtocolViolation 0x94 3.3.2.3"],
      ["Subscription Identifier 0", "30 06 00 01 74 02 0b 00", "ProtocolViolation 0x82 3.3.2.3"],
      ["an empty topic without alias", "30 03 00 00 00", "ProtocolViolation 0x82 4.7.3"],
      ["an empty response topic", "30 07 00 01 74 03 08 00 00", "ProtocolViolation 0x82 3.3.2.3.5"],
      ["authentication data alone", "20 07 00 00 04 16 00 01 64", "ProtocolViolation 0x82 3.2.2.3.18"],
      ["AUTH without a method", "f0 02 18 00", "ProtocolViolation 0x82 3.15.2.2.2"],
      ["a session in a refusal", "20 03 01 87 00", "ProtocolViolation 0x82 3.2.2.1.1"],
      ["a code of another packet", "40 03 00 01 92", "ProtocolViolation 0x82 3.4.2.1"],
      ["SUBACK without codes", "90 03 00 01 00", "ProtocolViolation 0x82 3.9.3"],
      ["retain handling 3", "82 07 00 01 00 00 01 61 30", "ProtocolViolation 0x82 3.8.3.1"],
      [
        "No Local on a shared filter",
        "82 10 00 01 00 00 0a 24 73 68 61 72 65 2f 67 2f 61 04",
        "ProtocolViolation 0x82 3.8.3.1"
      ],
      ["a filter with # inside", "82 09 00 01 00 00 03 61 23 62 00", "ProtocolViolation 0x8f 4.7.1"],
      [
        "a shared filter without filter",
        "82 0e 00 01 00 00 08 24 73 68 61 72 65 2f 67 00",
        "ProtocolViolation 0x8f 4.8.2"
      ]
    ] as const
  ) {
    it(`refuses ${name}`, () => assert.strictEqual(refusal(hex), expected))
  }

  it("reads a SUBACK of 3.1.1 that refuses with a code of 5.0, as ejabberd sends it, as a failure", () => {
    assert.deepStrictEqual(push("90 04 00 01 01 8f", { version: 4 }).packets, [
      Packet.subAck({ packetId: 1, reasonCodes: [1, 0x80] })
    ])
    assert.strictEqual(refusal("90 03 00 01 03", { version: 4 }), "ProtocolViolation 0x82 3.9.3")
    assert.strictEqual(refusal("90 03 00 01 84", { version: 4 }), "ProtocolViolation 0x82 3.9.3")
  })

  it("accepts an empty topic with an alias, which the session resolves", () => {
    assert.deepStrictEqual(push("30 07 00 00 03 23 00 07 61", { version: 5 }).packets, [
      Packet.publish({ topic: "", payload: fromHex("61"), properties: { topicAlias: 7 } })
    ])
  })

  it("reads a subscription identifier that stands alone, whatever its size, and cannot be led to change that of another packet", () => {
    const identifiers = ([1, 127, 128, 1023, 1024, 16384] as const).flatMap((identifier) => {
      const packet = Encoder.encode({
        _tag: "Publish",
        dup: false,
        qos: 0,
        retain: false,
        topic: "t",
        payload: Uint8Array.of(7),
        properties: { subscriptionIdentifiers: [identifier] }
      }, 5)
      const bytes = Either.getOrThrow(packet)
      const decoder = Decoder.make({ role: "client", version: 5 })
      return [...decoder.push(bytes).packets, ...decoder.push(bytes).packets]
    })
    const read = identifiers.map((packet) =>
      packet._tag === "Publish" ? packet.properties?.subscriptionIdentifiers : []
    )
    assert.deepStrictEqual(
      read,
      [1, 1, 127, 127, 128, 128, 1023, 1023, 1024, 1024, 16384, 16384].map((identifier) => [identifier])
    )
    for (const shared of [read[0], read[4]]) assert.throws(() => Object.assign(shared ?? {}, [2]), TypeError)
  })

  it("refuses what only begins like a subscription identifier that stands alone", () => {
    for (const block of ["0b 00", "0b 80", "0b 80 00", "0b ff 00", "0b 05 01", "0b 05 23", "0b 05 0b"]) {
      const bytes = block.split(" ").length
      const { error, packets } = push(`30 0${bytes + 5} 00 01 74 0${bytes} ${block} 07`, { version: 5 })
      assert.strictEqual(packets.length, 0)
      assert.isDefined(error)
    }
  })

  it("accepts U+FFFD and control characters as the characters they are", () => {
    const { packets } = push("30 07 00 05 ef bf bd 01 7f", { version: 4 })
    assert.deepStrictEqual(packets, [Packet.publish({ topic: "\ufffd\u0001\u007f", payload: new Uint8Array(0) })])
  })
})
