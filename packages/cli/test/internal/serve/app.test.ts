import { RoborockTest } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { address, jsonOf, layer, local, plan, server } from "./askedServer.ts"

/** What devices were told, without what they were asked. */
const commandsOf = (vacuum: RoborockTest.TestVacuum | undefined) =>
  Effect.map(
    vacuum?.received ?? Effect.succeed([]),
    (received) => received.filter(({ method }) => !method.startsWith("get_"))
  )

describe("files", () => {
  it.scoped("are served with headers that forbid what the page does not need", () =>
    Effect.gen(function*() {
      const { ask } = yield* server()
      const page = yield* ask("/")
      assert.strictEqual(page.status, 200)
      const html = yield* Effect.promise(() => page.text())
      assert.notMatch(html, /<script(?![^>]*src=)|<style|onclick|style=/)
      const policy = page.headers.get("content-security-policy") ?? ""
      for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
        assert.include(policy, rule)
      }
      assert.notInclude(policy, "unsafe")
      assert.strictEqual(page.headers.get("x-content-type-options"), "nosniff")
      assert.strictEqual(page.headers.get("referrer-policy"), "no-referrer")
      // Whatever the page loads is there, and what that imports.
      const seen = new Set<string>()
      const load = (path: string): Effect.Effect<void> =>
        Effect.gen(function*() {
          if (seen.has(path)) return
          seen.add(path)
          const file = yield* ask(path)
          assert.strictEqual(file.status, 200, path)
          const text = yield* Effect.promise(() => file.text())
          if (!path.endsWith(".js")) return
          assert.include(file.headers.get("content-type") ?? "", "javascript")
          const code = text.replaceAll(/\/\*[^]*?\*\//g, "")
          for (const [, name = ""] of code.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) {
            yield* load(new URL(name, address + path).pathname)
          }
        })
      for (const [, path = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) yield* load(`/${path}`)
      assert.isAbove(seen.size, 15)
    }).pipe(Effect.provide(layer)))

  it.scoped("are not sent again to a browser that has them, and nothing else of the disk is served", () =>
    Effect.gen(function*() {
      const { ask } = yield* server()
      const { headers } = yield* ask("/page/style.css")
      const again = yield* ask("/page/style.css", { headers: { "if-none-match": headers.get("etag") ?? "" } })
      assert.strictEqual(again.status, 304)
      for (
        const path of ["/package.json", "/page/", "/page/../package.json", "/page/%2e%2e/package.json", "/page/x.js"]
      ) {
        assert.strictEqual((yield* ask(path)).status, 404, path)
      }
    }).pipe(Effect.provide(layer)))
})

describe("access", () => {
  it.scoped("needs a cookie where there is a token, and gives it to who has the token", () =>
    Effect.gen(function*() {
      const { ask } = yield* server({ ...local, loopback: false, token: Redacted.make("secret") })
      assert.strictEqual((yield* ask("/")).status, 401)
      assert.strictEqual((yield* ask("/page/main.js")).status, 401)
      assert.strictEqual((yield* ask("/?token=wrong")).status, 401)
      const entered = yield* ask("/?token=secret")
      assert.strictEqual(entered.status, 303)
      assert.strictEqual(entered.headers.get("location"), "/")
      const cookie = entered.headers.get("set-cookie") ?? ""
      assert.match(cookie, /^roborock_8580=[\w-]+;/)
      for (const part of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.include(cookie, part)
      assert.notInclude(cookie, "secret")
      const [pass = ""] = cookie.split(";")
      assert.strictEqual((yield* ask("/", { headers: { cookie: pass } })).status, 200)
      assert.strictEqual(
        (yield* ask("/api/devices/test-device-0/schedules", { headers: { cookie: `${pass}x` } })).status,
        401
      )
    }).pipe(Effect.provide(layer)))

  it.scoped("is refused under a foreign name and to foreign pages, before anything is done", () =>
    Effect.gen(function*() {
      const { ask } = yield* server()
      const { vacuums: [vacuum] } = yield* RoborockTest.RoborockTest
      const command = { method: "POST", body: JSON.stringify({ do: "start" }) }
      const path = "/api/devices/test-device-0/commands"
      const json = { "content-type": "application/json" }
      const foreign = yield* ask(path, { ...command, headers: { ...json, origin: "http://evil.example" } })
      assert.strictEqual(foreign.status, 403)
      const rebound = yield* ask(path, { ...command, headers: { ...json, host: "evil.example" } })
      assert.strictEqual(rebound.status, 403)
      const form = yield* ask(path, { ...command, headers: { "content-type": "text/plain" } })
      assert.strictEqual(form.status, 415)
      assert.deepStrictEqual(yield* commandsOf(vacuum), [])
    }).pipe(Effect.provide(layer)))
})

describe("commands", () => {
  it.scoped("reach the device as it wants them", () =>
    Effect.gen(function*() {
      const { send } = yield* server()
      const { vacuums: [vacuum, other] } = yield* RoborockTest.RoborockTest
      assert.strictEqual((yield* send({ do: "start" })).status, 200)
      assert.strictEqual((yield* send({ do: "pause" })).status, 200)
      assert.strictEqual((yield* send({ do: "dock" })).status, 200)
      assert.strictEqual((yield* send({ do: "rooms", rooms: [17, 16], repeat: 2, inOrder: true })).status, 200)
      const zone = { x: 25_000, y: -26_000, width: 1000, height: 500 }
      assert.strictEqual((yield* send({ do: "zones", zones: [zone], repeat: 1 })).status, 200)
      assert.strictEqual((yield* send({ do: "goTo", x: plan.dock.x + 500, y: -plan.dock.y })).status, 200)
      assert.strictEqual((yield* send({ do: "resetPart", part: "filter" })).status, 200)
      assert.deepStrictEqual(yield* commandsOf(vacuum), [
        { method: "app_start", params: [] },
        { method: "app_pause", params: [] },
        { method: "app_charge", params: [] },
        { method: "app_segment_clean", params: [{ segments: [17, 16], repeat: 2, clean_order_mode: 1 }] },
        { method: "app_zoned_clean", params: [[25_000, 25_500, 26_000, 26_000, 1]] },
        { method: "app_goto_target", params: [plan.dock.x + 500, plan.dock.y] },
        { method: "reset_consumable", params: ["filter_work_time"] }
      ])
      assert.deepStrictEqual(yield* commandsOf(other), [])
    }).pipe(Effect.provide(layer)))

  it.scoped("that make no sense are refused, and nothing is sent", () =>
    Effect.gen(function*() {
      const { ask, send } = yield* server()
      const { vacuums: [vacuum] } = yield* RoborockTest.RoborockTest
      const wrong: ReadonlyArray<unknown> = [
        "",
        "{",
        "null",
        [],
        { do: "explode" },
        { do: "rooms", rooms: [], repeat: 1, inOrder: false },
        { do: "rooms", rooms: ["16"], repeat: 1, inOrder: false },
        { do: "rooms", rooms: [16], repeat: 9, inOrder: false },
        { do: "rooms", rooms: Array.from({ length: 65 }, () => 16), repeat: 1, inOrder: false },
        { do: "zones", zones: [{ x: 1e9, y: 0, width: 1, height: 1 }], repeat: 1 },
        { do: "goTo", x: null, y: 0 },
        { do: "resetPart", part: "__proto__" },
        `{"do":"goTo","x":1e400,"y":0}`
      ]
      for (const body of wrong) assert.strictEqual((yield* send(body)).status, 400, JSON.stringify(body))
      assert.strictEqual((yield* send({ do: "mode", mode: "x".repeat(20_000) })).status, 400)
      const claimed = yield* ask("/api/devices/test-device-0/commands", {
        method: "POST",
        headers: { "content-type": "application/json", "content-length": "20000" },
        body: JSON.stringify({ do: "start" })
      })
      assert.strictEqual(claimed.status, 413)
      assert.strictEqual((yield* send({ do: "start" }, "nobody")).status, 404)
      assert.strictEqual((yield* send({ do: "start" }, "x".repeat(101))).status, 404)
      assert.strictEqual((yield* ask("/api/devices/test-device-0/commands")).status, 404)
      assert.strictEqual((yield* ask("/api/devices/test-device-0/history/../../x")).status, 404)
      assert.strictEqual((yield* ask("/api/devices/test-device-0/history/-1/map.svg")).status, 400)
      assert.deepStrictEqual(yield* commandsOf(vacuum), [])
    }).pipe(Effect.provide(layer)))

  it.scoped("that the device refuses are answered with a sentence", () =>
    Effect.gen(function*() {
      const { send } = yield* server()
      const unknown = yield* send({ do: "rooms", rooms: [99], repeat: 1, inOrder: false })
      assert.strictEqual(unknown.status, 409)
      assert.match(JSON.stringify(yield* jsonOf(unknown)), /No such room/)
      const noMap = yield* send({ do: "goTo", x: 0, y: 0 }, "test-device-1")
      assert.isAtLeast(noMap.status, 400)
      assert.match(JSON.stringify(yield* jsonOf(noMap)), /"error":"[A-Z][^"]+\."/)
    }).pipe(Effect.provide(layer)))
})
