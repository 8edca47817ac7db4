import type { Endpoint } from "@effect-mqtt/connection"
import { MqttConnection, MqttError, Transport } from "@effect-mqtt/connection"
import type { NodeTransportOptions } from "@effect-mqtt/connection/node"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import Dns from "node:dns"
import * as Http from "node:http"
import * as Https from "node:https"
import { syncBuiltinESMExports } from "node:module"
import Net from "node:net"
import * as Tls from "node:tls"
import { vi } from "vitest"
import type { WebSocket } from "ws"
import { WebSocketServer } from "ws"
import { certificates } from "./certificates.ts"
import type { Listening } from "./listening.ts"
import { listen } from "./listening.ts"

const pair = certificates?.server
const none = { ca: undefined, client: undefined, otherHost: undefined }
const { ca, client, otherHost } = certificates ?? none

/** What a program gets that connects there, after which the server holds nothing of it. */
const failure = (server: Listening, url: string, options: NodeTransportOptions.Options = {}) =>
  Effect.gen(function*() {
    const error = yield* MqttConnection.make({ url, connectTimeout: "5 seconds" }).pipe(
      Effect.scoped,
      Effect.flip,
      Effect.provide(NodeTransport.layerWith(options))
    )
    yield* Effect.repeat(Effect.delay(Effect.sync(server.open), "5 millis"), {
      until: (count) => count === 0,
      times: 400
    })
    assert.strictEqual(server.open(), 0, "links that are left")
    assert.instanceOf(error.cause, MqttError.TransportError)
    return { error, tag: error._tag, why: error.cause.reason, message: error.message }
  })

/** Waits until both sides of a link have ended. */
const ended = (socket: Net.Socket) =>
  Effect.async<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })

/** A server that says the same to everybody. */
const saying = (text: string) =>
  Net.createServer((socket) => {
    socket.on("data", () => socket.end(text))
  })

const page = () =>
  Http.createServer((_, response) => {
    response.end("<h1>It works!</h1>")
  })

const webSockets = (onOpen: (socket: WebSocket) => void, protocol: false | "mqtt" = "mqtt") => {
  const server = Http.createServer()
  new WebSocketServer({ server, handleProtocols: () => protocol }).on("connection", onOpen)
  return server
}

/** Has a function of Node do something else until the scope closes. */
const replaced = (replace: () => { readonly mockRestore: () => void }) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const mock = replace()
      syncBuiltinESMExports()
      return mock
    }),
    (mock) =>
      Effect.sync(() => {
        mock.mockRestore()
        syncBuiltinESMExports()
      })
  )

const tls = (options: Tls.TlsOptions) => Tls.createServer(options).on("tlsClientError", () => {})

