import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"

describe("payloads", () => {
  const packetOf = (payload: Uint8Array): Uint8Array =>
    Either.getOrThrow(Encoder.encode(Packet.publish({ topic: "t", payload }), 4)).slice()
  const payloadOf = (packet: Packet.Packet | undefined): Uint8Array =>
    packet?._tag === "Publish" ? packet.payload : assert.fail("no PUBLISH")

  it("are plain bytes, also out of a Buffer", () => {
    const { packets } = Decoder.make({ version: 4 }).push(Buffer.from(packetOf(new Uint8Array(150).fill(1))))
    assert.strictEqual(Object.getPrototypeOf(payloadOf(packets[0])), Uint8Array.prototype)
  })

  it("are views where they make up a good part of the chunk", () => {
    const large = packetOf(new Uint8Array(4000).fill(1))
    assert.strictEqual(payloadOf(Decoder.make({ version: 4 }).push(large).packets[0]).buffer, large.buffer)
  })

  it("are views on a memory of 64 KiB, or of 64 times their size from 1025 bytes on", () => {
    const kinds = [
      { version: 4, topic: "t" },
      { version: 4, topic: "\u00b5" },
      { version: 5, topic: "t", properties: {} },
      { version: 5, topic: "t", properties: { contentType: "text/plain" } },
      { version: 5, topic: "t", properties: { contentType: "\u00b5" } }
    ] as const
    for (const { version, ...fields } of kinds) {
      const isView = (memoryBytes: number, size: number): boolean => {
        const sent = new Uint8Array(size).fill(7)
        const bytes = Either.getOrThrow(Encoder.encode(Packet.publish({ ...fields, payload: sent }), version))
        const memory = new Uint8Array(memoryBytes)
        memory.set(bytes, 9)
        const { packets } = Decoder.make({ version }).push(memory.subarray(9, 9 + bytes.length))
        const payload = payloadOf(packets[0])
        assert.deepStrictEqual(payload, sent)
        return payload.buffer === memory.buffer
      }
      assert.isTrue(isView(65_536, 1))
      assert.isFalse(isView(65_537, 1))
      assert.isFalse(isView(65_537, 1024))
      assert.isTrue(isView(65_600, 1025))
      assert.isFalse(isView(65_601, 1025))
      assert.isTrue(isView(192_000, 3000))
      assert.isFalse(isView(192_001, 3000))
    }
  })

  it("that are short share the memory of a copy where the chunk is large", () => {
    const one = packetOf(new Uint8Array(64))
    const count = 2000
    const { packets } = Decoder.make({ version: 4 }).push(
      new Uint8Array(Buffer.concat(Array.from({ length: count }, () => one)))
    )
    const memories = new Set(packets.map((packet) => payloadOf(packet).buffer))
    assert.isAtMost(memories.size, Math.ceil((count * one.length) / 60_000))
  })

  it("do not keep large chunks alive", () => {
    for (const size of [1, 64, 65, 100, 1000, 1024, 1025, 3000]) {
      const one = packetOf(new Uint8Array(size).fill(size))
      const chunk = new Uint8Array(200_000)
      const count = Math.floor(chunk.length / one.length)
      for (let index = 0; index < count; index++) chunk.set(one, index * one.length)
      const { packets } = Decoder.make({ version: 4 }).push(chunk.subarray(0, count * one.length))
      assert.strictEqual(packets.length, count)
      for (const packet of packets) {
        const payload = payloadOf(packet)
        assert.isTrue(payload.length === size && payload.every((byte) => byte === (size & 0xff)))
        assert.isAtMost(payload.buffer.byteLength, Math.max(65_536, size * 64))
      }
    }
  })

  it("stay as they are while later packets arrive in pieces", () => {
    const decoder = Decoder.make({ version: 4 })
    const kept: Array<Uint8Array> = []
    for (let round = 0; round < 20; round++) {
      const bytes = packetOf(new Uint8Array(130 + round * 40).fill(round))
      for (const part of [bytes.slice(0, 1), bytes.slice(1, 50), bytes.slice(50)]) {
        for (const packet of decoder.push(part).packets) kept.push(payloadOf(packet))
      }
    }
    assert.strictEqual(kept.length, 20)
    kept.forEach((payload, round) => {
      assert.isTrue(payload.every((byte) => byte === round), `payload ${round}`)
      assert.strictEqual(payload.length, 130 + round * 40)
    })
  })
})
