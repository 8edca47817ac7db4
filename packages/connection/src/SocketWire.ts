/**
 * Any `Socket` of `@effect/platform` as a wire.
 *
 * Such a socket cannot be paused: a program that reads slower than the peer sends has `canPause`
 * false, and loses the link when too much waits. Where a transport of this package fits
 * (`NodeTransport`, `Transport.layerWebSocket`), prefer it.
 *
 * @since 0.1.0
 */
import * as Socket from "@effect/platform/Socket"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Endpoint } from "./Endpoint.ts"
import * as closeCode from "./internal/transport/closeCode.ts"
import { join } from "./internal/transport/pieces.ts"
import * as unreads from "./internal/transport/unread.ts"
import { TransportError } from "./MqttError.ts"
import { Transport } from "./Transport.ts"
import type { Wire } from "./Wire.ts"

/**
 * What bounds a wire over a platform socket.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The link is given up when more waits to be read.
   *
   * @default 64 MiB
   */
  readonly maxUnreadBytes?: number | undefined
}

/**
 * Opens the socket and gives its wire. The socket is closed with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSocket = (
  socket: Socket.Socket,
  { maxUnreadBytes = 64 * 1024 * 1024 }: Options = {}
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const unread = unreads.make({ pause: () => {}, resume: () => {} })
    const opened = yield* Deferred.make<void, TransportError>()
    const ended = yield* Deferred.make<never, TransportError>()

    const receive = (data: string | Uint8Array): TransportError | undefined => {
      if (typeof data === "string") return new TransportError({ reason: "TextFrame" })
      if (unread.bytes() > maxUnreadBytes) return new TransportError({ reason: "Read", cause: tooMuch })
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
      read: unread.read,
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

/**
 * A transport whose wires are platform sockets: `connect` makes one for an endpoint.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  connect: (endpoint: Endpoint) => Effect.Effect<Socket.Socket, TransportError, Scope.Scope>,
  options: Options = {}
): Layer.Layer<Transport> =>
  Layer.succeed(Transport, {
    open: (endpoint) => Effect.flatMap(connect(endpoint), (socket) => fromSocket(socket, options))
  })

const tooMuch = new Error("too much was left unread on a socket that cannot be paused")

const fromSocketError = (cause: Socket.SocketError): TransportError =>
  cause.reason === "Close" ? closeCode.toError(cause.code) : new TransportError({ reason: cause.reason, cause })
