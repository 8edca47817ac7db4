import { Q7Record } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"

const entry = (detail: Readonly<Record<string, unknown>>) => ({ url: "/record.bin", detail: JSON.stringify(detail) })

describe("Q7Record", () => {
  it("reads totals and runs, the newest first, in square metres", () => {
    const history = Q7Record.decode({
      total_time: 500,
      total_area: 1234,
      total_count: 2,
      record_list: [
        entry({ record_start_time: 100, record_use_time: 60, record_clean_area: 150, record_faultcode: 0 }),
        entry({ record_start_time: 900, record_use_time: 30, record_clean_area: 50, record_faultcode: 513 })
      ]
    })
    assert.deepStrictEqual(history?.summary, {
      cleanTime: Duration.seconds(500),
      area: 12.34,
      count: 2,
      emptied: undefined,
      records: [900, 100]
    })
    assert.deepInclude(history?.records[0], {
      id: 900,
      begin: 900_000,
      end: 930_000,
      area: 0.5,
      complete: false,
      error: 513
    })
    assert.deepInclude(history?.records[1], { complete: true, duration: Duration.seconds(60) })
  })

  it("leaves out what makes no sense, and reads nothing out of nonsense", () => {
    const bad = [null, 3, {}, { detail: "{" }, { detail: 5 }, entry({}), entry({ record_start_time: "1" })]
    assert.deepStrictEqual(Q7Record.decode({ total_time: 1, record_list: bad })?.records, [])
    for (
      const nonsense of [undefined, [], {}, { total_time: 1 }, { record_list: [] }, { total_time: 1, record_list: 2 }]
    ) {
      assert.isUndefined(Q7Record.decode(nonsense))
    }
  })
})
