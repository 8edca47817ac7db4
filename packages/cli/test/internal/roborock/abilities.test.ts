/** What only some robots can do: several floors, a dock that works, plans in the cloud. */
import { FloorPlan, Simulator } from "@effect-mqtt/roborock-simulator"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RoborockMapOutput from "../../../src/RoborockMapOutput.ts"
import * as RoborockOutput from "../../../src/RoborockOutput.ts"
import * as RoborockPlanOutput from "../../../src/RoborockPlanOutput.ts"
import { failed, golden, home, jsonOf, text, times, untilDocked } from "../../roborockCommand.ts"

const rich = home({
  robots: [{
    name: "Living room",
    product: "Qrevo Master",
    cloudSchedules: [
      { id: "31", cron: "30 9 * * 1,3", repeated: true, enabled: true, param: "{\"method\":\"app_start\"}" },
      { id: "32", cron: "0 12 24 12 *", repeated: false, enabled: false, param: "" }
    ]
  }],
  otherFloors: [FloorPlan.upstairs()]
})

describe("roborock on a robot that can do more", () => {
  it.effect("writes what is documented", () =>
    Effect.gen(function*() {
      yield* golden("clean-zones", RoborockOutput.Cleaning, [
        "clean",
        ...["--zone", "25.5m,25.5m,26.5m,26m", "--zone", "26500,27000,26000,26500", "--repeat", "2"]
      ])
      yield* untilDocked
      yield* golden("clean-spot", RoborockOutput.Cleaning, ["clean", "--spot"])
      yield* untilDocked
      yield* golden("map-run", RoborockMapOutput.Map, ["map", "--run", "2"], [...times, "run"])
      yield* golden("goto-room", RoborockOutput.Driving, ["goto", "KITCHEN"])
      yield* text("dock")
      yield* untilDocked
      yield* golden("floors", RoborockMapOutput.Floors)
      yield* golden("dock-wash", RoborockOutput.DockJob, ["dock", "--wash"])
      yield* golden("schedules-cloud", RoborockPlanOutput.CloudSchedules, ["schedules", "--cloud"])
    }).pipe(Effect.provide(rich)), 60_000)

  it.effect("cleans zones and the spot it stands on, and follows that to its end", () =>
    Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      const zones = (yield* text("clean", "--zone", "25m,25m,26m,26.5m", "--watch")).trim().split("\n")
      assert.strictEqual(zones[0], "Living room cleans a zone of 1.0 × 1.5 m.")
      assert.match(zones[1], /^\[\.{24}\] +0 % +zoned cleaning/)
      assert.match(zones.at(-1) ?? "", /^Living room is back in its dock after \d\.\d m²/)
      assert.strictEqual(
        yield* text("clean", "--spot"),
        "Living room cleans the spot where it stands.\n"
      )
      assert.strictEqual((yield* robot.state).task?.kind, "Spot")
    }).pipe(Effect.provide(rich)))

  it.effect("drives to a point, which may be the middle of a room", () =>
    Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      assert.strictEqual(yield* text("goto", "bathroom"), "Living room drives to the middle of Bathroom.\n")
      assert.strictEqual((yield* robot.state).activity, "Driving")
      assert.match(yield* text("goto", "25.6m,25.6m"), /^Living room drives to 25600, 25600 mm\.$/m)
    }).pipe(Effect.provide(rich)))

  it.effect("empties, washes and dries in the dock, and nowhere else", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* text("dock", "--empty"), "Living room is being emptied.\n")
      assert.match(yield* text("status"), /^state +emptying/m)
      assert.match(yield* text("dock", "--empty", "--stop"), /^Living room is not emptied any more\.$/m)
      assert.match(yield* text("status"), /^state +charging/m)
      yield* text("dock", "--dry")
      yield* text("clean", "kitchen")
      assert.deepStrictEqual(yield* failed("dock", "--wash"), {
        code: 4,
        line: "roborock: The dock of \"Living room\" cannot do this now. See \"roborock status\"."
      })
    }).pipe(Effect.provide(rich)))

  it.effect("changes floors, by name and by id", () =>
    Effect.gen(function*() {
      const { name } = FloorPlan.upstairs()
      assert.strictEqual(
        (yield* failed("clean", "study")).line,
        "roborock: No such room on the map in use: study. \"Study\" is on the floor \"Upstairs\": "
          + "carry the robot there, and run \"roborock floors --use 'Upstairs'\"."
      )
      assert.match(yield* text("floors", "--use", name.toUpperCase()), new RegExp(`^${name} +1 .+ in use$`, "m"))
      assert.notInclude(yield* text("rooms"), "Kitchen")
      const [floors] = yield* jsonOf(RoborockMapOutput.Floors, ["floors", "--use", "0"])
      assert.deepStrictEqual(floors.map(({ current }) => current), [true, false])
      assert.include(yield* text("rooms"), "Kitchen")
      yield* text("clean", "kitchen")
      assert.match((yield* failed("floors", "--use", "1")).line, /the floor is not changed while the robot works/)
    }).pipe(Effect.provide(rich)))

  it.effect("has the map of a past run, as text, picture and by its id", () =>
    Effect.gen(function*() {
      yield* text("clean", "bathroom", "--watch")
      const [{ runs: [{ id }] }] = yield* jsonOf(RoborockOutput.History, ["history"])
      assert.match(yield* text("history"), /^RUN +BEGAN .*\n +1 +\d{4}-/)
      assert.match(yield* text("map", "--run", "1"), /Bathroom/)
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      yield* text("map", "--run", `${id}`, "--out", `${folder}/run.svg`)
      assert.match(yield* files.readFileString(`${folder}/run.svg`), /^<svg/)
    }).pipe(Effect.scoped, Effect.provide([rich, NodeContext.layer])))

  it.effect("lists what the app has planned in the cloud", () =>
    Effect.gen(function*() {
      const cloud = yield* text("schedules", "--cloud")
      assert.match(cloud, /^31 +mon, wed 09:30$/m)
      assert.match(cloud, /^32 +0 12 24 12 \* +once +off$/m)
      assert.match(yield* text("schedules"), /Newer apps keep theirs in the cloud: "roborock schedules --cloud"\./)
    }).pipe(Effect.provide(rich)))

  it.effect("says what vacuums of other kinds lack, and lists what they keep", () =>
    Effect.gen(function*() {
      const [maps] = yield* jsonOf(RoborockMapOutput.Floors, ["floors", "-d", "Seven"])
      assert.deepStrictEqual(maps.map(({ current, rooms }) => ({ current, rooms })), [{ current: true, rooms: null }])
      assert.match((yield* failed("floors", "--use", "1", "-d", "Seven")).line, /^roborock: "Seven" cannot do this: /)
      assert.match(
        (yield* failed("schedules", "-d", "Seven")).line,
        /^roborock: "Seven" keeps no schedules: .+\. "roborock schedules --cloud" lists those of the app\.$/
      )
      assert.match(yield* text("schedules", "--cloud", "-d", "Seven"), /There are no schedules in the cloud\./)
      assert.match((yield* failed("goto", "1m,1m", "-d", "Seven")).line, /^roborock: "Seven" cannot do this: /)
      assert.match((yield* failed("floors", "-d", "Old")).line, /^roborock: "Old" cannot do this: /)
      yield* text("clean", "kitchen", "-d", "Seven", "--watch")
      assert.match(
        (yield* failed("map", "--run", "1", "-d", "Seven")).line,
        /"Seven" does not give the maps of its runs/
      )
    }).pipe(Effect.provide(home({ robots: [{ name: "Seven", product: "Q7" }, { name: "Old", product: "S4" }] }))))
})
