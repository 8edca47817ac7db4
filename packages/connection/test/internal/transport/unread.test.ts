import { Transport } from "@effect-mqtt/connection"
import { Socket } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Unread } from "../../../src/internal/transport/unread.ts"

const take = (unread: Unread) => {
  const next = unread.poll()
  return next instanceof Uint8Array ? [...next] : next
}

/** It brings as many frames as there are, each of one byte, and stays open. */
const framed = (count: number): Socket.Socket => ({
  [Socket.TypeId]: Socket.TypeId,
  run: () => Effect.never,
  runRaw: (handler, options) =>
    Effect.gen(function*() {
      yield* options?.onOpen ?? Effect.void
      for (let frame = 0; frame < count; frame++) {
        const handled = handler(Uint8Array.of(0))
        if (Effect.isEffect(handled)) yield* handled
      }
      return yield* Effect.never
    }),
  writer: Effect.succeed(() => Effect.void)
})

describe("what is unread", () => {
  it("comes in its order, whatever comes between", () => {
    const unread = new Unread({ pause: () => {}, resume: () => {} })
    unread.push(Uint8Array.of(1))
    unread.push(Uint8Array.of(2))
    assert.deepStrictEqual(take(unread), [1])
    unread.push(Uint8Array.of(3))
    assert.deepStrictEqual(take(unread), [2])
    unread.push(Uint8Array.of(4))
    unread.push(Uint8Array.of(5))
    assert.deepStrictEqual(take(unread), [3])
    unread.push(Uint8Array.of(6))
    assert.deepStrictEqual([take(unread), take(unread), take(unread)], [[4], [5], [6]])
    assert.isUndefined(take(unread))
    assert.strictEqual(unread.bytes, 0)
  })

  it("is what nobody took at once: a chunk of any length that is taken stops nothing", () => {
    const calls: Array<string> = []
    const unread = new Unread({ pause: () => void calls.push("pause"), resume: () => void calls.push("resume") })
    unread.listen({ onUnread: () => void unread.poll() })
    // As much as Node reads from a socket at once.
    unread.push(new Uint8Array(64 * 1024))
    unread.push(new Uint8Array(1_000_000))
    assert.deepStrictEqual([unread.bytes, calls], [0, []])
    unread.listen(undefined)
    unread.push(new Uint8Array(64 * 1024))
    assert.deepStrictEqual(calls, ["pause"])
  })

  it("is taken in time when it is a million small frames, as a WebSocket may bring them", () => {
    const unread = new Unread({ pause: () => {}, resume: () => {} })
    const frame = Uint8Array.of(0xd0, 0)
    for (let count = 0; count < 1_000_000; count++) unread.push(frame)
    let taken = 0
    while (unread.poll() !== undefined) taken++
    assert.strictEqual(taken, 1_000_000)
  })

  it.scoped("counts with what small frames take beside their bytes, where only giving the link up bounds it", () =>
    Effect.gen(function*() {
      const few = yield* Transport.fromSocket(framed(1000), { maxUnreadBytes: 1_000_000 })
      yield* Effect.repeatN(few.read, 999)
      const many = yield* Transport.fromSocket(framed(10_000), { maxUnreadBytes: 1_000_000 })
      assert.strictEqual((yield* Effect.flip(Effect.forever(many.read))).reason, "Read")
    }))
})
