import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Duplex } from "node:stream"
import { SocketWire } from "../../../src/node/internal/socketWire.ts"

describe("the wire of a socket", () => {
  it.effect("is drained when the socket has written what it took, not when it is ready for more", () =>
    Effect.gen(function*() {
      const held: Array<() => void> = []
      const socket = new Duplex({
        read: () => {},
        write: (_chunk, _encoding, done) => void held.push(done),
        final: (done) => done()
      })
      const wire = new SocketWire(socket)
      assert.isTrue(wire.isDrained())
      yield* wire.write([new Uint8Array(10)])
      assert.isFalse(wire.isDrained())
      yield* wire.write([new Uint8Array(10)])
      held.shift()?.()
      assert.isFalse(wire.isDrained())
      yield* Effect.promise(() => new Promise(setImmediate))
      held.shift()?.()
      assert.isTrue(wire.isDrained())
      socket.destroy()
    }))
})
