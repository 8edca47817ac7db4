import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
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

  it.effect.each([[undefined, "Closed"], [new Error("reset"), "Read"]] as const)(
    "is not handed to another layer once the socket is destroyed, with %s, although it has not said that it is closed",
    ([cause, reason]) =>
      Effect.gen(function*() {
        const socket = new Duplex({ read: () => {}, destroy: () => {} })
        const wire = new SocketWire(socket)
        socket.destroy()
        if (cause !== undefined) socket.emit("error", cause)
        assert.strictEqual((yield* Effect.flip(wire.detach)).reason, reason)
      })
  )

  it.effect("is over when its socket gets another one, which has what comes from then on, once", () =>
    Effect.gen(function*() {
      const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
      const [former, present] = [new SocketWire(socket), new SocketWire(socket)]
      const { reason } = yield* Effect.flip(former.read)
      assert.strictEqual(reason, "Closed")
      socket.push(Uint8Array.of(1, 2))
      socket.push(Uint8Array.of(3))
      assert.deepStrictEqual([...yield* present.read, ...yield* present.read], [1, 2, 3])
      assert.isUndefined(present.read.poll())
      // In the order in which a scope would, each waiting for the end.
      yield* present.destroy
      yield* former.destroy
      assert.isTrue(socket.closed)
    }))

  it.effect("is not handed to another layer once an error was told, as TLS tells an alert before the socket is destroyed", () =>
    Effect.gen(function*() {
      const socket = new Duplex({ read: () => {} })
      const wire = new SocketWire(socket)
      socket.emit("error", new Error("alert"))
      assert.isFalse(socket.destroyed)
      assert.strictEqual((yield* Effect.flip(wire.detach)).reason, "Read")
      socket.destroy()
    }))

  it.effect("gives the records of one read at once, and before the end that came with them", () =>
    Effect.gen(function*() {
      const socket = new TLSSocket(new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() }))
      const wire = new SocketWire(socket)
      let notices = 0
      wire.read.listen({ onUnread: () => void notices++ })
      socket.emit("data", Uint8Array.of(1))
      yield* Effect.promise(() => Promise.resolve())
      socket.emit("data", Uint8Array.of(2))
      assert.deepStrictEqual([notices, wire.read.poll()], [0, undefined])
      yield* Effect.promise(() => new Promise(setImmediate))
      assert.deepStrictEqual([wire.read.poll(), wire.read.poll()], [Uint8Array.of(1), Uint8Array.of(2)])
      socket.emit("data", Uint8Array.of(3))
      socket.emit("end")
      assert.deepStrictEqual(wire.read.poll(), Uint8Array.of(3))
      assert.strictEqual((yield* Effect.flip(wire.read)).reason, "Closed")
      socket.destroy()
    }))

  it.effect("pauses while thousands of small frames of one read come, which nobody takes", () =>
    Effect.gen(function*() {
      const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
      const wire = new SocketWire(socket)
      let frames = 0
      for (; frames < 10_000 && !socket.isPaused(); frames++) socket.emit("data", Uint8Array.of(frames))
      assert.isBelow(frames, 1000)
      for (let frame = 0; frame < frames; frame++) {
        assert.deepStrictEqual(yield* wire.read, Uint8Array.of(frame), `frame ${frame}`)
      }
      assert.isUndefined(wire.read.poll())
      socket.destroy()
    }))
})
