/** Proxies for one test, which tell where they were asked to connect to. */
import { Effect } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"

/** A server on a free loopback port, until the test is over; it destroys what is still open. */
const listen = (server: Net.Server) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
      })
    }),
    () => Effect.sync(() => server.close())
  )

const connect = (host: string, port: number, from: Net.Socket, onConnect: () => void) => {
  const to = Net.connect(port, host, () => {
    onConnect()
    from.pipe(to)
    to.pipe(from)
  })
  to.on("error", () => from.destroy())
  from.on("error", () => to.destroy())
}

/** CONNECT of HTTP, which counts what it lets through. */
export const httpProxy = Effect.gen(function*() {
  const targets: Array<string> = []
  const server = Http.createServer()
  server.on("connect", ({ url = "" }, socket) => {
    targets.push(url)
    const [host, port] = url.split(":")
    // The socket of a request without TLS is one of `node:net`.
    if (socket instanceof Net.Socket) connect(host, Number(port), socket, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"))
  })
  return { port: yield* listen(server), targets }
})

/** SOCKS 5 without authentication, for host names. */
export const socksProxy = Effect.gen(function*() {
  const targets: Array<string> = []
  const server = Net.createServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.of(5, 0))
      socket.once("data", (request) => {
        const host = request.subarray(5, 5 + request[4]).toString()
        const port = request.readUInt16BE(5 + request[4])
        targets.push(`${host}:${port}`)
        connect(host, port, socket, () => socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)))
      })
    })
  })
  return { port: yield* listen(server), targets }
})
