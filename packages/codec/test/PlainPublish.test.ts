import { Decoder, Encoder, Packet, type Properties } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

// A PUBLISH that is all in one chunk is read by shorter ways than one in pieces. They must not differ in what they say.

const roles = [undefined, "client", "server"] as const

const encode = (packet: Packet.Publish, version: 4 | 5): Uint8Array =>
  Either.getOrThrow(Encoder.encode(packet, version)).slice()

const inOne = (bytes: Uint8Array, version: 4 | 5, role: Decoder.Options["role"]): Decoder.Result =>
  Decoder.make({ version, role }).push(bytes.slice())

const inTwo = (bytes: Uint8Array, version: 4 | 5, role: Decoder.Options["role"]): Decoder.Result => {
  const decoder = Decoder.make({ version, role })
  const { packets } = decoder.push(bytes.slice(0, 1))
  const { error, packets: others } = decoder.push(bytes.slice(1))
  return { packets: [...packets, ...others], error }
}

const assertSame = (bytes: Uint8Array, version: 4 | 5): void => {
  for (const role of roles) {
    assert.deepStrictEqual(inOne(bytes, version, role), inTwo(bytes, version, role), Buffer.from(bytes).toString("hex"))
  }
}

const propertiesOf = (bytes: Uint8Array): Properties.PublishProperties | undefined => {
  const { error, packets: [packet] } = inOne(bytes, 5, "client")
  assert.isUndefined(error)
  return packet?._tag === "Publish" ? packet.properties : undefined
}

const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = value
  return copy
}

const topic = "home/hall"
const payload = Uint8Array.of(1, 2, 3)

const every: Properties.PublishProperties = {
  payloadFormatIndicator: 1,
  messageExpiryInterval: 4_000_000_000,
  contentType: "text/plain",
  topicAlias: 300,
  responseTopic: "reply/client-17/on",
  correlationData: Uint8Array.of(9, 8, 7),
  userProperties: [["trace", "id-1"], ["span", ""], ["", "s"], ["unit", "a b"], ["unit", "celsius"]],
  subscriptionIdentifiers: [5]
}

/** What bytes turn into: the edges of lengths and flags, identifiers of properties, and characters of each kind. */
const replacements = [0, 1, 2, 3, 5, 8, 9, 0x0b, 0x11, 0x20, 0x23, 0x26, 0x2b, 0x2c, 0x7f, 0x80, 0xc3, 0xff]

describe("a PUBLISH in one chunk and in two", () => {
  for (const version of [4, 5] as const) {
    for (const qos of [0, 1] as const) {
      const packet = Packet.publish({
        topic,
        payload,
        qos,
        ...(qos === 0 ? {} : { packetId: 258 }),
        ...(version === 4 ? {} : { properties: every })
      })
      const bytes = encode(packet, version)

      it(`is the same with any byte changed, version ${version}, QoS ${qos}`, () => {
        for (let at = 0; at < bytes.length; at++) {
          for (const value of replacements) assertSame(changed(bytes, at, value), version)
        }
      })

      it(`is the same with its end cut off, version ${version}, QoS ${qos}`, () => {
        const headBytes = (bytes[1] ?? 0) < 0x80 ? 2 : 3
        for (let length = 0; length < Math.min(bytes.length - headBytes, 128); length++) {
          assertSame(Uint8Array.of(bytes[0] ?? 0, length, ...bytes.slice(headBytes, headBytes + length)), version)
        }
      })
    }
  }

  it("is the same with its properties cut off anywhere, whatever stands behind them", () => {
    const head = encode(Packet.publish({ topic, payload: new Uint8Array(0) }), 5).length
    const block = encode(Packet.publish({ topic, payload: new Uint8Array(0), properties: every }), 5).slice(head)
    assert.deepStrictEqual([...block.slice(0, 3)], [0x01, 0x01, 0x02])
    for (const behind of [[], Array.from("a text that is as good as any", (character) => character.charCodeAt(0))]) {
      for (let length = 0; length < block.length; length++) {
        const body = [0, 1, 0x74, length, ...block.slice(0, length), ...behind]
        assertSame(
          Uint8Array.of(0x30, ...(body.length < 0x80 ? [body.length] : [body.length & 0x7f | 0x80, 1]), ...body),
          5
        )
      }
    }
  })

  it("is the same with a subscription identifier of three bytes, the last of which may be a property as well", () => {
    // A content type of 770 characters; one byte earlier begins another one, which ends where this does.
    const properties = { subscriptionIdentifiers: [3 << 14], contentType: "c".repeat(770) }
    const block = [0x0b, 0x80, 0x80, 0x03, 0x03, 0x03, 0x02, ...Array.from({ length: 770 }, () => 0x63)]
    const length = (bytes: number): ReadonlyArray<number> => [bytes & 0x7f | 0x80, bytes >> 7]
    const bytes = Uint8Array.of(0x30, ...length(block.length + 5), 0, 1, 0x74, ...length(block.length), ...block)
    assertSame(bytes, 5)
    assert.deepStrictEqual(propertiesOf(bytes), properties)
  })

  it("is the same with a block of properties of any length", () => {
    for (const length of [1, 2, 126, 127, 128, 129, 255, 256, 16_000, 16_383, 16_384, 16_400]) {
      const contentType = "c".repeat(Math.max(0, length - 3))
      const bytes = encode(Packet.publish({ topic, payload, properties: { contentType } }), 5)
      assertSame(bytes, 5)
      assert.strictEqual(propertiesOf(bytes)?.contentType, contentType)
    }
  })

  it("is the same with each property twice, side by side and apart", () => {
    const names = Object.keys(every) as ReadonlyArray<keyof Properties.PublishProperties>
    const blockOf = (name: keyof Properties.PublishProperties): ReadonlyArray<number> => {
      const bytes = encode(
        Packet.publish({ topic: "t", payload: new Uint8Array(0), properties: { [name]: every[name] } }),
        5
      )
      return [...bytes.slice(6)]
    }
    for (const name of names) {
      for (const between of [[], ...names.filter((other) => other !== name).map(blockOf)]) {
        const block = [...blockOf(name), ...between, ...blockOf(name)]
        if (block.length < 0x78) {
          assertSame(Uint8Array.of(0x30, 4 + block.length, 0, 1, 0x74, block.length, ...block), 5)
        }
      }
    }
  })

  it("has its subscription identifier, whatever its size", () => {
    for (const identifier of [1, 127, 128, 1023, 1024, 16_383, 16_384, 268_435_455]) {
      for (const others of [{}, { contentType: "text/plain" }]) {
        const properties = { ...others, subscriptionIdentifiers: [identifier] }
        const bytes = encode(Packet.publish({ topic, payload, properties }), 5)
        assertSame(bytes, 5)
        assert.deepStrictEqual(propertiesOf(bytes), properties)
      }
    }
  })
})

