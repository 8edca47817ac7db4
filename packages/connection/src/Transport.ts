/**
 * The pluggable socket: ordered, lossless bytes in both directions, and nothing about MQTT.
 *
 * @since 0.1.0
 */
import * as Socket from "@effect/platform/Socket"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Endpoint } from "./Endpoint.ts"
import { format } from "./Endpoint.ts"
import { demandBound } from "./internal/optionValue.ts"
import * as pipe from "./internal/transport/pipe.ts"
import * as platformSocket from "./internal/transport/platformSocket.ts"
import * as webSocketWire from "./internal/transport/webSocketWire.ts"
import { TransportError } from "./MqttError.ts"
import type { Wire } from "./Wire.ts"

/**
 * Opens wires. Provide another layer to run the same program over another kind of socket.
 *
 * @since 0.1.0
 * @category tags
 */
export class Transport extends Context.Tag("@effect-mqtt/connection/Transport")<Transport, {
  /**
   * Opens a link that lasts as long as the scope. It is interrupted when its time is over, and must leave nothing behind
   * then. The `reason` of its failure decides whether a client tries again.
   */
  readonly open: (endpoint: Endpoint) => Effect.Effect<Wire, TransportError, Scope.Scope>
}>() {}

/**
 * Two connected wires in this process. What one writes the other reads; a writer waits while 64 KiB
 * are unread, so memory is bounded. Both end with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makePipe: Effect.Effect<readonly [Wire, Wire], never, Scope.Scope> = /*#__PURE__*/ Effect.suspend(() =>
  Effect.acquireRelease(Effect.sync(pipe.make), (ends) => Effect.sync(() => ends.forEach((end) => end.destroy())))
)

/**
 * A transport without a network: every `open` makes a pipe and runs `serve` on its far end until
 * the program's end is closed or the layer is released.
 *
 * @example
 * ```ts
 * import { Transport } from "@effect-mqtt/connection"
 * import { Effect } from "effect"
 *
 * // A server that sends every byte back.
 * export const echo = Transport.layerMemory((wire) =>
 *   Effect.flatMap(wire.read, (bytes) => wire.write([bytes])).pipe(Effect.forever, Effect.ignore)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory = (serve: (wire: Wire) => Effect.Effect<void>): Layer.Layer<Transport> =>
  Layer.scoped(
    Transport,
    Effect.gen(function*() {
      const servers = yield* FiberSet.make<void>()
      return {
        open: () =>
          Effect.acquireRelease(Effect.sync(pipe.make), ([near]) => Effect.sync(() => near.destroy())).pipe(
            Effect.tap(([, far]) =>
              FiberSet.run(servers, Effect.interruptible(Effect.ensuring(serve(far), Effect.sync(() => far.destroy()))))
            ),
            Effect.map(([near]) => near)
          )
      }
    })
  )

const defaultUnreadBytes = 64 * 1024 * 1024

/**
 * What bounds a link that cannot be paused.
 *
 * @since 0.1.0
 * @category models
 */
export interface SocketOptions {
  /**
   * The link is given up when more than this waits to be read, since nothing stops the server; a small frame counts
   * for 256 bytes more. Anything but a whole number of at least 1 is a defect.
   *
   * @default 64 MiB
   */
  readonly maxUnreadBytes?: number | undefined
}

/**
 * How a WebSocket of the platform is used.
 *
 * @since 0.1.0
 * @category models
 */
export interface WebSocketOptions extends SocketOptions {
  /**
   * MQTT demands that the server chooses the subprotocol `mqtt`; `optional` accepts one that chooses
   * none [5 §6].
   *
   * @default "required"
   */
  readonly subprotocol?: "required" | "optional" | undefined
}

/**
 * `ws` and `wss` endpoints over the WebSocket of the platform, which the `WebSocketConstructor` of
 * `@effect/platform` makes; in a browser, provide `Socket.layerWebSocketConstructorGlobal`.
 *
 * A browser cannot be made to stop receiving (`canPause` is false), and does not say why it could
 * not connect. On Node, `NodeTransport` can do both.
 *
 * @example
 * ```ts
 * import { MqttClient, Transport } from "@effect-mqtt/connection"
 * import { Socket } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * export const live = MqttClient.layer({ url: "wss://broker.example/mqtt" }).pipe(
 *   Layer.provide(Transport.layerWebSocket()),
 *   Layer.provide(Socket.layerWebSocketConstructorGlobal)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWebSocket = (
  { maxUnreadBytes = defaultUnreadBytes, subprotocol = "required" }: WebSocketOptions = {}
): Layer.Layer<Transport, never, Socket.WebSocketConstructor> =>
  Layer.effect(
    Transport,
    Effect.map(
      Effect.zipRight(demandBound("maxUnreadBytes", maxUnreadBytes), Socket.WebSocketConstructor),
      (construct) => ({
        open: (endpoint) =>
          endpoint.scheme === "ws" || endpoint.scheme === "wss"
            ? webSocketWire.open(construct, { url: format(endpoint), subprotocol, maxUnreadBytes })
            : new TransportError({
              reason: "Unsupported",
              cause: new Error(`this transport opens "ws" and "wss" endpoints, not "${endpoint.scheme}"`)
            })
      })
    )
  )

/**
 * Opens a `Socket` of `@effect/platform` as a wire. The socket is closed with the scope.
 *
 * Such a socket cannot be paused (`canPause` is false), so a program that reads more slowly than the
 * peer sends loses the link in the end. Where `NodeTransport` or {@link layerWebSocket} fits, prefer it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSocket = (
  socket: Socket.Socket,
  { maxUnreadBytes = defaultUnreadBytes }: SocketOptions = {}
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.zipRight(demandBound("maxUnreadBytes", maxUnreadBytes), platformSocket.open(socket, maxUnreadBytes))

/**
 * A transport over sockets of `@effect/platform`: `connect` makes one for an endpoint, and
 * {@link fromSocket} its wire.
 *
 * @example
 * ```ts
 * import { MqttError, Transport } from "@effect-mqtt/connection"
 * import { NodeSocket } from "@effect/platform-node"
 * import { Effect } from "effect"
 *
 * export const overTcp = Transport.layerSocket(({ host, port }) =>
 *   Effect.mapError(
 *     NodeSocket.makeNet({ host, port }),
 *     (cause) => new MqttError.TransportError({ reason: "Open", cause })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSocket = (
  connect: (endpoint: Endpoint) => Effect.Effect<Socket.Socket, TransportError, Scope.Scope>,
  options: SocketOptions = {}
): Layer.Layer<Transport> =>
  Layer.succeed(Transport, {
    open: (endpoint) => Effect.flatMap(connect(endpoint), (socket) => fromSocket(socket, options))
  })
