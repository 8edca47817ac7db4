import { Simulator } from "@effect-mqtt/roborock-simulator"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as RoborockAccountOutput from "../src/RoborockAccountOutput.ts"
import * as RoborockMapOutput from "../src/RoborockMapOutput.ts"
import * as RoborockOutput from "../src/RoborockOutput.ts"
import * as RoborockPlanOutput from "../src/RoborockPlanOutput.ts"
import { failed, golden, home, jsonOf, run, text, times, untilDocked } from "./roborockCommand.ts"

describe("roborock --json", () => {
  it.effect("writes what is documented", () =>
    Effect.gen(function*() {
      yield* golden("devices", RoborockAccountOutput.Devices)
      yield* golden("diagnostics", RoborockAccountOutput.Diagnostics)
      yield* golden("status", RoborockOutput.Status)
      yield* golden("rooms", RoborockMapOutput.Rooms)
      yield* golden("map", RoborockMapOutput.Map)
      yield* golden("clean", RoborockOutput.Cleaning, ["clean", "BATHROOM"])
      yield* golden("pause", RoborockOutput.Order)
      yield* golden("resume", RoborockOutput.Order)
      yield* untilDocked
      yield* golden("stop", RoborockOutput.Order)
      yield* golden("dock", RoborockOutput.Order)
      yield* golden("goto", RoborockOutput.Driving, ["goto", "25.5m,25500"])
      yield* text("dock")
      yield* untilDocked
      yield* golden("locate", RoborockOutput.Order)
      yield* golden("history", RoborockOutput.History, ["history"], [...times, "id"])
      yield* golden("consumables", RoborockOutput.Consumables)
      yield* golden("schedules", RoborockPlanOutput.Schedules, ["schedules", "--add", "9:30", "--room", "kitchen"], [
        "id"
      ])
      yield* golden("dnd", RoborockOutput.DoNotDisturb)
      yield* golden("routines", RoborockPlanOutput.Routines)
      yield* golden("routines-run", RoborockPlanOutput.RoutineRun, ["routines", "--run", "Everything"])
      yield* golden("logout", RoborockAccountOutput.Logout, ["logout", "--simulator"])
      yield* golden("raw", Schema.Unknown, ["raw", "get_sound_volume"])
    }).pipe(Effect.provide(home())), 90_000)

  it.effect("follows a cleaning with a status for each change", () =>
    Effect.gen(function*() {
      const { code, out } = yield* run(["clean", "bathroom", "--watch", "--json"])
      assert.strictEqual(code, 0)
      const [started, ...statuses] = out.trim().split("\n")
      yield* Schema.decodeUnknown(Schema.parseJson(RoborockOutput.Cleaning), { onExcessProperty: "error" })(started)
      const decoded = yield* Effect.forEach(
        statuses,
        (line) => Schema.decodeUnknown(Schema.parseJson(RoborockOutput.Status), { onExcessProperty: "error" })(line)
      )
      assert.isAbove(decoded.length, 3)
      assert.strictEqual(decoded.at(-1)?.activity, "docked")
      assert.isTrue(decoded.some(({ room }) => room === "Bathroom"))
    }).pipe(Effect.provide(home())))

  it.effect("tells what went wrong as one object", () =>
    Effect.gen(function*() {
      const { code, line } = yield* failed("clean", "attic", "--json")
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(yield* Schema.decodeUnknown(Schema.parseJson(RoborockOutput.Failure))(line), {
        error: {
          kind: "Usage",
          message: "No such room on the map in use: attic",
          advice: "Known: Living room, Kitchen, Bathroom, Hallway, Bedroom.",
          exitCode: 1
        }
      })
    }).pipe(Effect.provide(home())))
})

