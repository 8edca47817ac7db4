/**
 * The broker on TCP and WebSocket, with or without TLS.
 *
 * @since 0.1.0
 */
import { NodeTransport } from "@effect-mqtt/connection/node"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as Tls from "node:tls"
import * as Broker from "../Broker.ts"
import * as listener from "./internal/listener.ts"
import { onePacketEach } from "./internal/packetMessages.ts"
import { Unfinished } from "./internal/unfinished.ts"

/**
 * The broker could not listen.
 *
 * - `AddressInUse`: another program listens on this port.
 * - `AddressNotAvailable`: this machine does not have the address.
 * - `AccessDenied`: the port is reserved.
 * - `InvalidTls`: certificate and key cannot be used.
 * - `Other`: see `cause`.
 *
 * @since 0.1.0
 * @category errors
 */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly reason: "AddressInUse" | "AddressNotAvailable" | "AccessDenied" | "InvalidTls" | "Other"
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override get message(): string {
    return `Cannot listen on ${this.host} port ${this.port}: ${sentences[this.reason]}`
  }
}

const sentences: Record<ListenError["reason"], string> = {
  AddressInUse: "the port is in use",
  AddressNotAvailable: "this machine does not have the address",
  AccessDenied: "the port is reserved",
  InvalidTls: "the certificate or its key cannot be used",
  Other: "the system refused"
}

/**
 * What a broker shows its clients, and wants to see of them. Certificates and keys are PEM.
 *
 * @since 0.1.0
 * @category models
 */
export interface TlsOptions {
  /** The broker's certificate, with its chain. */
  readonly certificate: string | ReadonlyArray<string>
  readonly key: Redacted.Redacted<string>
  readonly passphrase?: Redacted.Redacted<string> | undefined
  /** The authorities whose certificates clients have to show. @default clients need none */
  readonly clientAuthority?: string | ReadonlyArray<string> | undefined
  /** @default "TLSv1.2" */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined
}

/**
 * Where to listen.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListenOptions {
  /** @default "127.0.0.1" */
  readonly host?: string | undefined
  /** 0 takes any free port. @default 0 */
  readonly port?: number | undefined
  /** @default no TLS */
  readonly tls?: TlsOptions | undefined
  /** Sockets open at once, including those still in the TLS handshake; any more are closed. @default 4096 */
  readonly maxSockets?: number | undefined
}

/**
 * Where to listen for WebSockets.
 *
 * @since 0.1.0
 * @category models
 */
export interface WebSocketOptions extends ListenOptions {
  /** Requests for another path get HTTP 404. @default "/mqtt" */
  readonly path?: string | undefined
  /** The largest WebSocket message, which may hold several packets or a part of one. @default 16 MiB and 64 KiB */
  readonly maxMessageBytes?: number | undefined
  /**
   * Bytes of messages that are not complete yet, of all sockets together; beyond it, the socket with most of them is
   * closed. @default 64 MiB
   */
  readonly maxUnfinishedBytes?: number | undefined
}

/**
 * Where a broker listens.
 *
 * @since 0.1.0
 * @category models
 */
export interface Address {
  readonly host: string
  /** The port that was taken, never 0. */
  readonly port: number
  /** Such as `mqtt://127.0.0.1:41883`, `mqtts://...`, `ws://.../mqtt` or `wss://.../mqtt`. */
  readonly url: string
}

/**
 * The address of the broker that `layerTcp` or `layerWebSocket` provides.
 *
 * @since 0.1.0
 * @category tags
 */
export class BrokerAddress extends Context.Tag("@effect-mqtt/broker/node/NodeBroker/BrokerAddress")<
  BrokerAddress,
  Address
>() {}

/**
 * Serves a broker on TCP, or on TLS, until the scope closes, which closes the listener and every
 * socket it has accepted. One broker may listen on several addresses.
 *
 * @since 0.1.0
 * @category constructors
 */
export const listenTcp = (
  broker: Broker.Broker["Type"],
  options: ListenOptions = {}
): Effect.Effect<Address, ListenError, Scope.Scope> => {
  const { tls } = options
  return listen(broker, options, tls === undefined ? "mqtt" : "mqtts", "", (run) => {
    const accept = (socket: Net.Socket) => run(NodeTransport.fromSocket(socket))
    return tls === undefined ? Net.createServer(accept) : Tls.createServer(listener.tlsSettings(tls), accept)
  })
}

