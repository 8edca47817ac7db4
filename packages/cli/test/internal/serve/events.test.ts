import { RoborockTest } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Event } from "../../../src/internal/serve/messages.ts"
import { hostileName, layer, plan, server } from "./askedServer.ts"

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
          return { close }
        }))
      assert.strictEqual((yield* ask("/api/events")).status, 503)
      yield* readers[0]?.close ?? Effect.void
      // The end of a stream is noticed by another fiber.
      yield* TestClock.adjust(0)
      const again = yield* ask("/api/events")
      assert.strictEqual(again.status, 200)
      yield* reader(again).close
      yield* Effect.forEach(readers.slice(1), ({ close }) => close)
    }).pipe(Effect.provide(layer)))
})
