import { Q10Record } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"

const run = (begin: number) => `abc_${begin}_6_4_946_1829_4_01_01_02_3_0`

describe("Q10Record", () => {
  it("reads the runs, the newest first", () => {
    const records = Q10Record.decode({ op: "list", result: 1, data: [run(100), run(300), run(200)] })
    assert.deepStrictEqual(records?.map(({ id }) => id), [300, 200, 100])
    assert.deepInclude(records?.[0], {
      begin: 300_000,
      end: 660_000,
      duration: Duration.minutes(6),
      area: 4,
      complete: false,
      kind: "selective_room",
      finish: "stopped",
      startedBy: "button"
    })
  })

  it("a run of which the device does not know how it was is a run all the same", () => {
    const text = "abc_100_6_4_946_1829_4_-1_01_-1_-1_0"
    assert.deepInclude(Q10Record.decodeRecord(text), { kind: "unknown", finish: "unknown", startedBy: "unknown" })
    assert.isUndefined(Q10Record.decodeRecord(text.replace("_6_", "_-1_")))
  })

  it("leaves out what makes no sense, and reads nothing out of nonsense", () => {
    const bad = ["", "abc", run(1).slice(0, -2), run(1).replace("_6_", "_x_"), `${run(1)}_0`, 5, null]
    assert.deepStrictEqual(Q10Record.decode({ op: "list", data: [...bad, run(7)] })?.map(({ id }) => id), [7])
    for (const nonsense of [undefined, 0, "list", {}, { op: "notify", data: [] }, { op: "list", data: {} }]) {
      assert.isUndefined(Q10Record.decode(nonsense))
    }
  })
})