/**
 * Serves a broker on WebSocket, or on secure WebSocket, until the scope closes. A client has to
 * offer the subprotocol `mqtt` (MQTT 5 section 6); the same broker may listen on TCP too.
 *
 * @example
 * ```ts
 * import { Broker } from "@effect-mqtt/broker"
 * import { NodeBroker } from "@effect-mqtt/broker/node"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const broker = yield* Broker.make()
 *   yield* NodeBroker.listenTcp(broker, { port: 1883 })
 *   yield* NodeBroker.listenWebSocket(broker, { port: 8083 })
 *   return yield* Effect.never
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const listenWebSocket = (
  broker: Broker.Broker["Type"],
  options: WebSocketOptions = {}
): Effect.Effect<Address, ListenError, Scope.Scope> => {
  const { maxMessageBytes = 16 * 1024 * 1024 + 64 * 1024, path = "/mqtt", tls } = options
  const unfinished = new Unfinished(options.maxUnfinishedBytes ?? 64 * 1024 * 1024)
  return listen(broker, options, tls === undefined ? "ws" : "wss", path, (run) => {
    const answer: Http.RequestListener = (_, response) => {
      response.writeHead(426, { connection: "close", upgrade: "websocket" }).end()
    }
    const settings = { headersTimeout: listener.handshakeMillis, requestTimeout: listener.handshakeMillis }
    const server = tls === undefined
      ? Http.createServer(settings, answer)
      : Https.createServer({ ...settings, ...listener.tlsSettings(tls) }, answer)
    server.on("upgrade", (request, socket, head) => {
      if (request.url?.split("?", 1)[0] !== path) {
        socket.on("error", () => {})
        // Not left to the client, which could keep its half of the socket open for ever.
        socket.end(notFound, () => socket.destroy())
      } else {
        const accepting = NodeTransport.acceptWebSocket(request, socket, head, { maxMessageBytes })
        run(Effect.map(accepting, (wire) => unfinished.watch(socket, onePacketEach(wire))))
      }
    })
    return server
  })
}

/**
 * A broker that listens on TCP, on this machine only and on any free port unless told otherwise.
 *
 * @example
 * ```ts
 * import { NodeBroker } from "@effect-mqtt/broker/node"
 * import { Effect } from "effect"
 *
 * export const program = Effect.gen(function*() {
 *   const { url } = yield* NodeBroker.BrokerAddress
 *   yield* Effect.log(`MQTT clients can connect to ${url}`)
 *   return yield* Effect.never
 * }).pipe(Effect.provide(NodeBroker.layerTcp({ port: 1883 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTcp = (
  options: Broker.Options & ListenOptions = {}
): Layer.Layer<Broker.Broker | BrokerAddress, ListenError> =>
  Layer.provideMerge(
    Layer.scoped(BrokerAddress, Effect.flatMap(Broker.Broker, (broker) => listenTcp(broker, options))),
    Broker.layer(options)
  )

/**
 * A broker that listens on WebSocket, on this machine only and on any free port unless told otherwise.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWebSocket = (
  options: Broker.Options & WebSocketOptions = {}
): Layer.Layer<Broker.Broker | BrokerAddress, ListenError> =>
  Layer.provideMerge(
    Layer.scoped(BrokerAddress, Effect.flatMap(Broker.Broker, (broker) => listenWebSocket(broker, options))),
    Broker.layer(options)
  )

const notFound = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

const listen = (
  broker: Broker.Broker["Type"],
  { host = "127.0.0.1", maxSockets = 4096, port = 0 }: ListenOptions,
  scheme: string,
  path: string,
  start: (run: listener.Run) => Net.Server
): Effect.Effect<Address, ListenError, Scope.Scope> => {
  const explain = (cause: unknown) => new ListenError({ reason: reasonOf(cause), host, port, cause })
  const authority = host.includes(":") ? `[${host}]` : host
  return Effect.map(
    listener.listen(start, broker.serve, { host, port, maxSockets }, explain),
    (port) => ({ host, port, url: `${scheme}://${authority}:${port}${path}` })
  )
}

const reasons: Record<string, ListenError["reason"]> = {
  EADDRINUSE: "AddressInUse",
  EADDRNOTAVAIL: "AddressNotAvailable",
  EACCES: "AccessDenied"
}

const reasonOf = (cause: unknown): ListenError["reason"] => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (typeof code !== "string") return "Other"
  // What OpenSSL says about a certificate or a key.
  return reasons[code] ?? (/^ERR_(OSSL|SSL|CRYPTO|TLS|INVALID_ARG)/.test(code) ? "InvalidTls" : "Other")
}
