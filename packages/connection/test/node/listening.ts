/** Servers of a test: on a free loopback port (or a Unix socket), gone with the scope. */
import type { Endpoint, Wire } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import type { Scope } from "effect"
import { Effect, FiberSet, Queue } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import * as Tls from "node:tls"
import type { Pair } from "./certificates.ts"

export interface Listening {
  readonly port: number
  /** The next raw socket of a client. */
  readonly socket: Effect.Effect<Net.Socket>
  /** How many raw sockets are open. */
  readonly open: () => number
}

/** Counts every raw socket of a server, and destroys them all in the end. */
export const listen = (
  server: Net.Server,
  where: Net.ListenOptions = { host: "127.0.0.1", port: 0 }
): Effect.Effect<Listening, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sockets = yield* Queue.unbounded<Net.Socket>()
    const open = new Set<Net.Socket>()
    server.on("connection", (socket: Net.Socket) => {
      open.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => open.delete(socket))
      Queue.unsafeOffer(sockets, socket)
    })
    const port = yield* Effect.acquireRelease(
      Effect.async<number>((resume) => {
        server.listen(where, () => {
          const address = server.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      }),
      () =>
        Effect.async<void>((resume) => {
          open.forEach((socket) => socket.destroy())
          server.close(() => resume(Effect.void))
        })
    )
    return { port, socket: Queue.take(sockets), open: () => open.size }
  })

export interface WireServer {
  readonly endpoint: Endpoint.Endpoint
  readonly accept: Effect.Effect<Wire.Wire, never, Scope.Scope>
  readonly socket: Effect.Effect<Net.Socket>
  readonly links: Effect.Effect<number>
}

const endpointOf = (scheme: Endpoint.Scheme, port: number, path = ""): Endpoint.Endpoint => ({
  scheme,
  host: scheme === "unix" ? "" : "localhost",
  port,
  path
})

/** Wires of streams, in the order in which their links were ready. */
const serveStreams = (
  make: (onStream: (stream: Duplex) => void) => Net.Server,
  endpoint: (port: number) => Endpoint.Endpoint,
  where?: Net.ListenOptions
): Effect.Effect<WireServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const streams = yield* Queue.unbounded<Duplex>()
    const { open, port, socket } = yield* listen(
      make((stream) => {
        stream.on("error", () => {})
        Queue.unsafeOffer(streams, stream)
      }),
      where
    )
    return {
      endpoint: endpoint(port),
      accept: Effect.flatMap(Queue.take(streams), NodeTransport.fromSocket),
      socket,
      links: Effect.sync(open)
    }
  })

export const tcpServer = serveStreams((onStream) => Net.createServer(onStream), (port) => endpointOf("mqtt", port))

export const unixServer = Effect.gen(function*() {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const path = join(directory, "socket")
  return yield* serveStreams((onStream) => Net.createServer(onStream), () => endpointOf("unix", 0, path), { path })
})

export const tlsServer = (options: Tls.TlsOptions) =>
  serveStreams(
    (onStream) => Tls.createServer(options, onStream).on("tlsClientError", () => {}),
    (port) => endpointOf("mqtts", port)
  )

/** Accepts upgrades; over TLS when there is a pair. */
export const webSocketServer = (pair?: Pair): Effect.Effect<WireServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const wires = yield* Queue.unbounded<Wire.Wire>()
    const server = pair === undefined ? Http.createServer() : Https.createServer({ ...pair })
    const { open, port, socket } = yield* listen(server)
    const run = yield* FiberSet.makeRuntime<never>()
    server.on("upgrade", (request: Http.IncomingMessage, stream: Duplex, head: Buffer) => {
      run(
        NodeTransport.acceptWebSocket(request, stream, head).pipe(
          Effect.tap((wire) => Queue.offer(wires, wire)),
          Effect.zipRight(Effect.never),
          Effect.scoped,
          Effect.ignore
        )
      )
    })
    return {
      endpoint: endpointOf(pair === undefined ? "ws" : "wss", port, "/mqtt"),
      accept: Queue.take(wires),
      socket,
      links: Effect.sync(open)
    }
  })