describe("roborock", () => {
  it.effect("shows tables and sentences to people, without colours where there is no terminal", () =>
    Effect.gen(function*() {
      const devices = yield* text("devices")
      assert.match(devices, /^NAME +PRODUCT +MODEL +STATE\nLiving room +Roborock S7 +\S+ +docked, 100 %\n/)
      assert.match(devices, /Window cleaner.*not supported: /)
      assert.match(yield* text("rooms"), /^Kitchen +17 +7\.8 m²$/m)
      const status = yield* text("status")
      assert.match(status, /^state +charging$/m)
      assert.match(status, /^cleaning +vac and mop, fan balanced, water standard, route standard$/m)
      assert.match(yield* text("consumables"), /^main brush +\d+ % +\d+ h$/m)
      assert.match(
        yield* text("schedules", "--add", "07:05", "--days", "mon,wed"),
        /mon, wed 07:05 +start clean +every/
      )
      assert.strictEqual(yield* text("dnd", "--off"), "Do not disturb is off, from 22:00 to 08:00.\n")
      assert.strictEqual(yield* text("dnd", "--to", "6:30"), "Do not disturb is on, from 22:00 to 06:30.\n")
      assert.match(yield* text("map"), /█.*Kitchen/s)
      assert.strictEqual(yield* text("clean", "kitchen"), "Living room cleans Kitchen.\n")
      assert.strictEqual(yield* text("locate"), "Living room says where it is.\n")
      const { robots: [robot] } = yield* Simulator.Simulator
      assert.strictEqual(yield* robot.located, 1)
    }).pipe(Effect.provide(home())))

  it.effect("follows a cleaning in lines, and ends when the robot is back", () =>
    Effect.gen(function*() {
      const lines = (yield* text("clean", "bathroom", "--watch")).trim().split("\n")
      assert.strictEqual(lines[0], "Living room cleans Bathroom.")
      assert.match(lines[1], /^\[\.{24}\] +0 % +segment cleaning/)
      assert.isTrue(lines.some((line) => line.includes("Bathroom, battery")))
      assert.match(lines.at(-1) ?? "", /^Living room is back in its dock after 4\.\d m² in \d+ min\.$/)
    }).pipe(Effect.provide(home())))

  it.effect("ends with what the robot complains of", () =>
    Effect.gen(function*() {
      const { robots: [robot] } = yield* Simulator.Simulator
      yield* Effect.forkScoped(Effect.delay(robot.fail(8), "20 seconds"))
      const { code, err } = yield* run(["clean", "kitchen", "--watch"])
      assert.strictEqual(code, 4)
      assert.match(err[0], /^roborock: "Living room" has stopped: .+\. Put that right, then run "roborock resume"\.$/)
    }).pipe(Effect.scoped, Effect.provide(home())))

  it.effect("sets how it cleans by the names that the model has", () =>
    Effect.gen(function*() {
      yield* text("clean", "kitchen", "--fan", "max", "--water", "off")
      assert.match(yield* text("status"), /^cleaning +.*fan max, water off/m)
      yield* text("stop")
      yield* text("clean", "--mode", "mop")
      assert.match(yield* text("status"), /^cleaning +mop, /m)
      const { line } = yield* failed("clean", "--fan", "hurricane")
      assert.match(line, /^roborock: The device has no fan "hurricane"\. It has quiet, balanced, /)
    }).pipe(Effect.provide(home())))

  it.effect("changes schedules, consumables and routines, by what they are called", () =>
    Effect.gen(function*() {
      const [[{ id }]] = yield* jsonOf(RoborockPlanOutput.Schedules, ["schedules", "--add", "12:00"])
      const [[off]] = yield* jsonOf(RoborockPlanOutput.Schedules, ["schedules", "--disable", id])
      assert.isFalse(off.enabled)
      assert.deepStrictEqual(yield* jsonOf(RoborockPlanOutput.Schedules, ["schedules", "--remove", id]), [[]])
      const [parts] = yield* jsonOf(RoborockOutput.Consumables, ["consumables", "--reset", "Main brush"])
      assert.strictEqual(parts.find(({ part }) => part === "mainBrush")?.leftPercent, 100)
      yield* text("routines", "--run", "living room TWICE")
      const [{ activity }] = yield* jsonOf(RoborockOutput.Status, ["status"])
      assert.strictEqual(activity, "cleaning")
    }).pipe(Effect.provide(home())))

  it.effect("writes pictures of the kind that the file's name says", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      assert.strictEqual(yield* text("map", "--out", `${folder}/a.png`), `The map is in ${folder}/a.png\n`)
      assert.deepStrictEqual([...(yield* files.readFile(`${folder}/a.png`)).subarray(1, 4)], [0x50, 0x4e, 0x47])
      yield* text("map", "-o", `${folder}/b.SVG`)
      assert.match(yield* files.readFileString(`${folder}/b.SVG`), /^<svg.*Kitchen/s)
      assert.match((yield* failed("map", "-o", `${folder}/none/c.png`)).line, /c\.png cannot be written\. Look at/)
    }).pipe(Effect.scoped, Effect.provide([home(), NodeContext.layer])))

  it.effect("asks which device, when there are several", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failed("status"), {
        code: 1,
        line: "roborock: The account has several devices. Name one with --device: Up, Down."
      })
      assert.match(yield* text("status", "-d", "DOWN"), /^device +Down$/m)
      const { out } = yield* run(["status"], { env: { ROBOROCK_DEVICE: "Up" } })
      assert.match(out, /^device +Up$/m)
      assert.strictEqual(
        (yield* failed("status", "-d", "Attic")).line,
        "roborock: There is no device \"Attic\". Known: Up, Down, Window cleaner."
      )
      const unsupported = yield* failed("clean", "-d", "window cleaner")
      assert.strictEqual(unsupported.code, 4)
      assert.match(
        unsupported.line,
        /^roborock: "Window cleaner" cannot do this: .+\. See "roborock devices" for others\.$/
      )
    }).pipe(Effect.provide(home({ robots: [{ name: "Up" }, { name: "Down" }] }))))

  const wrong: ReadonlyArray<readonly [words: ReadonlyArray<string>, code: number, complaint: RegExp]> = [
    [["bogus"], 1, /Invalid subcommand for roborock/],
    [["status", "--bogus"], 1, /Received unknown argument: '--bogus'\. See "roborock --help"\.$/],
    [["clean", "--bogus"], 1, /There is no option --bogus\. See roborock clean --help\.$/],
    [["clean", "--repeat", "4", "kitchen"], 1, /--repeat has to be 1, 2 or 3\.$/],
    [["clean", "--repeat", "2"], 1, /--repeat needs the names of rooms, or zones\.$/],
    [["map", "--out", "map.gif"], 1, /A picture cannot be written as "\.gif"\. Name a file\.png or file\.svg\.$/],
    [["clean", "--zone", "1,2,3"], 1, /--zone has to be two corners such as 25000,25500,27000,28000 or /],
    [["clean", "--zone", "1m,2m,1m,3m"], 1, /--zone 1m,2m,1m,3m has no area\. Name two corners/],
    [["clean", "kitchen", "--spot"], 1, /Rooms, --zone and --spot do not go together\. Name one of them\.$/],
    [["clean", "--spot", "--repeat", "2"], 1, /--repeat needs the names of rooms, or zones\.$/],
    [["goto", "attic"], 1, /No such room on the map in use: attic\. Known: Living room, /],
    [["goto", "1m,1m"], 1, /There is no floor at 1000, 1000 mm\. "roborock map --json" has the places of the map\.$/],
    [
      ["dock", "--empty"],
      4,
      /"Living room" cannot do this: its dock does not empty the robot\. See "roborock devices"/
    ],
    [["dock", "--wash", "--dry"], 1, /One of --empty, --wash and --dry is enough\.$/],
    [["dock", "--stop"], 1, /--stop needs --empty, --wash or --dry\.$/],
    [["floors", "--use", "cellar"], 1, /There is no floor "cellar"\. Known: .+ \(0\)\.$/],
    [["map", "--run", "3"], 1, /There is no run 3\. There are no runs yet\.$/],
    [["map", "--scale", "99"], 1, /--scale has to be from 1 to 16\.$/],
    [["dnd", "--from", "25:00"], 1, /--from has to be a time such as 22:00\.$/],
    [["dnd", "--on", "--off"], 1, /--off stands alone\.$/],
    [["schedules", "--add", "9:00", "--days", "noday"], 1, /--days has to be days such as mon,wed\.$/],
    [["schedules", "--remove", "7"], 1, /There is no schedule 7\. There are none\.$/],
    [
      ["schedules", "--cloud", "--remove", "7"],
      1,
      /Schedules in the cloud are changed in the app\. --cloud lists them\.$/
    ],
    [["schedules", "--remove", "7", "--enable", "7"], 1, /is enough\.$/],
    [["consumables", "--reset", "wheel"], 1, /The device has no part "wheel"\. It has mainBrush, /],
    [["routines", "--run", "Nothing"], 1, /There is no routine "Nothing"\. Known: Everything \(7001\), /],
    [["raw", "get_status", "{"], 1, /The parameters are not a JSON array or object\./],
    [["raw", "bogus"], 4, /The device does not know this command\./],
    [["resume"], 4, /"Living room" has nothing to go on with\. Begin with "roborock clean"\.$/],
    [["history", "--count", "101"], 1, /--count has to be from 0 to 100\.$/],
    [["simulate", "--speed", "0"], 1, /--speed has to be above 0, up to 1000\.$/]
  ]

  it.effect("says what is wrong in a sentence, and what to do", () =>
    Effect.gen(function*() {
      for (const [words, code, complaint] of wrong) {
        const failure = yield* failed(...words)
        assert.strictEqual(failure.code, code, words.join(" "))
        assert.match(failure.line, complaint)
      }
    }).pipe(Effect.provide(home())))

  it.effect("helps", () =>
    Effect.gen(function*() {
      const overview = yield* text()
      assert.match(overview, /^ {2}clean +Cleans rooms by name, zones, or everything\.$/m)
      assert.strictEqual(yield* text("--help"), overview)
      const clean = yield* text("clean", "--help")
      assert.include(clean, "--repeat")
      assert.notInclude(clean, "\u001b")
      assert.match(yield* text("--version"), /^\d+\.\d+\.\d+$/m)
      assert.include(yield* text("--completions", "bash"), "complete -F")
    }))
})
