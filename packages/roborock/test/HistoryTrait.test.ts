import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { imageBlock, mapFile } from "./mapBytes.ts"
import { reasonOf, vacuumWith } from "./vacuumWith.ts"

describe("history", () => {
  it.scoped("gives the newest runs, one request each", () =>
    Effect.gen(function*() {
      const { calls, trait } = yield* vacuumWith({
        get_clean_summary: [900, 9_000_000, 3, [300, 200, 100]],
        get_clean_record: ([id]: ReadonlyArray<number>) => [[id, (id ?? 0) + 50, 50, 1_000_000, 0, 1]]
      })
      const history = yield* trait("history")
      const latest = yield* history.latest(2)
      assert.deepStrictEqual(latest.map(({ area, id }) => [id, area]), [[300, 1], [200, 1]])
      yield* history.remove(100)
      assert.deepStrictEqual(calls().map(([method]) => method), [
        "get_clean_summary",
        "get_clean_record",
        "get_clean_record",
        "del_clean_record"
      ])
    }))

  it.scoped("leaves out a run that makes no sense", () =>
    Effect.gen(function*() {
      const { trait } = yield* vacuumWith({
        get_clean_summary: [900, 9_000_000, 3, [300, 200, 100]],
        get_clean_record: ([id]: ReadonlyArray<number>) => id === 200 ? [{}] : [[id, 350, 50, 1_000_000]]
      })
      const history = yield* trait("history")
      assert.deepStrictEqual((yield* history.latest()).map(({ id }) => id), [300, 100])
      assert.strictEqual(yield* reasonOf(history.record(200)), "BadAnswer")
    }))

  it.scoped("has the map of a run also without a file header, and from old firmware", () =>
    Effect.gen(function*() {
      const headerless = mapFile(imageBlock(500, 400, ["aa", "aa"])).slice(20)
      const { calls, trait } = yield* vacuumWith({
        get_clean_record_map: (params: unknown) => Array.isArray(params) ? headerless : "invalid params"
      })
      const map = yield* (yield* trait("history")).map(300)
      assert.deepStrictEqual(map.rooms.map(({ cells }) => cells), [4])
      assert.deepStrictEqual(calls(), [
        ["get_clean_record_map", { start_time: 300 }],
        ["get_clean_record_map", [300]]
      ])
    }))
})
