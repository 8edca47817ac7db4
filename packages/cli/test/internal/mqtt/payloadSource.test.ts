import { assert, describe, it, vi } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as payloadSource from "../../../src/internal/mqtt/payloadSource.ts"

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const linesOf = (...chunks: ReadonlyArray<string>) =>
  payloadSource.lines(Stream.fromIterable(chunks.map((chunk) => new TextEncoder().encode(chunk)))).pipe(
    Stream.runCollect,
    Effect.map((lines) => Chunk.toReadonlyArray(lines).map(text))
  )

describe("the lines of standard input", () => {
  it.effect("are cut at line feeds, however the input is cut", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf("one\ntw", "", "o", "\n\nthree"), ["one", "two", "three"])
      assert.deepStrictEqual(yield* linesOf("\n", "a\r", "\n"), ["a\r"])
      assert.deepStrictEqual(yield* linesOf(), [])
    }))

  it.effect("are copied once, however long they are", () =>
    Effect.gen(function*() {
      const piece = new Uint8Array(1024).fill(0x61)
      const pieces = 2048
      const copies = vi.spyOn(Uint8Array.prototype, "set")
      const input = Stream.rechunk(Stream.map(Stream.range(1, pieces), () => piece), 1)
      const lines = yield* Stream.runCollect(payloadSource.lines(input))
      const copied = copies.mock.calls.reduce((sum, [from]) => sum + from.length, 0)
      copies.mockRestore()
      assert.deepStrictEqual(Chunk.toReadonlyArray(lines).map(({ length }) => length), [piece.length * pieces])
      assert.isAtLeast(copied, piece.length * pieces)
      assert.isAtMost(copied, 2 * piece.length * pieces)
    }))
})
