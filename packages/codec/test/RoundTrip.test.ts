import { Decoder, Encoder, type Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import * as PacketSchema from "@effect-mqtt/codec/PacketSchema"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc, Schema } from "effect"
import { cuts, packet } from "./support/arbitraries.ts"
import { canonical } from "./support/canonical.ts"
import { runs } from "./support/effort.ts"

const encode = (value: Packet.Packet, version: ProtocolVersion.ProtocolVersion): Uint8Array =>
  Either.getOrThrow(Encoder.encode(value, version)).slice()

const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

const feed = (chunks: ReadonlyArray<Uint8Array>, version: ProtocolVersion.ProtocolVersion) => {
  const decoder = Decoder.make({ version })
  const packets: Array<Packet.Packet> = []
  let error: unknown
  for (const chunk of chunks) {
    const result = decoder.push(chunk)
    packets.push(...result.packets)
    error = result.error
  }
  return { packets, error }
}

for (const version of [4, 5] as const) {
  const isPacket = version === 4 ? Schema.is(PacketSchema.Packet[4]) : Schema.is(PacketSchema.Packet[5])
  const expected = (value: Packet.Packet) => ({ packets: [canonical(value, version)], error: undefined })

  describe(`packets of version ${version}`, () => {
    it("decode to what was encoded", () => {
      fc.assert(
        fc.property(packet(version), (value) => {
          const decoded = feed([encode(value, version)], version)
          assert.deepStrictEqual<unknown>(decoded, expected(value))
          assert.isTrue(decoded.packets.every((one) => isPacket(one)))
        }),
        runs(1500)
      )
    })

    it("have one shortest form, which says nothing of what is absent", () => {
      fc.assert(
        fc.property(packet(version), (value) => {
          const bytes = encode(value, version)
          const [decoded] = feed([bytes], version).packets
          assert.deepStrictEqual(decoded && encode(decoded, version), bytes)
        }),
        runs(500)
      )
    })

    it("are the same however their bytes are cut", () => {
      const stream = fc.array(packet(version), { minLength: 1, maxLength: 6 }).chain((packets) => {
        const bytes = concat(packets.map((value) => encode(value, version)))
        return fc.tuple(fc.constant(packets), cuts(bytes))
      })
      fc.assert(
        fc.property(stream, ([packets, chunks]) => {
          const whole = { packets: packets.map((value) => canonical(value, version)), error: undefined }
          assert.deepStrictEqual<unknown>(feed(chunks, version), whole)
        }),
        runs(300)
      )
    })

    it("are waited for at every prefix", () => {
      fc.assert(
        fc.property(packet(version), (value) => {
          const bytes = encode(value, version)
          const ends = bytes.length < 400 ? bytes.length : 400
          for (let end = 0; end < ends; end++) {
            const decoder = Decoder.make({ version })
            assert.deepStrictEqual(decoder.push(bytes.slice(0, end)), { packets: [], error: undefined })
            assert.strictEqual(decoder.pendingBytes, end)
          }
        }),
        runs(150)
      )
    })

    it("with their end cut off and the length made to fit are refused or another packet, never a crash", () => {
      fc.assert(
        fc.property(packet(version).filter((value) => encode(value, version).length < 128), (value) => {
          const bytes = encode(value, version)
          for (let end = 2; end < bytes.length; end++) {
            const shorter = bytes.slice(0, end)
            shorter[1] = end - 2
            const { error, packets } = feed([shorter], version)
            assert.strictEqual(packets.length, error === undefined ? 1 : 0)
          }
        }),
        runs(150)
      )
    })

    it("with one byte changed give packets or a typed error", () => {
      fc.assert(
        fc.property(packet(version), fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, change) => {
          const bytes = encode(value, version)
          const at = place % Math.min(bytes.length, 300)
          bytes[at] = (bytes[at] ?? 0) ^ change
          for (const role of [undefined, "client", "server"] as const) {
            const { error } = Decoder.make({ version, role }).push(bytes)
            if (error !== undefined) {
              assert.include(["MalformedPacket", "ProtocolViolation", "PacketTooLarge"], error._tag)
              assert.isAtLeast(error.reasonCode, 0x81)
              assert.isTrue(error.offset >= 0 && error.offset <= bytes.length)
            }
          }
        }),
        runs(2500)
      )
    })
  })
}

it("random bytes never throw, and what they decode to encodes again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(4 as const, 5 as const), (bytes, version) => {
      for (const value of Decoder.make({ version }).push(bytes).packets) {
        assert.isTrue(Either.isRight(Encoder.encode(value, version)))
      }
    }),
    runs(2000)
  )
})
