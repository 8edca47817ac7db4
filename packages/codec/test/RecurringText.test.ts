import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, it } from "@effect/vitest"
import { Either } from "effect"

/** More than the table has slots. */
const many = 3000

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

it("reads topics of every length that come again", () => {
  const topics = thrice(Array.from({ length: 80 }, (_, index) => "home/kitchen/lamp-".repeat(5).slice(0, index + 1)))
  assert.deepStrictEqual(readAll(topics), topics)
})

it("tells topics apart that differ in one character, wherever it stands", () => {
  const topic = "sensors/floor-2/room-217/temperature"
  const others = Array.from(topic, (_, at) => `${topic.slice(0, at)}~${topic.slice(at + 1)}`)
  const topics = thrice([topic, ...others, topic.slice(0, -1), topic.slice(1), `${topic}s`])
  assert.deepStrictEqual(readAll(topics), topics)
})

it("reads more topics than it keeps", () => {
  const topics = thrice(Array.from({ length: many }, (_, index) => `fleet/vehicle-${index * 7919}/position`))
  assert.deepStrictEqual(readAll(topics), topics)
})

it("tells topics apart whose hashes somebody has made equal", () => {
  const wordsOf = (text: string): ReadonlyArray<number> => [...new Int32Array(ascii.encode(text).buffer)]
  const textOf = (words: ReadonlyArray<number>): string =>
    String.fromCharCode(...new Uint8Array(Int32Array.from(words).buffer))
  // The hash of the table, of texts of 16 bytes, before the last word, which then may be chosen to undo any difference.
  const hashed = (front: ReadonlyArray<number>): number =>
    front.reduce((hash, word) => Math.imul(hash ^ word, 0x9e3779b1), 16)
  const [first = 0, second = 0, third = 0, last = 0] = wordsOf("a/topic/of-16/by")
  const forged = Array.from({ length: many }, (_, index) => {
    const front = [first, second, ...wordsOf(String(1000 + index))]
    return textOf([...front, last ^ hashed([first, second, third]) ^ hashed(front)])
  }).filter((text) => /^[,-~]*$/.test(text))
  assert.isAbove(forged.length, 3)
  const topics = forged.flatMap((text) => thrice(["a/topic/of-16/by", text, text]))
  assert.deepStrictEqual(readAll(topics), topics)
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
    }
  }
})
