import { RrMap } from "@effect-mqtt/roborock"
import { FloorPlan, Robot, RrMapWriter } from "@effect-mqtt/roborock-simulator"
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { isSamePlan, planOf } from "../../../src/internal/serve/plan.ts"

const home = FloorPlan.flat()
const file = RrMapWriter.encode(home, Robot.make(home, { nowMillis: 0 }).state, { index: 1, sequence: 1 })
const bare = { map: Either.getOrThrow(RrMap.parse(file)), fetchedAt: 0, rooms: [] }
const [left, right, low, high] = [26_000, 27_500, 25_000, 26_000]
const area = [{ x: left, y: low }, { x: right, y: low }, { x: right, y: high }, { x: left, y: high }] as const

const outline = "M26000 -25000L27500 -25000L27500 -26000L26000 -26000z"

const kinds = [
  ["carpets", "carpets"],
  ["noGoAreas", "noGo"],
  ["noMopAreas", "noMop"],
  ["noVacuumAreas", "noVacuum"]
] as const

describe("a plan", () => {
  for (const [kind, shape] of kinds) {
    it(`has the ${kind} that the owner drew, and is another one with them`, () => {
      const drawn = { ...bare, map: { ...bare.map, [kind]: [area] } }
      assert.deepInclude(planOf(drawn, 1), { carpets: "", noGo: "", noMop: "", noVacuum: "", [shape]: outline })
      assert.isFalse(isSamePlan(bare, drawn))
      assert.isTrue(isSamePlan(drawn, { ...drawn, fetchedAt: 1 }))
    })
  }
})
