/** A listening server of Node whose connections belong to a scope. */
import type { Wire } from "@effect-mqtt/connection/Wire"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Net from "node:net"

export interface Tls {
  readonly certificate: string | ReadonlyArray<string>
  readonly key: Redacted.Redacted<string>
  readonly passphrase?: Redacted.Redacted<string> | undefined
  readonly clientAuthority?: string | ReadonlyArray<string> | undefined
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined
}

/** How long a handshake may take. */
export const handshakeMillis = 10_000

export const tlsSettings = (tls: Tls) => ({
  cert: typeof tls.certificate === "string" ? tls.certificate : [...tls.certificate],
  key: Redacted.value(tls.key),
  handshakeTimeout: handshakeMillis,
  ...(tls.passphrase === undefined ? {} : { passphrase: Redacted.value(tls.passphrase) }),
  ...(tls.clientAuthority === undefined ? {} : {
    ca: typeof tls.clientAuthority === "string" ? tls.clientAuthority : [...tls.clientAuthority],
    requestCert: true,
    rejectUnauthorized: true
  }),
  ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion })
})

/** Runs one connection in the scope of the listener. */
export type Run = <E>(wire: Effect.Effect<Wire, E, Scope.Scope>) => void

/**
 * `start` makes a server that hands each connection to `run`. At the end it first stops accepting connections, then ends
 * those that are open, including those still in the TLS handshake.
 */
export const listen = <E>(
  start: (run: Run) => Net.Server,
  serve: (wire: Wire) => Effect.Effect<void>,
  where: { readonly host: string; readonly port: number; readonly maxSockets: number },
  explain: (cause: unknown) => E
): Effect.Effect<number, E, Scope.Scope> =>
  Effect.gen(function*() {
    const connections = yield* FiberSet.make<void>()
    const runFork = yield* FiberSet.runtime(connections)()
    const run: Run = (wire) => {
      runFork(Effect.interruptible(Effect.scoped(Effect.ignore(Effect.flatMap(wire, serve)))))
    }
    const sockets = new Set<Net.Socket>()
    const server = yield* Effect.try({
      try: () => {
        const server = start(run)
        server.maxConnections = where.maxSockets
        server.on("connection", (socket) => {
          sockets.add(socket)
          socket.once("close", () => sockets.delete(socket))
        })
        return server
      },
      catch: explain
    })
    yield* Effect.acquireRelease(bind(server, where, explain), () => close(server, connections, sockets))
    const address = server.address()
    // A listening TCP server has an address record; text is for pipes only.
    if (address === null || typeof address === "string") {
      return yield* Effect.dieMessage("The listener has no TCP address")
    }
    return address.port
  })

const bind = <E>(
  server: Net.Server,
  { host, port }: { readonly host: string; readonly port: number },
  explain: (cause: unknown) => E
): Effect.Effect<void, E> =>
  Effect.async((resume) => {
    const onError = (cause: unknown) => resume(Effect.fail(explain(cause)))
    server.once("error", onError)
    server.listen({ host, port }, () => {
      server.off("error", onError)
      // Failing to accept one connection (no file descriptors left) is not the end of the others.
      server.on("error", () => {})
      resume(Effect.void)
    })
  })

const close = (
  server: Net.Server,
  connections: FiberSet.FiberSet<void>,
  sockets: ReadonlySet<Net.Socket>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    let onClosed = () => {}
    let isClosed = false
    server.close(() => {
      isClosed = true
      onClosed()
    })
    const closed = Effect.async<void>((resume) => {
      for (const socket of sockets) socket.destroy()
      if (isClosed) return resume(Effect.void)
      onClosed = () => resume(Effect.void)
    })
    return Effect.zipRight(FiberSet.clear(connections), closed)
  })
