import { DeviceState } from "@effect-mqtt/roborock"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as bar from "../../../src/internal/progress/bar.ts"
import * as steps from "../../../src/internal/progress/steps.ts"

const states = (...statuses: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  statuses.map((status) => DeviceState.withStatus(DeviceState.initial(new Map(), true), status, 0))
    .filter((state) => state !== undefined)

const [cleaning] = states({ state: 18, battery: 87, in_cleaning: 3 })

describe("the bar", () => {
  it("fits into any window, and keeps its percentage whole as long as that has room", () => {
    for (let columns = 0; columns <= 120; columns++) {
      const line = bar.lineOf({ fraction: 0.5, state: cleaning }, columns)
      assert.isAtMost(Array.from(line).length, Math.max(0, columns - 1), `${columns} columns`)
      if (columns > 6) assert.include(line, "50 %", `${columns} columns`)
    }
    assert.strictEqual(
      bar.lineOf({ fraction: 0.5, state: cleaning }, 80),
      `[${"#".repeat(12)}${".".repeat(12)}]  50 %  segment cleaning, battery 87 %`
    )
  })
})

describe("the steps of a cleaning", () => {
  const fractions = (...statuses: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
    Stream.fromIterable(states(...statuses)).pipe(
      (stream) => steps.watch(stream, 10),
      Stream.map(({ fraction }) => fraction),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )

  it.effect("go on while the robot charges or washes in the middle of its job", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* fractions(
          { state: 8 },
          { state: 18, in_cleaning: 3, clean_area: 2_500_000 },
          { state: 23, in_cleaning: 3, clean_area: 5_000_000 },
          { state: 8, in_cleaning: 3, clean_area: 5_000_000 },
          { state: 18, in_cleaning: 3, clean_area: 4_000_000 },
          { state: 6, in_cleaning: 0, clean_area: 10_000_000 },
          { state: 8, in_cleaning: 0 },
          { state: 18, in_cleaning: 3 }
        ),
        [0.225, 0.45, 0.45, 0.45, 0.9, 1]
      )
    }))

  it.effect("are by the device's own percentage where it has one", () =>
    Effect.gen(function*() {
      const job = { state: 18, in_cleaning: 3, clean_area: 1_000_000 }
      assert.deepStrictEqual(yield* fractions({ ...job, clean_percent: 50 }, { ...job, clean_percent: 255 }), [
        0.45,
        0.45
      ])
    }))
})
