import { Decoder, Encoder, Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { fromHex, toHex } from "./support/neutral.ts"

/** Bytes of the figures and tables of the two standards, completed to whole packets where a figure shows a part. */
interface Example {
  readonly section: string
  readonly version: ProtocolVersion.ProtocolVersion
  readonly hex: string
  readonly packet: Packet.Packet
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const will = { topic: "w", payload: text("x"), qos: 1, retain: false } as const

const examples: ReadonlyArray<Example> = [
  {
    section: "5 §1.5.4: A and U+2A6D4 as a UTF-8 string",
    version: 5,
    hex: "30 08 00 05 41 f0 aa 9b 94 00",
    packet: Packet.publish({ topic: "A\u{2a6d4}", payload: text(""), properties: {} })
  },
  {
    section: "5 §1.5.4: U+FEFF is kept",
    version: 5,
    hex: "30 07 00 04 ef bb bf 61 00",
    packet: Packet.publish({ topic: "\ufeffa", payload: text(""), properties: {} })
  },
  {
    section: "311 §3.1.2: variable header of CONNECT, Figure 3.6",
    version: 4,
    hex: "10 1a 00 04 4d 51 54 54 04 ce 00 0a 00 00 00 01 77 00 01 78 00 03 62 6f 62 00 01 70",
    packet: Packet.connect({
      protocolVersion: 4,
      keepAlive: 10,
      clientId: "",
      will,
      username: "bob",
      password: text("p")
    })
  },
  {
    section: "5 §3.1.2.12: variable header of CONNECT with a session expiry of 10, Figure 3-6",
    version: 5,
    hex: "10 21 00 04 4d 51 54 54 05 ce 00 0a 05 11 00 00 00 0a 00 00 00 00 01 77 00 01 78 00 03 62 6f 62 00 01 70",
    packet: Packet.connect({
      keepAlive: 10,
      clientId: "",
      will: { ...will, properties: {} },
      username: "bob",
      password: text("p"),
      properties: { sessionExpiryInterval: 10 }
    })
  },
  {
    section: "311 §3.2: CONNACK",
    version: 4,
    hex: "20 02 01 00",
    packet: Packet.connAck({ sessionPresent: true })
  },
  {
    section: "5 §3.2.2.3: CONNACK with properties of each width",
    version: 5,
    hex: "20 11 00 00 0e 24 01 21 00 0a 27 00 01 00 00 12 00 01 63",
    packet: Packet.connAck({
      properties: { maximumQoS: 1, receiveMaximum: 10, maximumPacketSize: 65_536, assignedClientIdentifier: "c" }
    })
  },
  {
    section: "311 §3.3.2: PUBLISH a/b with packet identifier 10, Figure 3.11",
    version: 4,
    hex: "32 07 00 03 61 2f 62 00 0a",
    packet: Packet.publish({ topic: "a/b", qos: 1, packetId: 10, payload: text("") })
  },
  {
    section: "5 §3.3.2.4: PUBLISH a/b with packet identifier 10 and no properties, Figure 3-9",
    version: 5,
    hex: "32 08 00 03 61 2f 62 00 0a 00",
    packet: Packet.publish({ topic: "a/b", qos: 1, packetId: 10, payload: text(""), properties: {} })
  },
  {
    section: "5 §3.4.2.1: PUBACK, success without code and properties",
    version: 5,
    hex: "40 02 00 0a",
    packet: Packet.pubAck({ packetId: 10, reasonCode: 0, properties: {} })
  },
  {
    section: "311 §3.6.1: PUBREL has flags 0010",
    version: 4,
    hex: "62 02 00 0a",
    packet: Packet.pubRel({ packetId: 10 })
  },
  {
    section: "311 §3.8.3: SUBSCRIBE a/b QoS 1, c/d QoS 2, Figure 3.23",
    version: 4,
    hex: "82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 64 02",
    packet: Packet.subscribe({
      packetId: 10,
      subscriptions: [{ filter: "a/b", qos: 1 }, { filter: "c/d", qos: 2 }]
    })
  },
  {
    section: "5 §3.8.3: the same with options, Figure 3-21, and a subscription identifier of two bytes",
    version: 5,
    hex: "82 12 00 0a 03 0b 80 01 00 03 61 2f 62 01 00 03 63 2f 64 2e",
    packet: Packet.subscribe({
      packetId: 10,
      subscriptions: [
        { filter: "a/b", qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        { filter: "c/d", qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }
      ],
      properties: { subscriptionIdentifiers: [128] }
    })
  },
  {
    section: "311 §3.9.3: SUBACK with QoS 0, QoS 2 and failure, Figure 3.26",
    version: 4,
    hex: "90 05 00 0a 00 02 80",
    packet: Packet.subAck({ packetId: 10, reasonCodes: [0x00, 0x02, 0x80] })
  },
  {
    section: "311 §3.10.3: UNSUBSCRIBE a/b, c/d, Figure 3.30",
    version: 4,
    hex: "a2 0c 00 0a 00 03 61 2f 62 00 03 63 2f 64",
    packet: Packet.unsubscribe({ packetId: 10, filters: ["a/b", "c/d"] })
  },
  {
    section: "5 §3.11.3: UNSUBACK with codes",
    version: 5,
    hex: "b0 05 00 0a 00 00 11",
    packet: Packet.unsubAck({ packetId: 10, reasonCodes: [0x00, 0x11], properties: {} })
  },
  { section: "311 §3.12", version: 4, hex: "c0 00", packet: Packet.pingReq },
  { section: "311 §3.13", version: 4, hex: "d0 00", packet: Packet.pingResp },
  { section: "311 §3.14", version: 4, hex: "e0 00", packet: Packet.disconnect() },
  {
    section: "5 §3.14.2.1: DISCONNECT, normal without code and properties",
    version: 5,
    hex: "e0 00",
    packet: Packet.disconnect({ reasonCode: 0, properties: {} })
  },
  {
    section: "5 §3.15: AUTH, continue",
    version: 5,
    hex: "f0 10 18 0e 15 00 05 53 43 52 41 4d 16 00 03 01 02 03",
    packet: Packet.auth({
      reasonCode: 0x18,
      properties: { authenticationMethod: "SCRAM", authenticationData: Uint8Array.of(1, 2, 3) }
    })
  }
]

describe("examples of the specification", () => {
  for (const { hex, packet, section, version } of examples) {
    const compact = hex.replaceAll(" ", "")
    it(`${section} is read`, () => {
      assert.deepStrictEqual(Decoder.make({ version }).push(fromHex(compact)), { packets: [packet], error: undefined })
    })
    it(`${section} is written`, () => {
      assert.strictEqual(toHex(Either.getOrThrow(Encoder.encode(packet, version))), compact)
    })
  }

  // Table 1-1 of 5 (2.4 of 3.1.1): the bounds of each width of a variable byte integer.
  for (
    const [remaining, hex] of [
      [127, "7f"],
      [128, "8001"],
      [16_383, "ff7f"],
      [16_384, "808001"],
      [2_097_151, "ffff7f"],
      [2_097_152, "80808001"]
    ] as const
  ) {
    it(`a Remaining Length of ${remaining} is ${hex}`, () => {
      const packet = Packet.publish({ topic: "t", payload: new Uint8Array(remaining - 3) })
      const bytes = Either.getOrThrow(Encoder.encode(packet, 4))
      assert.strictEqual(toHex(bytes.subarray(1, 1 + hex.length / 2)), hex)
      assert.strictEqual(bytes.length, 1 + hex.length / 2 + remaining)
      assert.deepStrictEqual(Decoder.make({ version: 4 }).push(bytes).packets, [packet])
    })
  }
})
