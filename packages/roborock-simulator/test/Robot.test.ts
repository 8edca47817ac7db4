import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { FloorPlan, Robot } from "../src/index.ts"

const plan = FloorPlan.flat()
const minute = 60_000

/** Drives a robot in small steps and checks after each that it stands where a robot fits. */
const watched = (options?: Partial<Robot.Options>) => {
  const robot = Robot.make(plan, { nowMillis: 0, ...options })
  const visited = new Set<number>()
  let now = 0
  let last = robot.state.position
  const run = (millis: number, until: (state: Robot.RobotState) => boolean = () => false): Robot.RobotState => {
    for (const end = now + millis; now < end;) {
      now += 100
      robot.advance(now)
      const { position } = robot.state
      const cell = FloorPlan.cellAt(plan, position.x, position.y)
      assert.isDefined(cell)
      assert.strictEqual(plan.passable[cell ?? 0], 1, `in a wall at ${position.x}, ${position.y}`)
      assert.isAtMost(Math.hypot(position.x - last.x, position.y - last.y), 25 * (options?.speed ?? 1), "a leap")
      last = position
      if (robot.state.activity === "Cleaning") visited.add(cell ?? 0)
      if (until(robot.state)) break
    }
    return robot.state
  }
  return {
    robot,
    run,
    visited,
    tell: (command: Robot.Command) => robot.command(command, now),
    wait: (millis: number) => {
      now += millis
      robot.advance(now)
      last = robot.state.position
      return robot.state
    }
  }
}

const share = (visited: Set<number>, segment: number): number => {
  const cleaned = new Set<number>()
  for (const cell of visited) {
    FloorPlan.forCellsUnder(plan, cell, (under) => {
      if (FloorPlan.segmentOf(plan, under) === segment) cleaned.add(under)
    })
  }
  return cleaned.size / plan.cells.filter((_, cell) => FloorPlan.segmentOf(plan, cell) === segment).length
}

