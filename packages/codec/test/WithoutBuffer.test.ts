import { Decoder, Encoder, Packet } from "@effect-mqtt/codec"
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { isUtf8 } from "node:buffer"
import { vi } from "vitest"
import { runs } from "./support/effort.ts"

// Strings take another way where the platform has no `Buffer`, as in a browser. The bytes must be the same.
vi.mock(import("../src/internal/nativeText.ts"), async (original) => {
  const module = await original()
  return { ...module, nativeText: module.detect({ TextDecoder }) }
})

const text = fc.oneof(
  fc.string({ maxLength: 25 }),
  fc.string({ maxLength: 25, unit: "binary" }),
  fc.constantFrom("\ufeff", "\ufffd", "😀".repeat(20))
)

describe("without Buffer", () => {
  it("strings are written as UTF-8 and read back", () => {
    fc.assert(
      fc.property(text, (clientId) => {
        const packet = Packet.connect({ clientId, properties: {} })
        const bytes = Encoder.encode(packet, 5)
        const legal = !clientId.includes("\0") && new TextDecoder("utf-8", { ignoreBOM: true })
              .decode(new TextEncoder().encode(clientId)) === clientId
        assert.strictEqual(Either.isRight(bytes), legal)
        if (Either.isLeft(bytes)) return
        assert.deepStrictEqual(bytes.right.slice(15), new TextEncoder().encode(clientId))
        assert.deepStrictEqual(Decoder.make().push(bytes.right.slice()).packets, [packet])
      }),
      runs(500)
    )
  })

  it("ill-formed strings are refused", () => {
    const topic = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.array(
        fc.constantFrom(
          ...[0x61, 0x80, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0xf4, 0x8f, 0x90]
        ),
        { minLength: 1, maxLength: 6 }
      ).map((bytes) => Uint8Array.from(bytes))
    )
    fc.assert(
      fc.property(topic, (name) => {
        const bytes = Uint8Array.from([0x30, name.length + 2, 0, name.length, ...name])
        const legal = isUtf8(name) && !name.some((byte) => byte === 0 || byte === 0x2b || byte === 0x23)
        assert.strictEqual(Decoder.make({ version: 4 }).push(bytes).error === undefined, legal)
      }),
      runs(3000)
    )
  })
})
