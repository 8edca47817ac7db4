import type { Wire } from "@effect-mqtt/connection"
import { Proxy, Transport } from "@effect-mqtt/connection"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"

const target = { host: "broker.example", port: 1883 }
const withCredentials = { ...target, username: "user", password: Redacted.make("pässword") }

/** Runs the client's side against a proxy that answers so; gives what it was told, and the result. */
const talk = <E>(
  connect: (wire: Wire.Wire) => Effect.Effect<Wire.Wire, E>,
  answers: ReadonlyArray<string | ReadonlyArray<number>>
) =>
  Effect.gen(function*() {
    const [near, far] = yield* Transport.makePipe
    const told: Array<Uint8Array> = []
    yield* Effect.fork(
      Effect.forEach(answers, (answer) =>
        Effect.gen(function*() {
          told.push(yield* far.read)
          const bytes = typeof answer === "string" ? new TextEncoder().encode(answer) : Uint8Array.from(answer)
          // Nothing may depend on how the answer is cut.
          for (const byte of bytes) yield* far.write([Uint8Array.of(byte)])
        })).pipe(Effect.zipRight(Effect.forkDaemon(Effect.ignore(far.read))))
    )
    const running = yield* Effect.fork(Effect.either(connect(near)))
    return { result: yield* Fiber.join(running), told, far }
  })

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

describe("Proxy.httpConnect", () => {
  it.scoped("asks for a tunnel, and keeps what comes behind the answer", () =>
    Effect.gen(function*() {
      const { result, told } = yield* talk((wire) => Proxy.httpConnect(wire, withCredentials), [
        "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\nhi"
      ])
      assert.match(text(told[0]), /^CONNECT broker\.example:1883 HTTP\/1\.1\r\nHost: broker\.example:1883\r\n/)
      assert.include(text(told[0]), `Basic ${Buffer.from("user:pässword").toString("base64")}\r\n\r\n`)
      const wire = yield* result
      assert.strictEqual(text(yield* wire.read) + text(yield* wire.read), "hi")
    }))

  it.scoped("reads on behind answers that are not the last one", () =>
    Effect.gen(function*() {
      const { result } = yield* talk(Proxy.httpConnect(target), [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi"
      ])
      const wire = yield* result
      assert.strictEqual(text(yield* wire.read) + text(yield* wire.read), "hi")
    }))

  it.scoped.each([
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 No\r\n\r\n", "ProxyDenied"],
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "ProxyRefused"],
    ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "ProxyDenied"],
    ["HTTP/1.1 403 Forbidden\r\n\r\n", "ProxyRefused"],
    ["SSH-2.0-OpenSSH\r\n\r\n", "ProxyRefused"],
    [`HTTP/1.1 200 ${"x".repeat(20_000)}`, "Read"]
  ])("%.30j is %s", ([answer, reason]) =>
    Effect.gen(function*() {
      const { result } = yield* talk(Proxy.httpConnect(target), [answer])
      assert.strictEqual((yield* Effect.flip(result)).reason, reason)
    }))

  it.scoped("refuses a host that would end the line", () =>
    Effect.gen(function*() {
      const [near] = yield* Transport.makePipe
      const error = yield* Effect.flip(Proxy.httpConnect(near, { host: "a\r\nX: y", port: 1 }))
      assert.strictEqual(error.reason, "ProxyRefused")
    }))
})

describe("Proxy.socks5", () => {
  it.scoped("asks for a name with user name and password", () =>
    Effect.gen(function*() {
      const { result, told } = yield* talk(Proxy.socks5(withCredentials), [
        [5, 2],
        [1, 0],
        [5, 0, 0, 3, 2, 65, 66, 0, 1, 42]
      ])
      assert.deepStrictEqual(Array.from(told[0] ?? []), [5, 2, 0, 2])
      assert.strictEqual(text(told[1]), "\u0001\u0004user\u0009pässword")
      assert.strictEqual(text(told[2]?.subarray(0, 19)), "\u0005\u0001\u0000\u0003\u000ebroker.example")
      assert.deepStrictEqual(Array.from(told[2]?.subarray(19) ?? []), [1883 >> 8, 1883 & 0xff])
      assert.deepStrictEqual(Array.from(yield* (yield* result).read), [42])
    }))

  it.scoped.each(
    [
      ["192.0.2.1", [1, 192, 0, 2, 1]],
      ["2001:db8::1:2", [4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]],
      ["1.2.3.4.5", [3, 9, ...Buffer.from("1.2.3.4.5")]]
    ] as const
  )("writes %s as an address", ([host, address]) =>
    Effect.gen(function*() {
      const { result, told } = yield* talk((wire) => Proxy.socks5(wire, { host, port: 1 }), [
        [5, 0],
        [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]
      ])
      yield* result
      assert.deepStrictEqual(Array.from(told[1] ?? []), [5, 1, 0, ...address, 0, 1])
    }))

  it.scoped.each(
    [
      [[[5, 255]], "ProxyDenied"],
      [[[5, 2], [1, 1]], "ProxyDenied"],
      [[[4, 0]], "ProxyRefused"],
      [[[5, 0], [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]], "ProxyRefused"],
      [[[5, 0], [4, 0, 0, 1, 0, 0, 0, 0, 0, 0]], "ProxyRefused"],
      [[[5, 0], [5, 0, 0, 9, 0, 0, 0, 0, 0, 0]], "ProxyRefused"]
    ] as const
  )("%j is %s", ([answers, reason]) =>
    Effect.gen(function*() {
      const { result } = yield* talk((wire) => Proxy.socks5(wire, withCredentials), answers)
      const error = yield* Effect.flip(result)
      assert.strictEqual(error.reason, reason)
      assert.notInclude(error.message, "pässword")
    }))
})
