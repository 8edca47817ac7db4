import type { Wire } from "@effect-mqtt/connection"
import { Endpoint, MqttError, Transport } from "@effect-mqtt/connection"
import { NodeTransport } from "@effect-mqtt/connection/node"
import { TransportSuite } from "@effect-mqtt/connection/testing"
import { NodeSocket } from "@effect/platform-node"
import { describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Context, Effect, Layer, Queue } from "effect"
import { certificates } from "../node/certificates.ts"
import type { Listening, WireServer } from "../node/listening.ts"
import { tcpServer, tlsServer, unixServer, webSocketServer } from "../node/listening.ts"
import { httpProxy, socksProxy } from "../node/proxies.ts"

type Fixture = Effect.Effect<TransportSuite.Fixture, unknown, Scope.Scope>

/** The service of a layer that lives as long as the scope. */
const built = (layer: Layer.Layer<Transport.Transport>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, Transport.Transport))

const over = (
  server: Effect.Effect<WireServer, never, Scope.Scope>,
  layer: Layer.Layer<Transport.Transport>
): Fixture =>
  Effect.gen(function*() {
    const transport = yield* built(layer)
    const { accept, endpoint, links, socket } = yield* server
    return {
      open: transport.open(endpoint),
      accept,
      links,
      reset: () => Effect.map(socket, (raw) => raw.resetAndDestroy())
    }
  })

const memory: Fixture = Effect.gen(function*() {
  const ends = yield* Queue.unbounded<Wire.Wire>()
  const transport = yield* built(
    Transport.layerMemory((wire) => Effect.zipRight(Queue.offer(ends, wire), Effect.never))
  )
  const endpoint = yield* Endpoint.parse("mqtt://memory")
  return { open: transport.open(endpoint), accept: Queue.take(ends) }
})

const ca = certificates?.ca ?? ""
const pair = certificates?.server ?? { key: "", cert: "" }
const trusting = NodeTransport.layerWith({ tls: { ca } })

/** The layers of a link, each on top of a wire that hides its socket: nothing can take a short cut. */
const layered = Effect.map(Transport.Transport, (transport) => ({
  open: (endpoint: Endpoint.Endpoint) =>
    transport.open({ ...endpoint, scheme: "mqtt" }).pipe(
      Effect.map((wire): Wire.Wire => ({
        canPause: wire.canPause,
        read: wire.read,
        write: wire.write,
        shutdown: wire.shutdown
      })),
      Effect.flatMap((wire) => NodeTransport.withTls(wire, endpoint.host, { ca })),
      Effect.flatMap((wire) => NodeTransport.withWebSocket(wire, endpoint))
    )
}))

const overLayers: Fixture = Effect.gen(function*() {
  const transport = yield* Effect.provide(layered, NodeTransport.layer)
  const { accept, endpoint, links } = yield* webSocketServer(pair)
  return { open: transport.open(endpoint), accept, links }
})

const overPlatformSocket = over(
  tcpServer,
  Transport.layerSocket(({ host, port }) =>
    Effect.mapError(
      NodeSocket.makeNet({ host, port }),
      (cause) => new MqttError.TransportError({ reason: "Open", cause })
    )
  )
)

const overConstructor = over(
  webSocketServer(),
  // Pausable, as on Node 20; the global one of later versions, and of a browser, is not.
  Layer.provide(Transport.layerWebSocket(), NodeSocket.layerWebSocketConstructor)
)

/** The proxy is the one whose links count: it holds one as long as either side does. */
const through = (
  protocol: "http" | "socks5",
  proxy: Effect.Effect<Listening, never, Scope.Scope>,
  server: Effect.Effect<WireServer, never, Scope.Scope>
): Fixture =>
  Effect.gen(function*() {
    const { open, port } = yield* proxy
    const layer = NodeTransport.layerWith({ tls: { ca }, proxy: { protocol, host: "127.0.0.1", port } })
    const fixture = yield* over(server, layer)
    return { ...fixture, reset: undefined, links: Effect.sync(open) }
  })

const run = (name: string, fixture: Fixture, options?: TransportSuite.Options) =>
  describe(name, () => {
    for (const check of TransportSuite.make(fixture, options)) it.live(check.name, () => check.run)
  })

run("memory", memory)
run("TCP", over(tcpServer, NodeTransport.layer))
// A Unix socket knows no reset.
run("Unix socket", Effect.map(over(unixServer, NodeTransport.layer), ({ reset: _, ...fixture }) => fixture))
run("WebSocket", over(webSocketServer(), NodeTransport.layer))
run("platform socket", overPlatformSocket)
run("WebSocketConstructor", overConstructor)

describe.skipIf(certificates === undefined)("with certificates", () => {
  run("TLS", over(tlsServer(pair), trusting))
  run("secure WebSocket", over(webSocketServer(pair), trusting))
  run("TLS through an HTTP proxy", through("http", httpProxy, tlsServer(pair)))
  run("WebSocket through SOCKS5", through("socks5", socksProxy, webSocketServer()))
  run("WebSocket over TLS over any wire", overLayers, { burstBytes: 16 * 1024 * 1024 })
})
