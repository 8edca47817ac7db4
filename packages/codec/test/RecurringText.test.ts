import { Decoder, Encoder, Packet, type Properties } from "@effect-mqtt/codec"
import { assert, it } from "@effect/vitest"
import { Either } from "effect"
import { nativeText } from "../src/internal/nativeText.ts"

/** More than the table has slots. */
const many = 6000

const ascii = new TextEncoder()

const bytesOf = (topic: string): Uint8Array =>
  Either.getOrThrow(Encoder.encode(Packet.publish({ topic, payload: Uint8Array.of(1) }), 4)).slice()

/** Topics as a decoder reads them, each in a chunk of its own, which is overwritten afterwards. */
const readAll = (topics: Iterable<string>): Array<string | undefined> => {
  const decoder = Decoder.make({ version: 4, role: "client" })
  return Array.from(topics, (topic) => {
    const chunk = bytesOf(topic)
    const [packet] = decoder.push(chunk).packets
    chunk.fill(0x7a)
    return packet?._tag === "Publish" ? packet.topic : undefined
  })
}

/** Each text three times: the first time it is new, the second time it is kept, and then it is found. */
const thrice = (texts: ReadonlyArray<string>): Array<string> => [...texts, ...texts, ...texts]

/** Topics as a decoder reads them from chunks with many packets, which are overwritten afterwards. */
const readStream = (topics: ReadonlyArray<string>): Array<string | undefined> => {
  const decoder = Decoder.make({ version: 4, role: "client" })
  return Array.from({ length: Math.ceil(topics.length / 500) }, (_, part) => {
    const chunk = Uint8Array.from(topics.slice(part * 500, part * 500 + 500).flatMap((topic) => [...bytesOf(topic)]))
    const { packets } = decoder.push(chunk)
    chunk.fill(0x7a)
    return packets.map((packet) => packet._tag === "Publish" ? packet.topic : undefined)
  }).flat()
}

const multiplier = 0x9e3779b1

/** Undoes a multiplication by `multiplier`, as Newton's method finds it modulo 2^32. */
const inverse = Array.from({ length: 5 }).reduce<number>(
  (found) => Math.imul(found, 2 - Math.imul(multiplier, found)),
  multiplier
)

/** Texts of 16 bytes that begin like one of that length, and whose hashes are made of its hash. */
const forge = (
  text: string,
  count: number,
  hashFor: (hash: number, index: number) => number
): ReadonlyArray<string> => {
  const wordsOf = (text: string): ReadonlyArray<number> => [...new Int32Array(ascii.encode(text).buffer)]
  const mix = (hash: number, word: number): number => Math.imul(hash ^ word, multiplier)
  const unmix = (hash: number): number => Math.imul(hash, inverse)
  const [first = 0, second = 0, third = 0, fourth = 0] = wordsOf(text)
  const even = mix(0, first)
  const odd = mix(0, second)
  const joined = (third: number): number => mix(16, mix(even, third))
  const hash = mix(joined(third), mix(odd, fourth))
  return Array.from({ length: many }, (_, index) => {
    const [other = 0] = wordsOf(String(1000 + index))
    // The last word may be chosen to undo any difference.
    const last = unmix(unmix(hashFor(hash, index)) ^ joined(other)) ^ odd
    return String.fromCharCode(...new Uint8Array(Int32Array.of(first, second, other, last).buffer))
  }).filter((text) => /^[,-~]*$/.test(text)).slice(0, count)
}

const withOneHash = (text: string, count: number): ReadonlyArray<string> => forge(text, count, (hash) => hash)

/** The highest bits of a hash are the slot. */
const inOneSlot = (text: string, count: number): ReadonlyArray<string> =>
  forge(text, count, (hash, index) => hash ^ (index + 1) << 1)

