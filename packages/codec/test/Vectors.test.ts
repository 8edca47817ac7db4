import { Decoder, Encoder, type Packet, type ProtocolVersion } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { testData } from "../../../vitest.testData.ts"
import { cuts } from "./support/arbitraries.ts"
import { fromHex, type Neutral, toHex, toPacket } from "./support/neutral.ts"

type Direction = "client-to-server" | "server-to-client" | "either"

interface Bytes {
  readonly hex?: string
  readonly build?: ReadonlyArray<{ readonly hex: string } | { readonly repeatHex: string; readonly count: number }>
}
interface Valid extends Bytes {
  readonly name: string
  readonly version: ProtocolVersion.ProtocolVersion
  readonly direction?: Direction
  readonly decoded: Neutral
  readonly exactEncode: boolean
}
interface Malformed extends Bytes {
  readonly name: string
  readonly version: ProtocolVersion.ProtocolVersion
  readonly direction: Direction
  readonly error: {
    readonly kind: string
    readonly receiverMust: boolean
    readonly reasonCodes?: ReadonlyArray<number>
  }
}
interface Sequence extends Bytes {
  readonly name: string
  readonly version: ProtocolVersion.ProtocolVersion
  readonly decodedSequence: ReadonlyArray<Neutral>
}
interface Vectors {
  readonly valid: ReadonlyArray<Valid>
  readonly malformed: ReadonlyArray<Malformed>
  readonly streams: ReadonlyArray<Sequence>
}

const file = testData("mqtt/packets.json")
const vectors: Vectors = file === undefined
  ? { valid: [], malformed: [], streams: [] }
  : JSON.parse(file.toString("utf8")) as Vectors

const bytesOf = (vector: Bytes): Uint8Array =>
  fromHex(
    vector.hex ??
      (vector.build ?? []).map((part) => "hex" in part ? part.hex : part.repeatHex.repeat(part.count)).join("")
  )

const decodeAll = (
  chunks: Iterable<Uint8Array>,
  options: Decoder.Options
): { readonly packets: ReadonlyArray<Packet.Packet>; readonly error: unknown } => {
  const decoder = Decoder.make(options)
  const packets: Array<Packet.Packet> = []
  for (const chunk of chunks) {
    const result = decoder.push(chunk)
    packets.push(...result.packets)
    if (result.error !== undefined) return { packets, error: result.error }
  }
  return { packets, error: undefined }
}

/** Whose decoders have to judge what goes this way. */
const readersOf = (direction: Direction): ReadonlyArray<"client" | "server"> =>
  direction === "either" ? ["client", "server"] : [direction === "client-to-server" ? "server" : "client"]

const singly = function*(bytes: Uint8Array) {
  for (let index = 0; index < bytes.length; index++) yield bytes.slice(index, index + 1)
}

describe.skipIf(file === undefined)("wire vectors", () => {
  describe("valid", () => {
    for (const vector of vectors.valid) {
      it(vector.name, () => {
        const { decoded, direction = "either", exactEncode, version } = vector
        const bytes = bytesOf(vector)
        const packet = toPacket(decoded)
        for (const role of [undefined, ...readersOf(direction)]) {
          assert.deepStrictEqual(decodeAll([bytes], { version, role }), { packets: [packet], error: undefined })
        }

        const encoded = Either.getOrThrow(Encoder.encode(packet, version))
        // A normal DISCONNECT of 5.0 may spell out its code and empty properties; this encoder does not.
        if (exactEncode && toHex(bytes) !== "e0020000") assert.strictEqual(toHex(encoded), toHex(bytes))
        assert.deepStrictEqual(decodeAll([encoded], { version }), { packets: [packet], error: undefined })

        // Of a long packet the ends are interesting, and a sample of what lies between.
        const stride = Math.max(1, Math.floor(bytes.length / 40))
        for (let end = 0; end < bytes.length; end += end < 64 || bytes.length - end < 64 ? 1 : stride) {
          const prefix = decodeAll([bytes.slice(0, end)], { version })
          assert.deepStrictEqual(prefix, { packets: [], error: undefined }, `the first ${end} bytes`)
        }
        if (bytes.length <= 70_000) {
          assert.deepStrictEqual(decodeAll(singly(bytes), { version }), { packets: [packet], error: undefined })
        }
      })
    }
  })

  describe("malformed", () => {
    for (const vector of vectors.malformed) {
      it(vector.name, () => {
        const { direction, error: expected, version } = vector
        for (const role of readersOf(direction)) {
          for (const chunks of [[bytesOf(vector)], singly(bytesOf(vector))]) {
            const { error } = decodeAll(chunks, { version, role })
            if (error === undefined) {
              assert.isFalse(expected.receiverMust, "accepted")
              continue
            }
            assert.instanceOf(error, Error)
            if (expected.reasonCodes !== undefined && "reasonCode" in error) {
              assert.include(expected.reasonCodes, error.reasonCode)
            }
          }
        }
      })
    }
  })

  describe("streams", () => {
    for (const vector of vectors.streams) {
      it(vector.name, () => {
        const bytes = bytesOf(vector)
        const packets = vector.decodedSequence.map(toPacket)
        const { version } = vector
        assert.deepStrictEqual(decodeAll([bytes], { version }), { packets, error: undefined })
        assert.deepStrictEqual(decodeAll(singly(bytes), { version }), { packets, error: undefined })
        fc.assert(fc.property(cuts(bytes), (chunks) => {
          assert.deepStrictEqual(decodeAll(chunks, { version }), { packets, error: undefined })
        }))
      })
    }
  })
})
