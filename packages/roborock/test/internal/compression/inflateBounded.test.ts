import { assert, describe, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import { deflateSync, gzipSync } from "node:zlib"
import { gunzipBounded } from "../../../src/internal/compression/gunzipBounded.ts"
import { unzlibBounded } from "../../../src/internal/compression/unzlibBounded.ts"

const formats = { gzip: [gzipSync, gunzipBounded], zlib: [deflateSync, unzlibBounded] } as const

for (const [name, [deflate, inflate]] of Object.entries(formats)) {
  describe(name, () => {
    const content = Uint8Array.from({ length: 5000 }, (_, index) => index % 50 * (index >> 9))
    const noise = new Uint8Array(randomBytes(5000))

    it("gives back what went in, also nothing", () => {
      for (const original of [content, noise, new Uint8Array(0)]) {
        assert.deepStrictEqual(inflate(new Uint8Array(deflate(original)), 10_000), original)
      }
    })

    it("refuses data that ends early, wherever that is", () => {
      for (const original of [content, noise.subarray(0, 200)]) {
        const data = new Uint8Array(deflate(original))
        for (let end = 0; end < data.length; end++) {
          assert.throws(() => inflate(data.subarray(0, end), 10_000), undefined, undefined, `cut at ${end}`)
        }
      }
    })

    it("refuses data with a wrong checksum", () => {
      // Stored, so that a changed byte of the content can still be inflated.
      const data = new Uint8Array(deflate(noise, { level: 0 }))
      data[100] = (data[100] ?? 0) ^ 1
      assert.throws(() => inflate(data, 10_000))
    })

    it("gives nothing when it would be more than the bound", () => {
      assert.isUndefined(inflate(new Uint8Array(deflate(content)), 4999))
    })
  })
}