/** How often the platform is asked to make a string while something is done. */
const askedDuring = (run: () => void): number => {
  const platform: { readAscii: typeof nativeText.readAscii } = nativeText
  const { readAscii } = platform
  let asked = 0
  platform.readAscii = (bytes, start, end) => {
    asked++
    return readAscii(bytes, start, end)
  }
  try {
    run()
  } finally {
    platform.readAscii = readAscii
  }
  return asked
}

/** Values of a user property as a decoder reads them. */
const readValues = (values: Iterable<string>): Array<string | undefined> => {
  const decoder = Decoder.make({ version: 5, role: "client" })
  return Array.from(values, (value) => {
    const properties = { userProperties: [["", value] as const] }
    const packet = Packet.publish({ topic: "t", payload: Uint8Array.of(1), properties })
    const [decoded] = decoder.push(Either.getOrThrow(Encoder.encode(packet, 5)).slice()).packets
    return decoded?._tag === "Publish" ? decoded.properties?.userProperties?.[0]?.[1] : undefined
  })
}

/** How many strings of two characters and more are made of their codes while something is done. */
const madeDuring = (run: () => void): number => {
  const { fromCharCode } = String
  let made = 0
  String.fromCharCode = (...codes) => {
    if (codes.length > 1) made++
    return fromCharCode(...codes)
  }
  try {
    run()
  } finally {
    String.fromCharCode = fromCharCode
  }
  return made
}

it("makes a text of 4 to 12 bytes twice, however often it comes", () => {
  // In pieces of four and eight bytes.
  const made = [3, 4, 8, 11, 12].map((length) => {
    const value = "Word-that-no-test-has-used".slice(-length)
    return madeDuring(() => readValues(Array.from({ length: 6 }, () => value)))
  })
  assert.deepStrictEqual(made, [6, 2, 2, 4, 4])
})

it("makes a text twice whatever other properties stand before and behind it", () => {
  const others: ReadonlyArray<Properties.PublishProperties> = [
    { payloadFormatIndicator: 1 },
    { messageExpiryInterval: 4_000_000_000 },
    { responseTopic: "r" },
    { correlationData: new Uint8Array(0) },
    { topicAlias: 300 },
    { subscriptionIdentifiers: [127] },
    { subscriptionIdentifiers: [128] },
    { userProperties: [["", "\u00b0C"]] },
    ...[1, 4, 5, 9].map((count) => ({ userProperties: Array.from({ length: count }, () => ["", "v"] as const) }))
  ]
  const blockOf = (properties: Properties.PublishProperties): Uint8Array => {
    const packet = Packet.publish({ topic: "t", payload: new Uint8Array(0), properties })
    return Either.getOrThrow(Encoder.encode(packet, 5)).slice(6)
  }
  const made = others.flatMap((properties, index) => {
    const other = blockOf(properties)
    return [true, false].map((before) => {
      const text = blockOf({ contentType: `${before ? "front" : "after"}-${10 + index}` })
      const block = before ? [...text, ...other] : [...other, ...text]
      const bytes = Uint8Array.of(0x30, block.length + 4, 0, 1, 0x74, block.length, ...block)
      const decoder = Decoder.make({ version: 5, role: "client" })
      return madeDuring(() => {
        for (let round = 0; round < 6; round++) assert.isUndefined(decoder.push(bytes.slice()).error)
      })
    })
  })
  assert.deepStrictEqual(made, made.map(() => 2))
})

it("keeps nothing of what a CONNECT says, its will included, however often it comes", () => {
  const text = "no-secret-stays-here"
  const userProperties = [[text, text]] as const
  const bytes = Either.getOrThrow(Encoder.encode(
    Packet.connect({
      clientId: text,
      username: text,
      properties: { authenticationMethod: text, userProperties },
      will: {
        topic: text,
        payload: new Uint8Array(0),
        qos: 0,
        retain: false,
        properties: { contentType: text, responseTopic: text, userProperties }
      }
    }),
    5
  )).slice()
  const texts = 10
  for (let round = 0; round < 4; round++) {
    assert.strictEqual(
      askedDuring(() => assert.isUndefined(Decoder.make({ role: "server" }).push(bytes.slice()).error)),
      texts
    )
  }
  assert.isAtLeast(askedDuring(() => readAll([text, text, text])), 2)
})

