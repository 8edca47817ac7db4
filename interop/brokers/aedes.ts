/** Aedes, a broker in JavaScript: MQTT 3.1.1. It runs in this process, and is there wherever the tests are. */
import { Aedes } from "aedes"
import type { Scope } from "effect"
import { Effect, ScopedRef } from "effect"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import type { Duplex } from "node:stream"
import * as Tls from "node:tls"
import { createWebSocketStream, WebSocketServer } from "ws"
import type { Broker, Certificate } from "./broker.ts"
import { user } from "./broker.ts"
import * as Process from "./process.ts"

const isAllowed = (topic: string) => topic.startsWith("open/")

const badUserNameOrPassword = 4

/** What it decides on who may do what; a publish that is refused ends the link, a subscription has its answer. */
const rights = {
  authenticate: (_client, name, password, done) =>
    name === user.name && password?.toString() === user.password
      ? done(null, true)
      : done(Object.assign(new Error("refused"), { returnCode: badUserNameOrPassword }), false),
  authorizePublish: (_client, { topic }, done) => done(isAllowed(topic) ? null : new Error("refused")),
  authorizeSubscribe: (_client, subscription, done) => done(null, isAllowed(subscription.topic) ? subscription : null)
} satisfies ConstructorParameters<typeof Aedes>[0]

/** One run of it: memory that ends with its listeners. */
const run = (
  [tcp = 0, tls = 0, ws = 0, wss = 0]: ReadonlyArray<number>,
  { cert, key }: Certificate
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const aedes = await Aedes.createBroker(rights)
      const sockets = new Set<Net.Socket>()
      const handle = (stream: Duplex) => void aedes.handle(stream)
      const webSocket = (server: Http.Server) => {
        const upgrades = new WebSocketServer({ server, handleProtocols: () => "mqtt" })
        upgrades.on("connection", (socket) => handle(createWebSocketStream(socket)))
        return server
      }
      const listeners: ReadonlyArray<readonly [Net.Server, number]> = [
        [Net.createServer(handle), tcp],
        [Tls.createServer({ cert, key }, handle), tls],
        [webSocket(Http.createServer()), ws],
        [webSocket(Https.createServer({ cert, key })), wss]
      ]
      await Promise.all(listeners.map(([server, port]) =>
        new Promise<void>((resolve) => {
          server.on("connection", (socket: Net.Socket) => {
            sockets.add(socket)
            socket.once("close", () => sockets.delete(socket))
          })
          server.listen(port, "127.0.0.1", resolve)
        })
      ))
      return async () => {
        await new Promise<void>((resolve) => aedes.close(resolve))
        const closed = listeners.map(([server]) => new Promise((resolve) => server.close(resolve)))
        for (const socket of sockets) socket.destroy()
        await Promise.all(closed)
      }
    }),
    (end) => Effect.promise(end)
  )

export const make = (certificate: Certificate): Effect.Effect<Broker, never, Scope.Scope> =>
  Effect.gen(function*() {
    const ports = yield* Process.freePorts(4)
    const [tcp, tls, ws, wss] = ports
    const current = yield* ScopedRef.fromAcquire(run(ports, certificate))
    return {
      start: ScopedRef.set(current, run(ports, certificate)),
      stop: ScopedRef.set(current, Effect.void),
      urls: {
        tcp: `mqtt://127.0.0.1:${tcp}`,
        tls: `mqtts://127.0.0.1:${tls}`,
        ws: `ws://127.0.0.1:${ws}/mqtt`,
        wss: `wss://127.0.0.1:${wss}/mqtt`
      }
    }
  })
