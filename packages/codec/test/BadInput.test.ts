import { type CodecError, Decoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fromHex } from "./support/neutral.ts"

const client5 = { version: 5, role: "client" } as const
const client4 = { version: 4, role: "client" } as const
const server = { role: "server" } as const

const readers: Readonly<Record<string, Decoder.Options | undefined>> = {
  client4,
  client5,
  either: undefined,
  server,
  server4: { version: 4, role: "server" },
  server5: { version: 5, role: "server" },
  limited4: { ...client4, maxPacketBytes: 16 },
  limited5: { ...client5, maxPacketBytes: 16 }
}

interface Case {
  readonly title: string
  readonly rows: ReadonlyArray<readonly [reader: string, name: string, hex: string, error: string, detail: string]>
}

const cases: ReadonlyArray<Case> = readFileSync(new URL("./fixtures/bad-input.txt", import.meta.url), "utf8")
  .split("## ").slice(1).map((section) => {
    const [title = "", ...lines] = section.trim().split("\n")
    const rows = lines.map((line) => line.split(" | ")).map((
      [reader = "", name = "", hex = "", error = "", detail = ""]
    ) => [reader, name, hex, error, detail] as const)
    return { title, rows }
  })

const facts = ({ _tag, offset, packetType, reasonCode, specSection }: CodecError.CodecError): string =>
  `${_tag} 0x${reasonCode.toString(16)} ${specSection} ${offset} ${packetType ?? "-"}`

const good = fromHex("4003000100")

/** The bytes whole, with a good packet behind them, byte by byte, and cut once at every place. */
const deliveries = (bytes: Uint8Array): ReadonlyArray<ReadonlyArray<Uint8Array>> => [
  [bytes.slice()],
  [Uint8Array.of(...bytes, ...good)],
  Array.from(bytes, (byte) => Uint8Array.of(byte)),
  ...Array.from(bytes, (_, at) => [bytes.slice(0, at), Uint8Array.of(...bytes.subarray(at), ...good)])
]

const refuses = (reader: string, hex: string, expected: string, detail: string): void => {
  for (const chunks of deliveries(fromHex(hex.replaceAll(" ", "")))) {
    const decoder = Decoder.make(readers[reader])
    let error: CodecError.CodecError | undefined
    for (const chunk of chunks) {
      const result = decoder.push(chunk)
      assert.deepStrictEqual(result.packets, [])
      error = result.error
    }
    assert.strictEqual(error && facts(error), expected)
    assert.strictEqual(error?.detail, detail)
    // It stays stopped, keeps nothing, and says why again.
    assert.strictEqual(decoder.pendingBytes, 0)
    assert.deepStrictEqual(decoder.push(good), { packets: [], error })
  }
}

