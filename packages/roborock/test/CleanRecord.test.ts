import { CleanRecord } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { capturedResult, fixture } from "./capturedResult.ts"

describe("decodeSummary", () => {
  it("reads the list that devices send", () => {
    const captured = capturedResult("v1-messages/get-clean-summary.json")
    if (captured === undefined) return
    const summary = CleanRecord.decodeSummary(captured)
    assert.deepInclude(summary, { seconds: 1_442_559, area: 24_258.125, count: 296 })
    assert.strictEqual(summary?.records[0], 1_756_848_207)
    assert.lengthOf(summary?.records ?? [], 20)
  })

  it("reads the object that devices send", () => {
    const captured = fixture("v1-results/clean-summary.json")
    if (captured === undefined) return
    assert.deepStrictEqual(CleanRecord.decodeSummary(captured), {
      seconds: 74_382,
      area: 1159.1825,
      count: 31,
      emptied: 25,
      records: [1_672_543_330, 1_672_458_041]
    })
  })

  it("reads the seconds alone, and nothing else", () => {
    assert.strictEqual(CleanRecord.decodeSummary(100)?.seconds, 100)
    for (const nonsense of ["ok", null, [], {}, ["a"], { clean_time: "1" }]) {
      assert.isUndefined(CleanRecord.decodeSummary(nonsense))
    }
  })
})

describe("decode", () => {
  it("reads a list of fields", () => {
    assert.deepStrictEqual(CleanRecord.decode([100, 400, 250, 4_500_000, 0, 1, 2, 3, 52]), {
      begin: 100,
      end: 400,
      duration: 250,
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
    assert.deepInclude(CleanRecord.decode([100, 400, 250, 4_500_000]), { duration: 250, startedBy: undefined })
  })

  it("adds the stages of a run up", () => {
    const stage = { begin: 100, end: 200, duration: 90, area: 1e6, start_type: 3, wash_count: 1, complete: 0 }
    const record = CleanRecord.decode([
      stage,
      { ...stage, begin: 300, end: 500, start_type: 1, complete: 1, finish_reason: 99, map_flag: 1 }
    ])
    assert.deepInclude(record, {
      begin: 100,
      end: 500,
      duration: 180,
      area: 2,
      washCount: 2,
      startedBy: "schedule",
      complete: true,
      finish: "unknown_99",
      mapFlag: 1
    })
  })

  it("nonsense is no record", () => {
    for (const nonsense of [undefined, null, "ok", 5, [], [[]], [{}], { begin: 1 }]) {
      assert.isUndefined(CleanRecord.decode(nonsense))
    }
  })
})