describe("peers that are not what they should be", () => {
  it.scopedLive("nobody listens there", () =>
    Effect.gen(function*() {
      const server = yield* listen(Net.createServer())
      const { message, why } = yield* failure(server, "mqtt://127.0.0.1:1")
      assert.strictEqual(why, "Open")
      assert.include(message, "ECONNREFUSED")
    }))

  it.scopedLive("a host that has no address", () =>
    Effect.gen(function*() {
      const server = yield* listen(Net.createServer())
      // As Node says it: a resolver of the machine that nobody answers would take its own time for it.
      const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND does-not-exist.invalid"), { code: "ENOTFOUND" })
      yield* replaced(() =>
        vi.spyOn(Dns, "lookup").mockImplementation((...words: ReadonlyArray<unknown>) => {
          const answer = words.at(-1)
          if (typeof answer === "function") process.nextTick(answer, unknown)
        })
      )
      const { message, why } = yield* failure(server, "mqtt://does-not-exist.invalid")
      assert.strictEqual(why, "Open")
      assert.include(message, "does-not-exist.invalid")
    }))

  it.scopedLive("a web server on the MQTT port", () =>
    Effect.gen(function*() {
      const server = yield* listen(page())
      const { message, why } = yield* failure(server, `mqtt://127.0.0.1:${server.port}`)
      assert.strictEqual(why, "NotMqtt")
      assert.include(message, "it answers like a web server")
    }))

  it.scopedLive("a web server on the WebSocket port", () =>
    Effect.gen(function*() {
      const server = yield* listen(page())
      const { message, tag, why } = yield* failure(server, `ws://127.0.0.1:${server.port}`)
      assert.strictEqual(why, "UpgradeRefused")
      assert.strictEqual(tag, "ConnectError")
      assert.include(message, "HTTP status 200")
    }))

  it.scopedLive("no HTTP at all on the WebSocket port", () =>
    Effect.gen(function*() {
      const server = yield* listen(saying("\u0020\u0002\u0000\u0000"))
      const { message, why } = yield* failure(server, `ws://127.0.0.1:${server.port}`)
      assert.strictEqual(why, "UpgradeRefused", message)
    }))

  it.scopedLive("nobody who answers on the WebSocket port, but hangs up or resets the connection", () =>
    Effect.gen(function*() {
      const endings = [(socket: Net.Socket) => socket.end(), (socket: Net.Socket) => socket.resetAndDestroy()]
      for (const end of endings) {
        const server = yield* listen(
          Net.createServer((socket) => void socket.on("error", () => {}).once("data", () => end(socket)))
        )
        const { message, why } = yield* failure(server, `ws://127.0.0.1:${server.port}`)
        assert.strictEqual(why, "UpgradeRefused", message)
        assert.include(message, "it hung up without an answer; does the port take WebSocket?")
      }
    }))

  it.scopedLive.each([401, 403])(
    "a WebSocket server that answers %d is an AuthError",
    (status) =>
      Effect.gen(function*() {
        const server = yield* listen(Http.createServer((_, response) => response.writeHead(status).end()))
        const { tag, why } = yield* failure(server, `ws://127.0.0.1:${server.port}`)
        assert.deepStrictEqual([tag, why], ["AuthError", "Forbidden"])
      })
  )

  it.scopedLive("a WebSocket server without the subprotocol, unless that is allowed", () =>
    Effect.gen(function*() {
      const server = yield* listen(webSockets((socket) => socket.close(1008), false))
      const url = `ws://127.0.0.1:${server.port}`
      assert.strictEqual((yield* failure(server, url)).why, "NoSubprotocol")
      const { tag, why } = yield* failure(server, url, { webSocket: { subprotocol: "optional" } })
      // Then it got as far as the close with "policy violation".
      assert.deepStrictEqual([tag, why], ["AuthError", "Forbidden"])
    }))

  it.scopedLive("a text frame", () =>
    Effect.gen(function*() {
      const server = yield* listen(webSockets((socket) => socket.send("hello")))
      const { why } = yield* failure(server, `ws://127.0.0.1:${server.port}`)
      assert.strictEqual(why, "TextFrame")
    }))

  it.scopedLive("a message larger than allowed", () =>
    Effect.gen(function*() {
      const server = yield* listen(webSockets((socket) => socket.send(new Uint8Array(2000))))
      const { message } = yield* failure(server, `ws://127.0.0.1:${server.port}`, {
        webSocket: { maxMessageBytes: 1000 }
      })
      assert.include(message, "Max payload size exceeded")
    }))

  it.scopedLive("a proxy that refuses, one that wants credentials, and none at all", () =>
    Effect.gen(function*() {
      const through = (server: Listening, protocol: "http" | "socks5") =>
        failure(server, "mqtt://broker.example", { proxy: { protocol, host: "127.0.0.1", port: server.port } })
      const refusing = yield* listen(saying("HTTP/1.1 403 Forbidden\r\n\r\n"))
      const { message, why } = yield* through(refusing, "http")
      assert.strictEqual(why, "ProxyRefused")
      assert.include(message, "HTTP status 403")
      const asking = yield* listen(saying("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
      const { error, why: denied } = yield* through(asking, "http")
      assert.deepStrictEqual([denied, error.retryable], ["ProxyDenied", false])
      assert.strictEqual((yield* through(refusing, "socks5")).why, "ProxyRefused")
      const silent = yield* listen(Net.createServer((socket) => socket.resume().end()))
      assert.strictEqual((yield* through(silent, "socks5")).why, "ProxyRefused")
    }))

  it.scopedLive("every step has a time-out of its own", () =>
    Effect.gen(function*() {
      const server = yield* listen(Net.createServer((socket) => socket.resume()))
      const address = `127.0.0.1:${server.port}`
      const times = { tls: "20 millis", upgrade: "20 millis", proxy: "20 millis" } as const
      const steps = [
        [`mqtts://${address}`, undefined, "the TLS handshake"],
        [`ws://${address}`, undefined, "the WebSocket upgrade"],
        [`mqtt://${address}`, { protocol: "http", host: "127.0.0.1", port: server.port }, "the proxy's answer"],
        [`mqtt://${address}`, { protocol: "socks5", host: "127.0.0.1", port: server.port }, "the proxy's answer"]
      ] as const
      for (const [url, proxy, step] of steps) {
        const { error, message } = yield* failure(server, url, { timeouts: times, proxy })
        assert.strictEqual(error.reason, "Timeout")
        assert.include(message, step)
      }
    }))

  it.scopedLive.each(["ws", "mqtts"])(
    "one that is gone before the next step of %s begins is not waited for",
    (scheme) =>
      Effect.gen(function*() {
        const server = yield* listen(Net.createServer((socket) => socket.resume().end()))
        const gone = Effect.flatMap(server.socket, ended)
        const { error, why } = yield* failure(server, `${scheme}://127.0.0.1:${server.port}`, {
          tls: Effect.as(gone, {}),
          webSocket: { headers: Effect.as(gone, {}) }
        })
        assert.deepStrictEqual([error.reason, why, error.retryable], ["Transport", "Closed", true])
      })
  )

  it.scopedLive("name resolution and connecting have theirs", () =>
    Effect.gen(function*() {
      const server = yield* listen(Net.createServer())
      const attempt = (timeouts: NodeTransportOptions.Timeouts) =>
        failure(server, `mqtt://localhost:${server.port}`, { timeouts })
      yield* replaced(() => vi.spyOn(Net, "connect").mockImplementation(() => new Net.Socket()))
      const connecting = yield* attempt({ connect: "30 millis" })
      assert.deepStrictEqual([connecting.error.reason, connecting.why], ["Timeout", "OpenTimeout"])
      assert.include(connecting.message, "connecting took longer than 30ms")
      yield* replaced(() => vi.spyOn(Dns, "lookup").mockImplementation(() => {}))
      const resolving = yield* attempt({ resolve: "20 millis" })
      assert.deepStrictEqual([resolving.error.reason, resolving.why], ["Timeout", "OpenTimeout"])
      assert.include(resolving.message, "resolving the host name took longer than 20ms")
    }))
})

describe.skipIf(certificates === undefined)("peers that are not what they should be, with TLS", () => {
  it.scopedLive("a certificate that cannot be verified", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair }))
      const { error, why } = yield* failure(server, `mqtts://localhost:${server.port}`)
      assert.strictEqual(why, "Untrusted")
      assert.isFalse(error.retryable)
    }))

  it.scopedLive("a certificate for another host", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...otherHost }))
      const { error, message, why } = yield* failure(server, `mqtts://localhost:${server.port}`, { tls: { ca } })
      assert.strictEqual(why, "WrongHost")
      assert.include(message, "elsewhere.example")
      assert.isFalse(error.retryable)
    }))

  it.scopedLive("TLS on a plain port", () =>
    Effect.gen(function*() {
      const web = yield* listen(page())
      assert.strictEqual((yield* failure(web, `mqtts://localhost:${web.port}`)).why, "NotTls")
      const mqtt = yield* listen(saying("\u0020\u0002\u0000\u0000"))
      assert.strictEqual((yield* failure(mqtt, `wss://localhost:${mqtt.port}`)).why, "NotTls")
    }))

  it.scopedLive("plain on a TLS port", () =>
    Effect.gen(function*() {
      // Some say so before they hang up.
      const mute = yield* listen(tls({ ...pair }))
      const unanswered = yield* failure(mute, `mqtt://localhost:${mute.port}`)
      assert.include(unanswered.message, "the server hung up before it answered")
      const alerting = yield* listen(saying("\u0015\u0003\u0001\u0000\u0002\u0002\u0046"))
      const { message, tag, why } = yield* failure(alerting, `mqtt://localhost:${alerting.port}`)
      assert.deepStrictEqual([tag, why], ["ConnectError", "NotMqtt"])
      assert.include(message, "it answers with TLS")
    }))

  it.scopedLive("a server that wants a client certificate", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair, ca, requestCert: true }))
      const { why } = yield* failure(server, `mqtts://localhost:${server.port}`, { tls: { ca } })
      assert.strictEqual(why, "Untrusted")
    }))

  it.scopedLive("one that wants a client certificate for a WebSocket", () =>
    Effect.gen(function*() {
      const https = Https.createServer({ ...pair, ca, requestCert: true })
      const refused = new Promise((resolve) => https.on("tlsClientError", resolve))
      const server = yield* listen(https)
      const { error, why } = yield* failure(server, `wss://localhost:${server.port}`, {
        tls: { ca },
        webSocket: { headers: Effect.as(Effect.promise(() => refused), {}) }
      })
      assert.deepStrictEqual([why, error.retryable], ["Untrusted", false])
    }))

  it.scopedLive.each(
    [
      ["our certificate gives no access", 49, "Untrusted", false],
      ["what we offer is not safe enough", 71, "Untrusted", false],
      ["it has trouble of its own", 80, "Open", true]
    ] as const
  )("a server that says in the handshake: %s", ([_, alert, why, retryable]) =>
    Effect.gen(function*() {
      const server = yield* listen(saying(`\u0015\u0003\u0003\u0000\u0002\u0002${String.fromCharCode(alert)}`))
      const refused = yield* failure(server, `mqtts://localhost:${server.port}`, { tls: { ca } })
      assert.deepStrictEqual([refused.why, refused.error.retryable], [why, retryable])
    }))

  it.scopedLive("a protocol without a name is not offered: Node would end the process", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair }))
      const { error } = yield* failure(server, `mqtts://localhost:${server.port}`, {
        tls: { ca, alpnProtocols: ["mqtt", ""] }
      })
      assert.deepStrictEqual([error.reason, error.retryable], ["InvalidEndpoint", false])
    }))

  it.scopedLive("a server that knows none of our protocols", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair, ALPNProtocols: ["h2"] }))
      const options = { tls: { ca, alpnProtocols: ["mqtt"] } }
      assert.strictEqual((yield* failure(server, `mqtts://localhost:${server.port}`, options)).why, "Untrusted")
    }))

  it.scopedLive("a key that is none", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair }))
      const key = Redacted.make("not a key")
      const { error, message } = yield* failure(server, `mqtts://localhost:${server.port}`, {
        tls: { ca, certificate: client?.cert, key }
      })
      assert.strictEqual(error.reason, "InvalidEndpoint")
      assert.notInclude(message, "not a key")
    }))
})