describe("user properties", () => {
  const pairs = (count: number): Array<Properties.UserProperty> =>
    Array.from({ length: count }, (_, index) => [`name-${index}`, `${index}`])

  it("are as many as were sent, in their order", () => {
    for (let count = 1; count <= 20; count++) {
      const userProperties = pairs(count)
      const bytes = encode(Packet.publish({ topic, payload, properties: { userProperties } }), 5)
      assert.deepStrictEqual(propertiesOf(bytes), { userProperties })
    }
  })

  it("belong to their message alone", () => {
    const bytes = encode(Packet.publish({ topic, payload, properties: { userProperties: pairs(3) } }), 5)
    const first = propertiesOf(bytes)
    const second = propertiesOf(bytes)
    assert.deepStrictEqual(first, second)
    assert.notStrictEqual(first?.userProperties, second?.userProperties)
  })
})

describe("a chunk of many", () => {
  const one = (text: string): Uint8Array => encode(Packet.publish({ topic: text, payload }), 4)

  /** A packet among others, at a place of the memory that is not its beginning. */
  const among = (bytes: Uint8Array): Uint8Array => {
    const others = Array.from({ length: 40 }, () => one(topic))
    return new Uint8Array(Buffer.concat([Buffer.alloc(7), ...others, bytes, ...others])).subarray(7)
  }

  const amongOthers = (bytes: Uint8Array) => {
    const { error, packets } = Decoder.make({ version: 4 }).push(among(bytes))
    return { error: error?._tag, offset: error?.offset, packet: packets[40] }
  }

  it("has the topics that others have, of any length", () => {
    for (let length = 1; length <= 60; length++) {
      const text = "home/kitchen/lamp-".repeat(4).slice(0, length)
      assert.deepStrictEqual(amongOthers(one(text)).packet, Packet.publish({ topic: text, payload }))
    }
  })

  it("has what is rare in a topic, and refuses what must not be there, wherever it stands", () => {
    for (let length = 1; length <= 21; length++) {
      for (let at = 0; at < length; at++) {
        for (const byte of [0x00, 0x01, 0x20, 0x23, 0x2b, 0x2c, 0x7f, 0x80, 0xff]) {
          const bytes = changed(one("a".repeat(length)), 4 + at, byte)
          const { error, packets: [packet] } = inTwo(bytes, 4, undefined)
          assert.deepStrictEqual(amongOthers(bytes), { error: error?._tag, offset: error?.offset, packet })
        }
      }
    }
  })
})
