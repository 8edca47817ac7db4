/**
 * Any wire as a Node stream, so that TLS and WebSocket run on top of it. Each call of the stream is
 * one call of the wire, so back-pressure passes through in both directions.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { Duplex } from "node:stream"
import type { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"
import { SocketWire } from "./socketWire.ts"

/** The stream below a wire: its own one where it has one, which is then no longer the wire's. */
export const make = (wire: Wire): Effect.Effect<Duplex, TransportError, Scope.Scope> =>
  wire instanceof SocketWire ? wire.detach : bridge(wire)

const bridge = (wire: Wire): Effect.Effect<Duplex, never, Scope.Scope> =>
  Effect.gen(function*() {
    const run = yield* FiberSet.makeRuntime<never>()
    const duplex = new Duplex({
      read() {
        run(Effect.map(Effect.either(wire.read), (result) => {
          if (Either.isRight(result)) duplex.push(result.right)
          else if (result.left.reason === "Closed") duplex.push(null)
          else duplex.destroy(result.left)
        }))
      },
      writev(chunks, done) {
        const pieces = chunks.flatMap(({ chunk }) => chunk instanceof Uint8Array ? [chunk] : [])
        run(Effect.map(Effect.either(wire.write(pieces)), (result) => done(Either.isLeft(result) ? result.left : null)))
      },
      final(done) {
        run(Effect.map(wire.shutdown, () => done()))
      }
    })
    // An error that nobody listens for would end the process.
    duplex.on("error", () => {})
    yield* Effect.addFinalizer(() => Effect.sync(() => duplex.destroy()))
    return duplex
  })
