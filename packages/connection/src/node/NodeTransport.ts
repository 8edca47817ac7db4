/**
 * Transports over Node's own sockets: TCP, TLS, Unix sockets and WebSocket, directly or through a
 * proxy.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { IncomingMessage } from "node:http"
import type * as Net from "node:net"
import type { Duplex } from "node:stream"
import type { Endpoint } from "../Endpoint.ts"
import { format } from "../Endpoint.ts"
import { demandBound } from "../internal/optionValue.ts"
import { TransportError } from "../MqttError.ts"
import * as Proxy from "../Proxy.ts"
import { Transport } from "../Transport.ts"
import type { Wire } from "../Wire.ts"
import { owned, within } from "./internal/opening.ts"
import { SocketWire } from "./internal/socketWire.ts"
import * as tcp from "./internal/tcp.ts"
import { refusal, secure } from "./internal/tls.ts"
import * as sockets from "./internal/webSocket.ts"
import * as wireDuplex from "./internal/wireDuplex.ts"
import type { Options, PerAttempt, ProxyOptions, TlsOptions, WebSocketOptions } from "./NodeTransportOptions.ts"

/**
 * Every scheme: `mqtt`, `mqtts`, `ws`, `wss` and `unix`, with options.
 *
 * @example
 * ```ts
 * import { MqttClient } from "@effect-mqtt/connection"
 * import { NodeTransport } from "@effect-mqtt/connection/node"
 * import { Effect, Layer } from "effect"
 * import { readFile } from "node:fs/promises"
 *
 * // Read for every attempt: the authority may be renewed while the program runs.
 * const ca = Effect.promise(() => readFile("/etc/mqtt/ca.pem", "utf8"))
 *
 * export const live = MqttClient.layer({ url: "mqtts://broker.example" }).pipe(
 *   Layer.provide(NodeTransport.layerWith({ tls: Effect.map(ca, (ca) => ({ ca })) }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (options: Options): Layer.Layer<Transport> =>
  Layer.succeed(Transport, { open: (endpoint) => open(endpoint, options) })

/**
 * Every scheme: `mqtt`, `mqtts`, `ws`, `wss` and `unix`. TLS verifies the server against the roots
 * that Node brings and the endpoint's host name. Nagle's algorithm is off.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Transport> = layerWith({})

/**
 * TCP only, for `mqtt` endpoints.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTcp: Layer.Layer<Transport> = Layer.succeed(Transport, {
  open: (endpoint) =>
    endpoint.scheme === "mqtt"
      ? open(endpoint, {})
      : new TransportError({
        reason: "Unsupported",
        cause: new Error(`this transport opens "mqtt" endpoints, not "${endpoint.scheme}"`)
      })
})

/**
 * The wire of a connected stream, as a server gets a socket from `listen`. The stream is destroyed
 * when the scope closes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSocket = (socket: Net.Socket | Duplex): Effect.Effect<Wire, never, Scope.Scope> =>
  owned(
    Effect.sync(() => {
      if ("setNoDelay" in socket) socket.setNoDelay(true)
      return new SocketWire(socket)
    }),
    (wire) => wire.destroy
  )

/**
 * Answers a WebSocket upgrade request, as the `upgrade` event of a `node:http` server gives it. A
 * client that does not offer the subprotocol `mqtt` gets an HTTP error [5 §6]. The stream is
 * destroyed when the scope closes.
 *
 * @example
 * ```ts
 * import { NodeTransport } from "@effect-mqtt/connection/node"
 * import { Effect } from "effect"
 * import type { IncomingMessage } from "node:http"
 * import type { Duplex } from "node:stream"
 *
 * export const echo = (request: IncomingMessage, socket: Duplex, head: Uint8Array) =>
 *   Effect.gen(function*() {
 *     const wire = yield* NodeTransport.acceptWebSocket(request, socket, head)
 *     yield* Effect.forever(Effect.flatMap(wire.read, (bytes) => wire.write([bytes])))
 *   }).pipe(Effect.scoped, Effect.ignore)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const acceptWebSocket = (
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  { maxMessageBytes = defaultMessageBytes }: Pick<WebSocketOptions, "maxMessageBytes"> = {}
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.zipRight(
    demandBound("maxMessageBytes", maxMessageBytes),
    sockets.accept(request, socket, head, maxMessageBytes)
  )

/**
 * The client's side of TLS on top of any wire. The server's certificate has to be for `host`. The wire
 * below must not be used any more.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withTls = (
  wire: Wire,
  host: string,
  options: TlsOptions = {}
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  wireDuplex.make(wire).pipe(
    Effect.flatMap((stream) => secure(stream, host, options)),
    Effect.flatMap((socket) =>
      Effect.acquireRelease(Effect.sync(() => new SocketWire(socket, refusal)), ({ destroy }) => destroy)
    )
  )

/**
 * The client's side of WebSocket on top of any wire. The endpoint gives host and path of the upgrade
 * request. The wire below must not be used any more.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withWebSocket = (
  wire: Wire,
  endpoint: Endpoint,
  options: WebSocketOptions = {}
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const { maxMessageBytes = defaultMessageBytes } = options
    yield* demandBound("maxMessageBytes", maxMessageBytes)
    const headers = yield* evaluate(options.headers ?? {})
    return yield* sockets.upgrade(wire, {
      url: format(endpoint),
      headers: Object.fromEntries(
        Object.entries(headers).map((
          [name, value]
        ) => [name, Redacted.isRedacted(value) ? Redacted.value(value) : value])
      ),
      subprotocol: options.subprotocol ?? "required",
      maxMessageBytes
    })
  })

const defaultMessageBytes = 64 * 1024 * 1024

const evaluate = <A>(value: PerAttempt<A>): Effect.Effect<A, TransportError> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

const open = (endpoint: Endpoint, options: Options): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.gen(function*() {
    const times = options.timeouts ?? {}
    const connecting = { connect: times.connect ?? defaultTimeout, resolve: times.resolve ?? defaultTimeout }
    const through = endpoint.scheme === "unix" ? undefined : yield* evaluate(options.proxy)
    const socket = endpoint.scheme === "unix"
      ? yield* tcp.connectUnix(endpoint.path, connecting)
      : yield* tcp.connect(through ?? endpoint, connecting)
    const plain = new SocketWire(socket)
    const tunnel = through === undefined
      ? plain
      : yield* within("the proxy's answer", times.proxy ?? defaultTimeout)(passThrough(plain, through, endpoint))
    const secured = endpoint.scheme === "mqtts" || endpoint.scheme === "wss"
      ? yield* within("the TLS handshake", times.tls ?? defaultTimeout)(
        Effect.flatMap(evaluate(options.tls ?? {}), (tlsOptions) => withTls(tunnel, endpoint.host, tlsOptions))
      )
      : tunnel
    return endpoint.scheme === "ws" || endpoint.scheme === "wss"
      ? yield* within("the WebSocket upgrade", times.upgrade ?? defaultTimeout)(
        withWebSocket(secured, endpoint, options.webSocket)
      )
      : secured
  })

const passThrough = (wire: Wire, { password, protocol, username }: ProxyOptions, { host, port }: Endpoint) =>
  (protocol === "http" ? Proxy.httpConnect : Proxy.socks5)(wire, { host, port, username, password })

const defaultTimeout = "10 seconds"
