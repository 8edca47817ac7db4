/** Proxies of a test: they connect to where they are told, on this machine. */
import type { Scope } from "effect"
import { Effect } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"
import type { Duplex } from "node:stream"
import type { Listening } from "./listening.ts"
import { listen } from "./listening.ts"

const join = (client: Duplex, server: Net.Socket) => {
  client.on("error", () => server.destroy())
  server.on("error", () => client.destroy())
  client.on("close", () => server.destroy())
  server.on("close", () => client.destroy())
  client.pipe(server)
  server.pipe(client)
}

export const httpProxy: Effect.Effect<Listening, never, Scope.Scope> = Effect.suspend(() =>
  listen(
    Http.createServer().on("connect", ({ url }: Http.IncomingMessage, client: Duplex, head: Buffer) => {
      const { hostname, port } = new URL(`http://${url}`)
      const server = Net.connect({ host: hostname, port: Number(port) }, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n")
        server.write(head)
        join(client, server)
      })
      server.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
    })
  )
)

/** No authentication, names only. */
export const socksProxy: Effect.Effect<Listening, never, Scope.Scope> = Effect.suspend(() =>
  listen(
    Net.createServer((client) => {
      client.once("data", () => {
        client.write(Uint8Array.of(5, 0))
        client.once("data", (request: Buffer) => {
          const length = request[4] ?? 0
          const host = request.toString("latin1", 5, 5 + length)
          const server = Net.connect({ host, port: request.readUInt16BE(5 + length) }, () => {
            client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
            join(client, server)
          })
          server.on("error", () => client.end(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)))
        })
      })
    })
  )
)
