/**
 * Transports over Node's own sockets.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import * as Tls from "node:tls"
import type { Endpoint } from "../Endpoint.ts"
import { TransportError } from "../MqttError.ts"
import { Transport } from "../Transport.ts"
import type { Wire } from "../Wire.ts"
import * as socketWire from "./internal/socketWire.ts"

/**
 * TCP, for `mqtt` endpoints. Nagle's algorithm is off.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTcp: Layer.Layer<Transport> = Layer.succeed(Transport, {
  open: (endpoint) => endpoint.scheme === "mqtt" ? connectTcp(endpoint) : unsupported(endpoint)
})

/**
 * TCP for `mqtt` endpoints and TLS for `mqtts` endpoints. TLS verifies the server against the
 * system's roots and the endpoint's host name.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Transport> = Layer.succeed(Transport, {
  open: (endpoint) => {
    switch (endpoint.scheme) {
      case "mqtt":
        return connectTcp(endpoint)
      case "mqtts":
        return connectTls(endpoint)
      default:
        return unsupported(endpoint)
    }
  }
})

/**
 * The wire of a connected socket, as a server gets it from `listen`. The socket is destroyed when
 * the scope closes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSocket = (socket: Net.Socket): Effect.Effect<Wire, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      socket.setNoDelay(true)
      return socketWire.make(socket)
    }),
    (wire) => wire.destroy
  )

const connectTcp = (endpoint: Endpoint) =>
  connect("connect", () => Net.connect({ host: endpoint.host, port: endpoint.port }))

const connectTls = (endpoint: Endpoint) =>
  connect("secureConnect", () =>
    Tls.connect({
      host: endpoint.host,
      port: endpoint.port,
      // Server name indication takes names only.
      ...(Net.isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {})
    }))

const connect = (
  ready: "connect" | "secureConnect",
  start: () => Net.Socket
): Effect.Effect<Wire, TransportError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: start, catch: openError }),
    (socket) => Effect.sync(() => socket.destroy())
  ).pipe(
    Effect.tap((socket) => established(socket, ready)),
    Effect.flatMap(fromSocket)
  )

const established = (socket: Net.Socket, ready: "connect" | "secureConnect") =>
  Effect.async<void, TransportError>((resume) => {
    const onReady = () => resume(Effect.void)
    // Stays for good: a late error of an attempt that nobody waits for must not end the process.
    socket.on("error", (cause) => resume(Effect.fail(isUntrusted(socket, cause) ? untrusted(cause) : openError(cause))))
    socket.once(ready, onReady)
    return Effect.sync(() => socket.off(ready, onReady))
  })

const openError = (cause: unknown) => new TransportError({ reason: "Open", cause })

const untrusted = (cause: unknown) => new TransportError({ reason: "Untrusted", cause })

/** The handshake failed over a certificate or the version of TLS, not over the network. */
const isUntrusted = (socket: Net.Socket, cause: Error): boolean =>
  // Set when the verification of the peer's certificate failed, whatever its reason.
  (socket instanceof Tls.TLSSocket && Boolean(socket.authorizationError)) ||
  ("code" in cause && typeof cause.code === "string" && refusedHandshake.test(cause.code))

/** OpenSSL's reasons: alerts about our certificate, and no version in common. */
const refusedHandshake =
  /^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE)/

const unsupported = (endpoint: Endpoint) =>
  Effect.fail(
    new TransportError({
      reason: "Unsupported",
      cause: new Error(`this transport does not open "${endpoint.scheme}" endpoints`)
    })
  )
