/**
 * A wire over a `Socket` of `@effect/platform`. Such a socket cannot be paused, so what is not read is
 * bounded by giving the link up.
 */
import * as Socket from "@effect/platform/Socket"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { TransportError } from "../../MqttError.ts"
import type { Wire } from "../../Wire.ts"
import * as closeCode from "./closeCode.ts"
import { join } from "./pieces.ts"
import { Unread } from "./unread.ts"

export const open = (
  socket: Socket.Socket,
  maxUnreadBytes: number
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const unread = new Unread({ pause: () => {}, resume: () => {} })
    const opened = yield* Deferred.make<void, TransportError>()
    const ended = yield* Deferred.make<never, TransportError>()

    const receive = (data: string | Uint8Array): TransportError | undefined => {
      if (typeof data === "string") return new TransportError({ reason: "TextFrame" })
      if (unread.bytes > maxUnreadBytes) return new TransportError({ reason: "Read", cause: tooMuch() })
      if (data.length > 0) unread.push(data)
      return undefined
    }

    const end = (reason: TransportError) => {
      unread.end(reason)
      return Effect.zipRight(Deferred.fail(opened, reason), Deferred.fail(ended, reason))
    }
    const running = yield* socket.runRaw(receive, { onOpen: Effect.asVoid(Deferred.succeed(opened, undefined)) }).pipe(
      Effect.catchAll((error) => end(error._tag === "TransportError" ? error : fromSocketError(error))),
      // After a regular end, and when it is interrupted.
      Effect.ensuring(Effect.suspend(() => end(new TransportError({ reason: "Closed" })))),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* Deferred.await(opened)
    const writer = yield* socket.writer
    // A write of a socket that is over waits for it to be opened again.
    const orEnded = <A>(effect: Effect.Effect<A, TransportError>) => Effect.raceFirst(effect, Deferred.await(ended))

    return {
      canPause: false,
      read: unread,
      write: (pieces) =>
        Effect.suspend(() => {
          const bytes = join(pieces)
          return bytes.length === 0 ? Effect.void : orEnded(Effect.mapError(writer(bytes), fromSocketError))
        }),
      shutdown: writer(new Socket.CloseEvent(1000)).pipe(
        Effect.zipRight(running.await),
        Effect.timeoutOption("1 second"),
        Effect.ignore
      )
    }
  })

const tooMuch = () => new Error("too much was left unread")

const fromSocketError = (cause: Socket.SocketError): TransportError =>
  cause.reason === "Close" ? closeCode.toError(cause.code) : new TransportError({ reason: cause.reason, cause })