describe("bad input", () => {
  it("has 42 numbered cases", () => {
    const numbers = cases.map(({ title }) => Number.parseInt(title)).filter((number) => !Number.isNaN(number))
    assert.deepStrictEqual(numbers, Array.from({ length: 42 }, (_, index) => index + 1))
  })

  for (const { rows, title } of cases) {
    if (rows.length === 0) continue // accepted below, or the session's alone
    describe(`case ${title}`, () => {
      for (const [reader, name, hex, error, detail] of rows) {
        it(`${name}: ${detail}`, () => refuses(reader, hex, error, detail))
      }
    })
  }

  const accepts = (hex: string, packet: Packet.Packet, options: Decoder.Options = client5) => {
    const bytes = fromHex(hex.replaceAll(" ", ""))
    for (const chunks of [[bytes.slice()], Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
      const decoder = Decoder.make(options)
      const results = chunks.map((chunk) => decoder.push(chunk))
      assert.deepStrictEqual(results.flatMap(({ packets }) => packets), [packet])
      assert.isTrue(results.every(({ error }) => error === undefined))
    }
  }
  const payload = new Uint8Array(0)

  it("case 16: a byte order mark is kept, at the beginning and inside", () => {
    accepts("30 0a 00 07 ef bb bf 61 ef bb bf 00", Packet.publish({ topic: "\ufeffa\ufeff", payload, properties: {} }))
  })

  it("case 17: controls and non-characters are accepted", () => {
    const topic = "\u0001\u007f\u0085\ufdd0\uffff"
    accepts("30 0d 00 0a 01 7f c2 85 ef b7 90 ef bf bf 00", Packet.publish({ topic, payload, properties: {} }))
  })

  it("case 14: the first and last characters of each length are read, beside a replacement character", () => {
    const topic = "\u0080\u07ff\u0800\u0fff\u1000\ud7ff\ue000\ufffd\uffff\u{10000}\u{3ffff}\u{40000}\u{10ffff}"
    const bytes = new TextEncoder().encode(topic)
    const hex = Buffer.from([0x30, bytes.length + 3, 0, bytes.length, ...bytes, 0]).toString("hex")
    accepts(hex, Packet.publish({ topic, payload, properties: {} }))
  })

  it("case 26: a topic alias is read: the session knows what was announced", () => {
    accepts("30 07 00 01 74 03 23 ff ff", Packet.publish({ topic: "t", payload, properties: { topicAlias: 65_535 } }))
  })

  it("case 27: an empty topic with an alias is read: the session knows what it stands for", () => {
    accepts("30 06 00 00 03 23 00 07", Packet.publish({ topic: "", payload, properties: { topicAlias: 7 } }))
  })

  it("case 21: a subscription identifier may repeat in PUBLISH, a user property anywhere", () => {
    const properties = { subscriptionIdentifiers: [1, 128] }
    accepts("30 09 00 01 74 05 0b 01 0b 80 01", Packet.publish({ topic: "t", payload, properties }))
    accepts(
      "40 12 00 01 00 0e 26 00 01 61 00 01 62 26 00 01 61 00 01 62",
      Packet.pubAck({ packetId: 1, reasonCode: 0, properties: { userProperties: [["a", "b"], ["a", "b"]] } })
    )
  })

  it("case 41: a payload is handed on, whatever its indicator promises", () => {
    const properties = { payloadFormatIndicator: 1 }
    accepts("30 07 00 01 74 02 01 01 ff", Packet.publish({ topic: "t", payload: Uint8Array.of(0xff), properties }))
  })

  it("the short forms of 5.0 are read", () => {
    for (const [first, tag] of [["40", "PubAck"], ["50", "PubRec"], ["62", "PubRel"], ["70", "PubComp"]] as const) {
      accepts(`${first} 02 00 01`, { _tag: tag, packetId: 1, reasonCode: 0, properties: {} })
      accepts(`${first} 03 00 01 00`, { _tag: tag, packetId: 1, reasonCode: 0, properties: {} })
      accepts(`${first} 04 00 01 00 00`, { _tag: tag, packetId: 1, reasonCode: 0, properties: {} })
    }
    accepts("62 03 00 01 92", Packet.pubRel({ packetId: 1, reasonCode: 0x92, properties: {} }))
    accepts("e0 00", Packet.disconnect({ reasonCode: 0, properties: {} }))
    accepts("e0 01 8b", Packet.disconnect({ reasonCode: 0x8b, properties: {} }))
    accepts("e0 02 8b 00", Packet.disconnect({ reasonCode: 0x8b, properties: {} }))
    accepts("f0 00", Packet.auth({ reasonCode: 0, properties: {} }))
  })

  it("a Remaining Length longer than it needs is tolerated in 3.1.1", () => {
    accepts("40 82 00 00 01", Packet.pubAck({ packetId: 1 }), client4)
    accepts("40 82 80 80 00 00 01", Packet.pubAck({ packetId: 1 }), client4)
    const connect = Packet.connect({ protocolVersion: 4, clientId: "c" })
    accepts("10 8d 00 00 04 4d 51 54 54 04 02 00 3c 00 01 63", connect, server)
  })
})
