import { assert, describe, it } from "@effect/vitest"
import { fuzz } from "./fuzz/fuzz.ts"
import * as Random from "./fuzz/random.ts"
import { runs } from "./support/effort.ts"

// The long run is `pnpm fuzz codec`; this one has the same seed every time.
describe("fuzz", () => {
  it("no input makes the codec break its word", () => {
    const report = fuzz(Random.make(1), runs(20_000).numRuns)
    assert.strictEqual(report.inputs, runs(20_000).numRuns)
    // The inputs reach far: many are refused in many places, and many are packets.
    assert.isAbove(report.packets, report.inputs / 20)
    assert.isAbove(report.refusals.size, 80)
  })
})
