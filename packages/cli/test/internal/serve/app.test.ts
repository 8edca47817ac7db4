import { RoborockSession, RoborockTest } from "@effect-mqtt/roborock"
import { FloorPlan, Robot, RrMapWriter } from "@effect-mqtt/roborock-simulator"
import { HttpApp } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, TestClock } from "effect"
import type { Rules } from "../../../src/internal/serve/access.ts"
import * as app from "../../../src/internal/serve/app.ts"
import type { Event } from "../../../src/internal/serve/messages.ts"

const address = "http://127.0.0.1:8580"
const local: Rules = { token: undefined, loopback: true, names: [], cookie: "roborock_8580" }

const hostileName = "<img src=x onerror=alert(1)>\"'&"
const plan = FloorPlan.flat()

const layer = Layer.unwrapEffect(
  Effect.map(
    RrMapWriter.encode(plan, Robot.make(plan, { nowMillis: 0 }).state, { index: 1, sequence: 1 }),
    (map) =>
      RoborockTest.layer({
        vacuums: [
          { name: "Upstairs", rooms: ["Kitchen", hostileName], map },
          { name: hostileName, rooms: ["Attic"] }
        ]
      })
  )
)

/** The page's server, asked without a network. */
const server = (rules: Rules = local) =>
  Effect.gen(function*() {
    const session = yield* RoborockSession.RoborockSession
    const made = yield* app.make(session, { rules, mapEvery: "4 seconds" })
    const handler = HttpApp.toWebHandlerRuntime(yield* Effect.runtime())(made)
    const ask = (path: string, init: RequestInit = {}) =>
      Effect.promise(() =>
        handler(new Request(address + path, { ...init, headers: { host: "127.0.0.1:8580", ...init.headers } }))
      )
    const send = (body: unknown, device = "test-device-0") =>
      ask(`/api/devices/${device}/commands`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: address },
        body: typeof body === "string" ? body : JSON.stringify(body)
      })
    return { ask, send }
  })

const jsonOf = (response: Response) => Effect.promise(async (): Promise<unknown> => await response.json())

/** What devices were told, without what they were asked. */
const commandsOf = (vacuum: RoborockTest.TestVacuum | undefined) =>
  Effect.map(
    vacuum?.received ?? Effect.succeed([]),
    (received) => received.filter(({ method }) => !method.startsWith("get_"))
  )

/** Reads the events of a stream until one fits. */
const reader = (response: Response) => {
  const stream = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ""
  const next = async (): Promise<Event | undefined> => {
    for (;;) {
      const end = text.indexOf("\n\n")
      if (end >= 0) {
        const [line = ""] = [text.slice(0, end)]
        text = text.slice(end + 2)
        if (line.startsWith("data: ")) return JSON.parse(line.slice(6))
        continue
      }
      const piece = await stream?.read()
      if (piece === undefined || piece.done) return undefined
      text += decoder.decode(piece.value, { stream: true })
    }
  }
  return {
    until: <Tag extends Event["_tag"]>(
      tag: Tag,
      fits: (event: Extract<Event, { _tag: Tag }>) => boolean = () => true
    ) =>
      Effect.promise(async () => {
        for (;;) {
          const event = await next()
          if (event === undefined) throw new Error(`the stream ended before ${tag}`)
          if (isOf(event, tag) && fits(event)) return event
        }
      }),
    close: Effect.promise(async () => stream?.cancel())
  }
}

const isOf = <Tag extends Event["_tag"]>(event: Event, tag: Tag): event is Extract<Event, { _tag: Tag }> =>
  event._tag === tag

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

describe("the stream of events", () => {
  it.scoped("has every device, the plan and the robot of one, and what changes", () =>
    Effect.gen(function*() {
      const { ask, send } = yield* server()
      const { vacuums: [vacuum] } = yield* RoborockTest.RoborockTest
      const response = yield* ask("/api/events")
      assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
      assert.strictEqual(response.headers.get("cache-control"), "no-store")
      const { close, until } = reader(response)
      const home = yield* until("Home")
      assert.deepStrictEqual(home.devices, ["test-device-0", "test-device-1"])
      assert.strictEqual(home.selected, "test-device-0")
      const { plan: drawn } = yield* until("Plan")
      assert.deepStrictEqual(drawn.rooms.map(({ name }) => name), [
        "Kitchen",
        hostileName,
        "Room 18",
        "Room 19",
        "Room 20"
      ])
      assert.isTrue(drawn.rooms.every(({ outline }) => outline.startsWith("M")))
      const { scene } = yield* until("Scene")
      assert.deepInclude(scene.robot, { x: plan.parking.x, y: -plan.parking.y })
      assert.strictEqual((yield* send({ do: "start" })).status, 200)
      const { device } = yield* until("Device", (event) => event.device.activity === "cleaning")
      assert.deepInclude(device, { id: "test-device-0", name: "Upstairs", doing: "Cleaning", stale: false })
      yield* vacuum?.change({ state: 12, error_code: 8 }) ?? Effect.void
      const failed = yield* until("Device", (event) => event.device.error !== undefined)
      assert.strictEqual(failed.device.error, "Robot trapped")
      yield* close
    }).pipe(Effect.provide(layer)))

  it.scoped("is about the device that was asked for, and says why there is no map", () =>
    Effect.gen(function*() {
      const { ask } = yield* server()
      const { close, until } = reader(yield* ask("/api/events?device=test-device-1"))
      assert.strictEqual((yield* until("Home")).selected, "test-device-1")
      assert.strictEqual(
        (yield* until("Device", ({ device }) => device.id === "test-device-1")).device.name,
        hostileName
      )
      assert.match((yield* until("MapTrouble")).message ?? "", /^The device [^:]+\.$/)
      yield* close
    }).pipe(Effect.provide(layer)))

  it.scoped("reads the map again while the robot moves, and tells only what is new", () =>
    Effect.gen(function*() {
      const { ask, send } = yield* server()
      const { vacuums: [vacuum] } = yield* RoborockTest.RoborockTest
      const { close, until } = reader(yield* ask("/api/events"))
      yield* until("Scene")
      yield* send({ do: "start" })
      yield* until("Scene")
      const mapsRead = () =>
        Effect.map(vacuum?.received ?? Effect.succeed([]), (all) =>
          all.filter(({ method }) => method === "get_map_v1").length)
      const before = yield* mapsRead()
      yield* TestClock.adjust("4 seconds")
      const { path } = yield* until("Scene")
      assert.isAbove(yield* mapsRead(), before)
      assert.deepStrictEqual(path.add, [])
      yield* close
    }).pipe(Effect.provide(layer)))

  it.scoped("ends with its client, and there are not too many of them", () =>
    Effect.gen(function*() {
      const { ask } = yield* server()
      const readers = yield* Effect.forEach(Array.from({ length: 32 }), () =>
        Effect.gen(function*() {
          const { close, until } = reader(yield* ask("/api/events"))
          yield* until("Home")
          return close
        }))
      assert.strictEqual((yield* ask("/api/events")).status, 503)
      yield* readers[0] ?? Effect.void
      // The end of a stream is noticed by another fiber.
      yield* TestClock.adjust(0)
      const again = yield* ask("/api/events")
      assert.strictEqual(again.status, 200)
      yield* reader(again).close
      yield* Effect.forEach(readers.slice(1), (close) => close)
    }).pipe(Effect.provide(layer)))
})
