import * as Mosquitto from "@effect-mqtt/interop/mosquitto"
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Fact, Word } from "../crash/ledger.ts"
import { judge } from "../crash/verdict.ts"

if (Mosquitto.version === undefined) console.warn("skipped without mosquitto: the short form of the crash test")

const facts = (...all: ReadonlyArray<readonly [Word, number]>): ReadonlyArray<Fact> =>
  all.map(([word, value]) => ({ word, value }))

describe("the verdict of the crash test", () => {
  it("finds what is lost, and what came again without an explanation", () => {
    const inWindow = facts(["run", 1], ["got", 1], ["got", 2], ["got", 4], ["sure", 1], ["run", 2], ["got", 4], [
      "got",
      1
    ])
    assert.deepStrictEqual(judge(inWindow, 4), {
      lost: { 1: 1, 2: 0 },
      duplicates: { 1: 1, 2: 1 },
      sure: 1,
      unexplained: []
    })
    const tooLate = facts(["run", 1], ["got", 2], ["got", 4], ["sure", 2], ["run", 2], ["got", 4])
    assert.deepStrictEqual(judge(tooLate, 2).unexplained, [4])
    assert.deepStrictEqual(judge(facts(["run", 1], ["got", 2], ["got", 2]), 2).unexplained, [2])
  })
})

// The programs under test need a broker of other hands.
describe.skipIf(Mosquitto.version === undefined)("programs that are killed again and again", () => {
  it("lose nothing, and get nothing twice at QoS 2 but in the documented window", () => {
    const soak = fileURLToPath(new URL("../soak.mjs", import.meta.url))
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [soak, "crash", "--messages=500", "--kills=4"],
      { encoding: "utf8", timeout: 110_000 }
    )
    assert.strictEqual(status, 0, stdout + stderr)
    assert.include(stdout, "lost: QoS 1 0, QoS 2 0")
    // A program that is quick may be through before its last kill.
    assert.match(stdout, /kills: publisher [1-4], consumer [1-4]/)
  })
})