it("reads short texts of every length that come again, and tells apart those that differ in one character", () => {
  const values = Array.from({ length: 14 }, (_, length) => "abcdefghijklmn".slice(0, length)).flatMap((value) => [
    value,
    ...Array.from(value, (_, at) => `${value.slice(0, at)}~${value.slice(at + 1)}`)
  ])
  // Of five bytes, so that the same words cover six.
  const overlapping = ["aaaaa", "aaaaaa", "aaaaaaa", "aaaa", "aaaaaaaaaaaa"]
  const texts = thrice([...values, ...overlapping])
  assert.deepStrictEqual(readValues(texts), texts)
})

it("tells short texts apart that have one slot, and all but one of their words or all but their length in common", () => {
  // The slot of three words, as the table finds it.
  const slotOf = (text: string): number => {
    const view = new DataView(ascii.encode(text).buffer)
    const last = text.length - 4
    return [0, last >> 1, last].reduce(
      (hash, at) => Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1),
      text.length
    ) >>> 22
  }
  const inSlotOf = (text: string, others: ReadonlyArray<string>): ReadonlyArray<string> =>
    others.filter((other) => other !== text && slotOf(other) === slotOf(text))
  const numbers = Array.from({ length: 9000 }, (_, index) => String(1000 + index))
  const neighbours = [
    ...["1000nameunit", "name1000unit", "nameunit1000"].map((text) =>
      [text, inSlotOf(text, numbers.map((number) => text.replace("1000", number)))] as const
    ),
    ...Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", (letter) => {
      const lengths = Array.from({ length: 9 }, (_, index) => letter.repeat(4 + index))
      return lengths.map((text) => [text, inSlotOf(text, lengths)] as const)
    }).flat()
  ].filter(([, others]) => others.length > 0)
  assert.isAtLeast(neighbours.length, 4)
  const texts = neighbours.flatMap(([text, others]) => others.flatMap((other) => thrice([text, text, other, other])))
  assert.deepStrictEqual(readValues(texts), texts)
})

it("reads more short texts than it keeps", () => {
  const texts = thrice(Array.from({ length: many }, (_, index) => `id-${index * 7919}`))
  assert.deepStrictEqual(readValues(texts), texts)
})

it("reads short texts with what is rare in them", () => {
  const texts = thrice(["a b c", "a+b#", "\u0001234", "caf\u00e9", "\u{1f600}", "\u007f\u007f\u007f\u007f"])
  assert.deepStrictEqual(readValues(texts), texts)
})

/** A text that comes for the second time is kept, or at the third time where another one was to be kept in its place. */
const isTwiceOrThrice = (asked: number): boolean => asked === 2 || asked === 3

it("asks the platform twice or three times for a topic of 13 to 56 bytes, however often it comes", () => {
  const asked = [12, 13, 14, 40, 56, 57].map((length) => {
    const topic = "never-seen/before/".repeat(4).slice(0, length)
    return askedDuring(() => readAll(Array.from({ length: 6 }, () => topic)))
  })
  assert.deepStrictEqual(asked.map((count) => isTwiceOrThrice(count)), [false, true, true, true, true, false])
  assert.deepStrictEqual([asked[0], asked[5]], [0, 6])
})

it("keeps what it knows when something else comes once, and forgets it for what comes twice", () => {
  const [known = "", other = ""] = inOneSlot("kept/in/one/slot", 2)
  readAll([known, known, known])
  assert.strictEqual(askedDuring(() => readAll([known, other, known, other, known])), 2)
  assert.strictEqual(askedDuring(() => readAll([other, other, other, known])), 3)
})

