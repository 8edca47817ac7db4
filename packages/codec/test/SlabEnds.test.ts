import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

/**
 * Packets whose header turns out a byte longer than guessed, because their properties take the body over 127 bytes, and
 * some whose Property Length does. Their sizes differ, so that sooner or later each of these finds its slab just full.
 */
const packets = Array.from({ length: 20_000 }, (_, index) =>
  Packet.publish({
    topic: `home/${"x".repeat(index % 13)}/dev${index}`,
    payload: new Uint8Array(60 + (index % 17)).fill(index),
    properties: { userProperties: [["trace", "y".repeat(20 + (index % 110))]] }
  }))

const assertSame = (bytes: ReadonlyArray<Uint8Array>) => {
  const decoder = Decoder.make({ version: 5 })
  const read = bytes.flatMap((piece) => {
    const { error, packets } = decoder.push(piece)
    assert.isUndefined(error)
    return packets
  })
  assert.strictEqual(read.length, packets.length)
  read.forEach((packet, index) => assert.deepEqual(packet, packets[index]))
}

describe("the end of a slab", () => {
  it("does not harm a packet that is encoded across it", () => {
    assertSame(packets.map((packet) => Either.getOrThrow(Encoder.encode(packet, 5)).slice()))
  })

  it("does not harm packets that are encoded into an output", () => {
    for (const batch of [1, 7, 500]) {
      const output = Encoder.makeOutput()
      const pieces: Array<Uint8Array> = []
      packets.forEach((packet, index) => {
        assert.isUndefined(Encoder.encodeInto(output, packet, 5))
        if (index % batch === 0) pieces.push(...output.take())
      })
      assertSame([...pieces, ...output.take()])
    }
  })
})