const open = (endpoint: Endpoint.Endpoint, options: NodeTransportOptions.Options) =>
  Effect.flatMap(Transport.Transport, (transport) => transport.open(endpoint)).pipe(
    Effect.provide(NodeTransport.layerWith(options))
  )

describe.skipIf(certificates === undefined)("TLS options", () => {
  it.scopedLive("client certificate, ALPN and server name, as an Effect for every attempt", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const server = yield* listen(
        Tls.createServer({ ...otherHost, ca, requestCert: true, ALPNProtocols: ["mqtt"] }, (socket) => {
          seen.push([socket.authorized, socket.alpnProtocol, "servername" in socket ? socket.servername : undefined])
        })
      )
      let attempts = 0
      const options = Effect.sync((): NodeTransportOptions.TlsOptions => {
        attempts++
        return {
          ca,
          certificate: client?.cert,
          key: Redacted.make(client?.key ?? ""),
          alpnProtocols: ["mqtt"],
          servername: "elsewhere.example"
        }
      })
      const endpoint = { scheme: "mqtts", host: "localhost", port: server.port, path: "" } as const
      yield* open(endpoint, { tls: options })
      yield* open(endpoint, { tls: options })
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => seen.length === 2, times: 400 })
      assert.deepStrictEqual(seen, [[true, "mqtt", "elsewhere.example"], [true, "mqtt", "elsewhere.example"]])
      assert.strictEqual(attempts, 2)
    }))

  it.scopedLive("the certificate may be for an IPv6 address; an empty list of protocols asks for none", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair }))
      const endpoint = { scheme: "mqtts", host: "localhost", port: server.port, path: "" } as const
      yield* open(endpoint, { tls: { ca, servername: "0:0:0:0:0:0:0:1", alpnProtocols: [] } })
      for (const servername of ["::2", "fe80::1%lo"]) {
        const other = yield* Effect.flip(open(endpoint, { tls: { ca, servername } }))
        assert.strictEqual(other.reason, "WrongHost")
      }
    }))

  it.scopedLive("verification can be switched off, and only so", () =>
    Effect.gen(function*() {
      const server = yield* listen(tls({ ...pair }))
      yield* open({ scheme: "mqtts", host: "localhost", port: server.port, path: "" }, { tls: { verify: false } })
    }))
})