describe("Robot", () => {
  it("cleans every room without crossing a wall, and docks exactly", () => {
    const { robot, run, tell, visited } = watched({ speed: 2 })
    assert.strictEqual(tell({ _tag: "CleanAll" }), "Done")
    const after = run(30 * minute, (state) => state.activity === "Returning")
    assert.strictEqual(after.activity, "Returning")
    assert.strictEqual(after.progress, 100)
    for (const { name, segment } of plan.rooms) assert.isAtLeast(share(visited, segment), 0.9, name)
    assert.isAtLeast(after.cleanAreaMm2, 0.9 * 60e6)
    assert.isBelow(after.battery, 95)
    const home = run(10 * minute, (state) => state.activity === "Charging")
    assert.deepStrictEqual(home.position, plan.parking)
    assert.deepStrictEqual(robot.state.records.map(({ complete, kind }) => ({ complete, kind })), [
      { complete: true, kind: "All" }
    ])
  })

  it("cleans the asked rooms only, as often as asked", () => {
    const once = watched({ speed: 2 })
    once.tell({ _tag: "CleanSegments", segments: [17], repeat: 1 })
    const first = once.run(30 * minute, (state) => state.activity === "Returning")
    assert.isAtLeast(share(once.visited, 17), 0.9)
    assert.isBelow(share(once.visited, 20), 0.05)
    const twice = watched({ speed: 2 })
    twice.tell({ _tag: "CleanSegments", segments: [17], repeat: 2 })
    const second = twice.run(30 * minute, (state) => state.activity === "Returning")
    assert.approximately(second.cleanAreaMm2 / first.cleanAreaMm2, 2, 0.05)
  })

  it("does the same whether time comes in small or in large pieces", () => {
    const small = watched()
    const large = watched()
    small.tell({ _tag: "CleanSegments", segments: [18, 20], repeat: 1 })
    large.tell({ _tag: "CleanSegments", segments: [18, 20], repeat: 1 })
    small.run(5 * minute)
    large.wait(5 * minute)
    assert.deepStrictEqual(small.robot.state.position, large.robot.state.position)
    assert.strictEqual(small.robot.state.cleanAreaMm2, large.robot.state.cleanAreaMm2)
  })

  it("stands still while paused and goes on where it was", () => {
    const { run, tell } = watched()
    tell({ _tag: "CleanAll" })
    const before = run(3 * minute)
    assert.strictEqual(tell({ _tag: "Pause" }), "Done")
    assert.strictEqual(tell({ _tag: "Pause" }), "Refused")
    const paused = run(minute)
    assert.strictEqual(paused.activity, "Paused")
    assert.deepStrictEqual(paused.position, before.position)
    assert.strictEqual(paused.cleanTimeSeconds, before.cleanTimeSeconds)
    assert.strictEqual(tell({ _tag: "Resume" }), "Done")
    const resumed = run(minute)
    assert.strictEqual(resumed.activity, "Cleaning")
    assert.isAbove(resumed.cleanAreaMm2, before.cleanAreaMm2)
    assert.strictEqual(resumed.cleanTimeSeconds, before.cleanTimeSeconds + 60)
  })

  it("breaks off and goes home when told, and writes an incomplete record", () => {
    const { robot, run, tell } = watched()
    tell({ _tag: "CleanSegments", segments: [19], repeat: 1 })
    run(2 * minute)
    assert.strictEqual(tell({ _tag: "Dock" }), "Done")
    assert.strictEqual(robot.state.activity, "Returning")
    const home = run(5 * minute, (state) => state.activity === "Charging")
    assert.deepStrictEqual(home.position, plan.parking)
    assert.strictEqual(home.records[0]?.complete, false)
    assert.isUndefined(home.task)
  })

  it("loses charge while driving and gains it in the dock", () => {
    const { run, tell, wait } = watched({ battery: 60 })
    tell({ _tag: "CleanAll" })
    const driven = run(10 * minute)
    assert.isBelow(driven.battery, 60)
    tell({ _tag: "Dock" })
    const docked = run(10 * minute, (state) => state.activity === "Charging")
    assert.isAbove(wait(20 * minute).battery, docked.battery)
    assert.strictEqual(wait(24 * 60 * minute).battery, 100)
  })

  it("charges when the battery is low in the middle of a cleaning, and then finishes it", () => {
    const { robot, run, tell, wait } = watched({ battery: 26, speed: 2 })
    tell({ _tag: "CleanAll" })
    const returning = run(20 * minute, (state) => state.activity === "Returning")
    assert.strictEqual(returning.activity, "Returning")
    assert.isDefined(returning.task)
    tell({ _tag: "Pause" })
    tell({ _tag: "Resume" })
    run(10 * minute, (state) => state.activity === "Charging")
    assert.deepStrictEqual(robot.state.position, plan.parking)
    wait(60 * minute)
    run(30 * minute, (state) => state.activity === "Returning")
    assert.strictEqual(robot.state.progress, 100)
    assert.strictEqual(robot.state.records.length, 1)
    assert.isAtLeast(robot.state.cleanAreaMm2, 0.9 * 60e6)
  })

  it("does nothing while it has an error, until somebody helps", () => {
    const { robot, run, tell } = watched()
    tell({ _tag: "CleanAll" })
    run(minute)
    tell({ _tag: "Fail", errorCode: 8 })
    assert.strictEqual(robot.state.errorCode, 8)
    for (const _tag of ["CleanAll", "Dock", "Pause", "Resume", "Stop"] as const) {
      assert.strictEqual(tell({ _tag }), "Refused")
    }
    assert.strictEqual(tell({ _tag: "Recover" }), "Done")
    assert.strictEqual(robot.state.activity, "Paused")
    assert.strictEqual(robot.state.errorCode, 0)
    assert.strictEqual(tell({ _tag: "Resume" }), "Done")
  })

  it("refuses rooms it does not know and a start with a low battery", () => {
    const { tell } = watched()
    assert.strictEqual(tell({ _tag: "CleanSegments", segments: [16, 99], repeat: 1 }), "BadParameters")
    assert.strictEqual(tell({ _tag: "CleanSegments", segments: [], repeat: 1 }), "BadParameters")
    assert.strictEqual(tell({ _tag: "CleanSegments", segments: [16], repeat: 1.5 }), "BadParameters")
    assert.strictEqual(watched({ battery: 10 }).tell({ _tag: "CleanAll" }), "Refused")
  })

  it("keeps path and records within their bounds", () => {
    const { robot, tell, wait } = watched()
    tell({ _tag: "CleanSegments", segments: [16, 17, 18, 19, 20], repeat: 3 })
    wait(300 * minute)
    assert.isAbove(robot.state.path.length, 1000)
    assert.isAtMost(robot.state.path.length, Robot.maxPathPoints)
    robot.state.path.slice(1).forEach((point, index) => {
      const before = robot.state.path[index] ?? point
      assert.isAtMost(Math.hypot(point.x - before.x, point.y - before.y), 500)
    })
    for (let count = 0; count < 30; count++) {
      tell({ _tag: "CleanSegments", segments: [17], repeat: 1 })
      tell({ _tag: "Stop" })
    }
    assert.strictEqual(robot.state.records.length, Robot.maxRecords)
    assert.strictEqual(new Set(robot.state.records.map(({ beginSeconds }) => beginSeconds)).size, Robot.maxRecords)
    assert.strictEqual(robot.state.totals.count, 31)
  })

  it("stays where a robot fits, whatever it is told and whenever", () => {
    const command: FastCheck.Arbitrary<Robot.Command> = FastCheck.oneof(
      FastCheck.constantFrom<Robot.Command>(
        { _tag: "CleanAll" },
        { _tag: "Pause" },
        { _tag: "Resume" },
        { _tag: "Stop" },
        { _tag: "Dock" },
        { _tag: "Recover" },
        { _tag: "Fail", errorCode: 5 }
      ),
      FastCheck.record({
        _tag: FastCheck.constant("CleanSegments" as const),
        segments: FastCheck.array(FastCheck.integer({ min: 16, max: 20 }), { maxLength: 3 }),
        repeat: FastCheck.integer({ min: 1, max: 3 })
      })
    )
    const steps = FastCheck.array(
      FastCheck.record({ command, millis: FastCheck.integer({ min: 0, max: 15 * minute }) }),
      { maxLength: 12 }
    )
    FastCheck.assert(
      FastCheck.property(steps, FastCheck.integer({ min: 21, max: 100 }), (orders, battery) => {
        const robot = Robot.make(plan, { nowMillis: 0, battery })
        let now = 0
        for (const { command, millis } of orders) {
          robot.command(command, now)
          now += millis
          robot.advance(now)
          const { activity, battery, path, position, progress } = robot.state
          assert.strictEqual(plan.passable[FloorPlan.cellAt(plan, position.x, position.y) ?? 0], 1)
          for (const { x, y } of path) assert.strictEqual(plan.passable[FloorPlan.cellAt(plan, x, y) ?? 0], 1)
          if (activity === "Charging") assert.deepStrictEqual(position, plan.parking)
          assert.isTrue(battery >= 0 && battery <= 100 && progress >= 0 && progress <= 100)
        }
      }),
      { numRuns: 25, seed: 7 }
    )
  })
})
