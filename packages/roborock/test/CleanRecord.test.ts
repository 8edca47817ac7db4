import { CleanRecord } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"

describe("decodeSummary", () => {
  it("reads a list, or an object", () => {
    const totals = { cleanTime: Duration.seconds(500), area: 2, count: 3, emptied: undefined, records: [9, 8] }
    assert.deepStrictEqual(CleanRecord.decodeSummary([500, 2e6, 3, [9, 8]]), totals)
    const object = { clean_time: 500, clean_area: 2e6, clean_count: 3, dust_collection_count: 4, records: [9, 8] }
    assert.deepStrictEqual(CleanRecord.decodeSummary(object), { ...totals, emptied: 4 })
  })

  it("reads the seconds alone, and nothing else", () => {
    assert.deepStrictEqual(CleanRecord.decodeSummary(100)?.cleanTime, Duration.seconds(100))
    for (const nonsense of ["ok", null, [], {}, ["a"], { clean_time: "1" }, Infinity, [Infinity]]) {
      assert.isUndefined(CleanRecord.decodeSummary(nonsense))
    }
    assert.deepInclude(CleanRecord.decodeSummary([1, Infinity, Infinity, [Infinity, 100]]), {
      area: undefined,
      count: undefined,
      records: [100]
    })
  })
})

describe("decode", () => {
  it("reads a list of fields", () => {
    assert.deepStrictEqual(CleanRecord.decode([100, 400, 250, 4_500_000, 0, 1, 2, 3, 52]), {
      id: 100,
      begin: 100_000,
      end: 400_000,
      duration: Duration.seconds(250),
      area: 4.5,
      complete: true,
      error: 0,
      startedBy: "app",
      kind: "select_zone",
      finish: "finished_cleaning",
      washCount: undefined,
      avoidCount: undefined,
      mapFlag: undefined
    })
  })

  it("reads the short list of old devices", () => {
    assert.deepInclude(CleanRecord.decode([100, 400, 250, 4_500_000]), {
      duration: Duration.seconds(250),
      startedBy: undefined
    })
  })

  it("adds the stages of a run up", () => {
    const stage = { begin: 100, end: 200, duration: 90, area: 1e6, start_type: 3, wash_count: 1, complete: 0 }
    const record = CleanRecord.decode([
      stage,
      { ...stage, begin: 300, end: 500, start_type: 1, complete: 1, finish_reason: 99, map_flag: 1 }
    ])
    assert.deepInclude(record, {
      id: 100,
      begin: 100_000,
      end: 500_000,
      duration: Duration.seconds(180),
      area: 2,
      washCount: 2,
      startedBy: "schedule",
      complete: true,
      finish: "unknown_99",
      mapFlag: 1
    })
  })

  it("nonsense is no record", () => {
    for (const nonsense of [undefined, null, "ok", 5, [], [[]], [{}], { begin: 1 }, [1, 1e300], [-1e13, 1]]) {
      assert.isUndefined(CleanRecord.decode(nonsense))
    }
  })
})
