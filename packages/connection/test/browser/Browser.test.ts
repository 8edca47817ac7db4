import { NodeBroker } from "@effect-mqtt/broker/node"
import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { freePorts } from "@effect-mqtt/interop/process"
import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "effect"
import { Context, Effect, Layer } from "effect"
import { build } from "esbuild"
import { existsSync } from "node:fs"
import * as Http from "node:http"
import { isBuiltin } from "node:module"
import * as Net from "node:net"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { chromium } from "playwright-core"
import { listen } from "../node/listening.ts"
import type { Report } from "./page.ts"

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync)
if (executablePath === undefined) console.warn("skipped without chromium: the client in a browser")
if (Mosquitto.version === undefined) console.warn("skipped without mosquitto: a browser with a broker by others")

const builtins = new Set<string>()

/** The page's script as a browser gets it; remembers what of Node it would need. */
const bundle = Effect.promise(() =>
  build({
    bundle: true,
    conditions: ["@effect-mqtt/source"],
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    format: "iife",
    globalName: "page",
    platform: "browser",
    plugins: [{
      name: "builtins",
      setup: (bundler) =>
        bundler.onResolve({ filter: /^(node:|[a-z_/]+$)/ }, ({ path }) => {
          if (!isBuiltin(path)) return undefined
          builtins.add(path)
          return { external: true, path }
        })
    }],
    target: "es2022",
    write: false
  })
).pipe(Effect.map(({ outputFiles }) => outputFiles.map(({ text }) => text).join("")))

/** A page of its own, served over HTTP as a page is. */
const openPage: Effect.Effect<Page, never, Scope.Scope> = Effect.gen(function*() {
  const script = yield* bundle
  const { port } = yield* listen(Http.createServer((request, response) => {
    const isScript = request.url === "/page.js"
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html")
    response.end(isScript ? script : "<!doctype html><script src=\"/page.js\"></script>")
  }))
  const browser = yield* Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox", "--disable-gpu"] })
    ),
    (running) => Effect.promise(() => running.close())
  )
  const page = yield* Effect.promise(() => browser.newPage())
  yield* Effect.promise(() => page.goto(`http://127.0.0.1:${port}/`))
  return page
})

/** A way to the broker that can be cut. */
const relay = (port: number) =>
  Effect.gen(function*() {
    const clients = new Set<Net.Socket>()
    const { port: near } = yield* listen(Net.createServer((client) => {
      const server = Net.connect({ host: "127.0.0.1", port })
      clients.add(client)
      server.on("error", () => client.destroy())
      client.on("close", () => server.destroy())
      server.on("close", () => client.destroy())
      client.pipe(server)
      server.pipe(client)
    }))
    const cut = () => {
      clients.forEach((client) => client.resetAndDestroy())
      clients.clear()
    }
    return { url: `ws://127.0.0.1:${near}/mqtt`, cut }
  })

const exchange = (port: number) =>
  Effect.gen(function*() {
    const { cut, url } = yield* relay(port)
    const page = yield* openPage
    yield* Effect.promise(() => page.exposeFunction("cut", cut))
    return yield* Effect.promise(() =>
      // The page's own types end where its script becomes text.
      page.evaluate<Report>(`page.exchange(${JSON.stringify(url)}, cut)`)
    )
  })

const all = (text: string) => [0, 1, 2].map((qos) => `page/${qos} at ${qos}: ${text}`)

describe.skipIf(executablePath === undefined)("MqttClient in Chromium", { timeout: 60_000 }, () => {
  it.scopedLive("with the embedded broker: every QoS, over a link that is cut", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(NodeBroker.layerWebSocket())
      const report = yield* exchange(Context.get(context, NodeBroker.BrokerAddress).port)
      assert.deepStrictEqual(report, { before: all("before"), after: all("after"), links: 2 })
      assert.deepStrictEqual([...builtins], [])
    }))

  it.scopedLive.skipIf(Mosquitto.version === undefined)(
    "with Mosquitto: every QoS, over a link that is cut",
    () =>
      Effect.gen(function*() {
        const [port = 0] = yield* freePorts(1)
        // Its first listener speaks TCP: with none but WebSocket, some versions do not start.
        yield* Mosquitto.open([`listener ${port} 127.0.0.1`, "protocol websockets"])
        const report = yield* exchange(port)
        assert.deepStrictEqual(report, { before: all("before"), after: all("after"), links: 2 })
      })
  )
})
