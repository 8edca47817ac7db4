/** The options of the `mqtt` command for TLS and proxies. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { canCertify, certificates } from "../certificates.ts"
import { broker, run, start } from "../command.ts"
import { httpProxy, socksProxy } from "../proxies.ts"

if (!canCertify) console.warn("skipped without openssl: the mqtt command over TLS")

const message = ["-t", "a", "-m", "x", "-q", "1"]

/** The port of `mqtt broker`, until the test is over. */
const listening = (...words: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { until } = yield* start(["broker", "--port", "0", "--json", ...words])
    const [, port = ""] = /127\.0\.0\.1:(\d+)/.exec(yield* until("listening")) ?? []
    return port
  })

// Where there is no openssl, there is no certificate to try with.
describe.skipIf(!canCertify)("mqtt over TLS", () => {
  it.scopedLive("trusts what --cafile or --capath name, --insecure trusts anything", () =>
    Effect.gen(function*() {
      const { client, folder, server } = yield* certificates
      const port = yield* listening("--cert", server.cert, "--key", server.key)
      const pub = (...words: ReadonlyArray<string>) => run(["pub", "-h", "localhost", "-p", port, ...message, ...words])
      assert.deepInclude(yield* pub("--cafile", server.cert), { code: 0, err: [] })
      assert.deepInclude(yield* pub("--capath", folder), { code: 0, err: [] })
      assert.deepInclude(yield* pub("--insecure"), { code: 0, err: [] })
      assert.deepInclude(yield* pub("--cafile", server.cert, "--tls-version", "tlsv1.3"), { code: 0, err: [] })
      const url = yield* run(["pub", "-L", `mqtts://localhost:${port}/a`, "-m", "x", "--cafile", server.cert])
      assert.deepInclude(url, { code: 0, err: [] })
      for (const words of [["--tls"], ["--cafile", client.cert]]) {
        const { code, err } = yield* pub(...words)
        assert.strictEqual(code, 1)
        assert.match(err[0], /^mqtt: .* Name the authority that signed the broker's certificate with --cafile\.$/)
      }
      const missing = yield* pub("--cafile", join(folder, "none.crt"))
      assert.match(missing.err[0], /none\.crt cannot be read\. Look at its path and permissions\.$/)
      const plain = yield* pub()
      assert.strictEqual(plain.code, 1)
    }))

  it.scopedLive("shows its own certificate with --cert and --key where the broker wants one", () =>
    Effect.gen(function*() {
      const { client, server } = yield* certificates
      const port = yield* listening("--cert", server.cert, "--key", server.key, "--cafile", client.cert)
      const pub = (...words: ReadonlyArray<string>) =>
        run(["pub", "-h", "localhost", "-p", port, ...message, "--cafile", server.cert, ...words])
      assert.deepInclude(yield* pub("--cert", client.cert, "--key", client.key), { code: 0, err: [] })
      assert.strictEqual((yield* pub()).code, 1)
      assert.strictEqual((yield* pub("--cert", server.cert, "--key", server.key)).code, 1)
    }))

  it.live("the broker needs both, the certificate and its key", () =>
    Effect.map(
      run(["broker", "--cert", "some.crt"]),
      ({ code, err }) =>
        assert.deepStrictEqual({ code, err }, { code: 1, err: ["mqtt: TLS needs both --cert and --key."] })
    ))
})

describe("mqtt --proxy", () => {
  it.scopedLive("goes through an HTTP or a SOCKS proxy, which finds the broker's name", () =>
    Effect.gen(function*() {
      const { port, server } = yield* broker()
      const http = yield* httpProxy
      const socks = yield* socksProxy
      const pub = (proxy: string) => run(["pub", "-h", "localhost", "-p", `${port}`, ...message, "--proxy", proxy])
      assert.deepInclude(yield* pub(`http://127.0.0.1:${http.port}`), { code: 0, err: [] })
      assert.deepInclude(yield* pub(`socks5h://127.0.0.1:${socks.port}`), { code: 0, err: [] })
      assert.deepStrictEqual([http.targets, socks.targets], [[`localhost:${port}`], [`localhost:${port}`]])
      assert.strictEqual((yield* server.stats).messagesReceived, 2)
      const wrong = yield* pub("ftp://127.0.0.1")
      assert.deepInclude(wrong, { code: 1, err: ["mqtt: --proxy takes only socks5h:// and http://."] })
    }).pipe(Effect.provide(NodeContext.layer)))
})
