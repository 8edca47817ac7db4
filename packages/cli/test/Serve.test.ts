import { RoborockTest } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted, Scope } from "effect"
import * as Http from "node:http"
import * as Serve from "../src/Serve.ts"

const layer = RoborockTest.layer({ vacuums: [{ name: "Upstairs", rooms: ["Kitchen"] }] })

const addressOf = ({ addresses: [address] }: Serve.Server) => address === undefined ? "" : Redacted.value(address)

/** As a browser does. */
const get = (address: string | URL) => fetch(address)

/** Sends pieces of a body whose length is not told. */
const post = (address: string, pieces: number) =>
  Effect.async<number>((resume) => {
    const request = Http.request(`${address}api/devices/test-device-0/commands`, {
      method: "POST",
      headers: { "content-type": "application/json" }
    }, (response) => resume(Effect.succeed(response.statusCode ?? 0)))
    request.on("error", () => resume(Effect.succeed(0)))
    for (let piece = 0; piece < pieces; piece++) request.write(" ".repeat(1024))
    request.end("{\"do\":\"start\"}")
  })

describe("Serve", () => {
  it.scopedLive("serves this machine without a token, and stops with its scope although pages are open", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const server = yield* Scope.extend(Serve.make({ port: 0 }), scope)
      const address = addressOf(server)
      assert.strictEqual(address, `http://127.0.0.1:${server.port}/`)
      const events = yield* Effect.promise(() => get(`${address}api/events`))
      const reader = events.body?.getReader()
      assert.include(new TextDecoder().decode((yield* Effect.promise(async () => reader?.read()))?.value), "retry: ")
      yield* Scope.close(scope, Exit.void)
      const isClosed = yield* Effect.promise(() => get(address).then(() => false, () => true))
      assert.isTrue(isClosed)
    }).pipe(Effect.provide(layer)))

  it.scopedLive("asks others for a token that nobody guesses, or the one that was given", () =>
    Effect.gen(function*() {
      const random = yield* Serve.make({ port: 0, host: "0.0.0.0" })
      assert.match(addressOf(random), /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/)
      const another = yield* Serve.make({ port: 0, host: "0.0.0.0" })
      assert.notStrictEqual(new URL(addressOf(another)).search, new URL(addressOf(random)).search)
      assert.notInclude(JSON.stringify(random), "token=")
      const given = yield* Serve.make({ port: 0, token: Redacted.make("a b&c") })
      assert.strictEqual(new URL(addressOf(given)).searchParams.get("token"), "a b&c")
      const refused = yield* Effect.promise(() => get(new URL("/", addressOf(given))))
      assert.strictEqual(refused.status, 401)
    }).pipe(Effect.provide(layer)))

  it.scopedLive("reads no more of a body than a command can have", () =>
    Effect.gen(function*() {
      const address = addressOf(yield* Serve.make({ port: 0 }))
      assert.strictEqual(yield* post(address, 1), 200)
      const { vacuums: [vacuum] } = yield* RoborockTest.RoborockTest
      const starts = Effect.map(vacuum?.received ?? Effect.succeed([]), (all) =>
        all.filter(({ method }) => method === "app_start").length)
      assert.strictEqual(yield* starts, 1)
      assert.notStrictEqual(yield* post(address, 64), 200)
      assert.strictEqual(yield* starts, 1)
    }).pipe(Effect.provide(layer)))

  it.scopedLive("says that a port is in use, and what to do", () =>
    Effect.gen(function*() {
      const { port } = yield* Serve.make({ port: 0 })
      const error = yield* Effect.flip(Serve.make({ port }))
      assert.strictEqual(error.message, `Port ${port} of 127.0.0.1 is in use. Choose another one, or 0 for any.`)
    }).pipe(Effect.provide(layer)))
})
