/** The `mqtt` command and mosquitto's programs behind TLS, a proxy and a Unix socket: the options that both have for these. */
import { Broker } from "@effect-mqtt/broker"
import { NodeBroker } from "@effect-mqtt/broker/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Tls from "node:tls"
import { canCertify, certificates } from "../certificates.ts"
import { broker } from "../command.ts"
import { arePresent, pairs, publishers, subscribers } from "../mosquittoPrograms.ts"
import { socksProxy } from "../proxies.ts"

if (!arePresent) console.warn("skipped without mosquitto-clients: the links that the mqtt command shares with them")
if (!canCertify) console.warn("skipped without openssl: TLS between the mqtt command and mosquitto's programs")

/** One message between each pair of programs, which both use the same words for their link. */
const exchange = (server: Broker.Broker["Type"], words: ReadonlyArray<string>) =>
  Effect.forEach(pairs, ([from, to]) =>
    Effect.gen(function*() {
      // A filter of its own: the subscription of the pair before may take a moment to go.
      const filter = `${from}/${to}/#`
      const receiving = yield* Effect.fork(subscribers[to]([...words, "-t", filter, "-C", "1", "-W", "10"]))
      yield* server.awaitSubscription(filter)
      const sent = yield* publishers[from]([...words, "-t", `${from}/${to}/a`, "-m", "x", "-q", "1"])
      return { sent: sent.code, got: yield* Effect.fromFiber(receiving) }
    }))

const delivered = pairs.map(() => ({ sent: 0, got: { code: 0, out: "x\n" } }))

describe.skipIf(!arePresent || !canCertify)("mqtt and mosquitto's programs over TLS", () => {
  it.scopedLive("--cafile --capath --cert --key --insecure --tls-version", () =>
    Effect.gen(function*() {
      const { client, server: own } = yield* certificates
      const server = yield* Broker.make()
      const { port } = yield* NodeBroker.listenTcp(server, {
        tls: {
          certificate: readFileSync(own.cert, "utf8"),
          key: Redacted.make(readFileSync(own.key, "utf8")),
          clientAuthority: readFileSync(client.cert, "utf8")
        }
      })
      const at = ["-h", "localhost", "-p", `${port}`, "--cert", client.cert, "--key", client.key]
      for (
        const words of [
          ["--cafile", own.cert],
          ["--cafile", own.cert, "--insecure"],
          ["--cafile", own.cert, "--tls-version", "tlsv1.2"],
          ["--cafile", own.cert, "--tls-version", "tlsv1.3"]
        ]
      ) assert.deepStrictEqual(yield* exchange(server, [...at, ...words]), delivered)
      for (const programs of [publishers.mqtt, publishers.mosquitto]) {
        const { code } = yield* programs(["-h", "localhost", "-p", `${port}`, "--cafile", own.cert, "-t", "a", "-n"])
        assert.notStrictEqual(code, 0, "without a certificate of its own")
      }
    }))
})

describe.skipIf(!arePresent || !canCertify)("mqtt and mosquitto's programs at a port of several protocols", () => {
  it.scopedLive("--tls-alpn", () =>
    Effect.gen(function*() {
      const { server: own } = yield* certificates
      const { port, server } = yield* broker()
      const chosen: Array<string | false | null> = []
      const settings = { cert: readFileSync(own.cert), key: readFileSync(own.key), ALPNProtocols: ["http/1.1", "mqtt"] }
      const gate = Tls.createServer(settings, (socket) => {
        chosen.push(socket.alpnProtocol)
        const onward = Net.connect(port, "127.0.0.1")
        socket.on("error", () => onward.destroy())
        onward.on("error", () => socket.destroy())
        socket.pipe(onward)
        onward.pipe(socket)
      })
      const gatePort = yield* Effect.acquireRelease(
        Effect.async<number>((resume) => {
          gate.listen(0, "127.0.0.1", () => {
            const address = gate.address()
            resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
          })
        }),
        () => Effect.sync(() => gate.close())
      )
      const words = ["-h", "localhost", "-p", `${gatePort}`, "--cafile", own.cert, "--tls-alpn", "mqtt"]
      assert.deepStrictEqual(yield* exchange(server, words), delivered)
      assert.deepStrictEqual(chosen, chosen.map(() => "mqtt"))
      assert.lengthOf(chosen, 2 * pairs.length)
    }))
})

describe.skipIf(!arePresent)("mqtt and mosquitto's programs", () => {
  it.scopedLive("--proxy socks5h", () =>
    Effect.gen(function*() {
      const { port, server } = yield* broker()
      const proxy = yield* socksProxy
      const words = ["-h", "localhost", "-p", `${port}`, "--proxy", `socks5h://127.0.0.1:${proxy.port}`]
      assert.deepStrictEqual(yield* exchange(server, words), delivered)
      assert.lengthOf(proxy.targets, 2 * pairs.length)
    }))

  it.scopedLive("--unix", () =>
    Effect.gen(function*() {
      const { port, server } = yield* broker()
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mqtt-unix-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const path = join(folder, "mqtt.sock")
      yield* Effect.acquireRelease(
        Effect.async<Net.Server>((resume) => {
          const gate = Net.createServer((socket) => {
            const onward = Net.connect(port, "127.0.0.1")
            socket.on("error", () => onward.destroy())
            onward.on("error", () => socket.destroy())
            socket.pipe(onward)
            onward.pipe(socket)
          }).listen(path, () => resume(Effect.succeed(gate)))
        }),
        (gate) => Effect.sync(() => gate.close())
      )
      assert.deepStrictEqual(yield* exchange(server, ["--unix", path]), delivered)
    }))
})