it("keeps one of two that take turns, and another than that which does not come again", () => {
  const [gone = "", known = "", other = ""] = inOneSlot("takes/turns/here", 3)
  readAll([gone, gone, gone, gone])
  const turns = Array.from({ length: 5 }, () => [known, other]).flat()
  assert.strictEqual(askedDuring(() => readAll(turns)), turns.length - 3)
})

it("reads topics of every length that come again", () => {
  const topics = thrice(Array.from({ length: 80 }, (_, index) => "home/kitchen/lamp-".repeat(5).slice(0, index + 1)))
  assert.deepStrictEqual(readAll(topics), topics)
  assert.deepStrictEqual(readStream(topics), topics)
})

it("asks as often in a stream, and finds there what came alone", () => {
  const topics = [12, 13, 14, 21, 40, 56, 57].map((length) => "never-in/a-stream/".repeat(4).slice(0, length))
  const asked = topics.map((topic) => askedDuring(() => readStream(Array.from({ length: 20 }, () => topic))))
  assert.deepStrictEqual(asked.map((count) => isTwiceOrThrice(count)), [false, true, true, true, true, true, false])
  assert.deepStrictEqual([asked[0], asked[6]], [0, 20])
  assert.strictEqual(askedDuring(() => readAll(topics.slice(1, -1))), 0)
})

it("hardly looks up what never comes again, and looks again when something does", () => {
  const topic = "after/a-flood-of/other-topics"
  readStream(Array.from({ length: many }, (_, index) => `flood/of/topic-${index}`))
  const looking = askedDuring(() => readStream(Array.from({ length: 500 }, () => topic)))
  assert.isAbove(looking, 50)
  assert.isBelow(looking, 200)
  assert.strictEqual(askedDuring(() => readStream(Array.from({ length: 500 }, () => topic))), 0)
})

it("tells topics apart that differ in one character, wherever it stands", () => {
  const topic = "sensors/floor-2/room-217/temperature"
  const others = Array.from(topic, (_, at) => `${topic.slice(0, at)}~${topic.slice(at + 1)}`)
  const topics = thrice([topic, ...others, topic.slice(0, -1), topic.slice(1), `${topic}s`])
  assert.deepStrictEqual(readAll(topics), topics)
  assert.deepStrictEqual(readStream(topics), topics)
})

it("reads more topics than it keeps", () => {
  const topics = thrice(Array.from({ length: many }, (_, index) => `fleet/vehicle-${index * 7919}/position`))
  assert.deepStrictEqual(readAll(topics), topics)
  assert.deepStrictEqual(readStream(topics), topics)
})

it("tells topics apart whose hashes somebody has made equal", () => {
  const forged = withOneHash("a/topic/of-16/by", 6)
  assert.strictEqual(new Set(forged).size, 6)
  const topics = forged.flatMap((text) => thrice(["a/topic/of-16/by", text, text]))
  assert.deepStrictEqual(readAll(topics), topics)
  assert.deepStrictEqual(readStream(topics), topics)
})

it("refuses a topic that is bad in one place after it has kept the good one", () => {
  const topic = "home/kitchen/temperature"
  readAll([topic, topic, topic])
  for (const bad of ["+", "#", "\0"]) {
    for (let at = 0; at < topic.length; at++) {
      const chunk = bytesOf(topic)
      chunk[4 + at] = bad.charCodeAt(0)
      const { error, packets } = Decoder.make({ version: 4, role: "client" }).push(chunk)
      assert.strictEqual(packets.length, 0)
      assert.strictEqual(error?._tag, bad === "\0" ? "MalformedPacket" : "ProtocolViolation")
      const stream = Array.from({ length: 20 }, () => bytesOf(topic))
      stream[18]?.set(chunk)
      const inStream = Decoder.make({ version: 4, role: "client" }).push(
        Uint8Array.from(stream.flatMap((bytes) => [...bytes]))
      )
      assert.strictEqual(inStream.packets.length, 18)
      assert.strictEqual(inStream.error?._tag, error?._tag)
    }
  }
})
