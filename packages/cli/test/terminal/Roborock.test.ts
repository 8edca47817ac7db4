import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { broker } from "../command.ts"
import { install } from "../program.ts"
import * as tmux from "./tmux.ts"

if (!tmux.isHere) console.warn("skipped without tmux: what the commands do in a terminal")

const standard = { columns: 80, rows: 24 }
const restored = { isAlternate: false, hasCursor: true }

const slow = 120_000

/** Goes on for a minute: the robot does not wait for a machine that is busy, and the view is gone when it is back. */
const long = "roborock clean 'living room' bedroom --repeat 3 --watch --simulator"

// Where there is no tmux, there is no terminal to look at.
describe.skipIf(!tmux.isHere)("roborock in a terminal", () => {
  it.scopedLive(
    "shows map and progress on a screen of its own, and leaves what was there",
    () =>
      Effect.gen(function*() {
        const terminal = yield* tmux.open(yield* install("roborock"), {}, standard)
        yield* terminal.type(`echo before; ${long}; echo code=$?`)
        const shown = yield* terminal.until(/Kitchen[^]*\[#*\.*\] +\d+ %/)
        assert.deepStrictEqual(yield* terminal.mode, { isAlternate: true, hasCursor: false })
        assert.match(yield* terminal.coloured, /\u001b\[[\d;]*48;2;/)
        assert.strictEqual(shown.filter((line) => line.includes(" %")).length, 1, "one bar, in place")
        assert.notInclude(shown.join("\n"), "before")
        yield* terminal.press("C-c")
        yield* terminal.until(/^before\nLiving room cleans Living room, Bedroom, 3 times\.\n[^]*code=130/m)
        assert.deepStrictEqual(yield* terminal.mode, restored)
        yield* terminal.typeAfresh("echo before; roborock clean kitchen bathroom --watch --simulator; echo code=$?")
        const after = (yield* terminal.until(/code=0/)).join("\n")
        assert.deepStrictEqual(yield* terminal.mode, restored)
        assert.match(after, /^before\nLiving room cleans Kitchen, Bathroom\.\nLiving room is back in its dock after /m)
        yield* terminal.typeAfresh("roborock clean --zone 25m,25m,27m,27m --watch --simulator; echo zones=$?")
        yield* terminal.until(/a zone of 2\.0 × 2\.0 m\.\nLiving room is back in its dock after [^]*zones=0/)
      }),
    slow
  )

  it.scopedLive("is as narrow as its window, also when that changes", () =>
    Effect.gen(function*() {
      const terminal = yield* tmux.open(yield* install("roborock"), {}, standard)
      const view = /\d+ %[^]*Living room\. Ctrl-C/
      yield* terminal.type(long)
      yield* terminal.until(view)
      for (const columns of [50, 24, 12, 70]) {
        yield* terminal.resize({ columns, rows: 12 })
        // Drawn anew for this width: the last line is cut, or whole where it fits.
        const last = "Living room. Ctrl-C ends the view, the robot goes on."
        const end = last.length < columns ? last : `${last.slice(0, columns - 2)}…`
        const shown = yield* terminal.until(new RegExp(`^${end.replace(/\./g, "\\.")}$`, "m"))
        const bars = shown.filter((line) => /^\[?.*\d+ %/.test(line))
        assert.strictEqual(bars.length, 1, shown.join("\n"))
        assert.isBelow(bars[0].length, columns)
        assert.isAtMost(shown.length, 12)
      }
      yield* terminal.press("C-c")
      yield* terminal.until(/^\$ $|^\$$/m)
      assert.deepStrictEqual(yield* terminal.mode, restored)
      yield* terminal.typeAfresh("COLUMNS=30 roborock map --simulator; echo code=$?")
      const map = yield* terminal.until(/code=0/)
      assert.isTrue(map.every((line) => line.length <= 30), map.join("\n"))
    }), slow)

  it.scopedLive("gives the terminal back at ctrl-c", () =>
    Effect.gen(function*() {
      const terminal = yield* tmux.open(yield* install("roborock"), {}, standard)
      yield* terminal.type(`${long}; echo code=$?`)
      yield* terminal.until(/Ctrl-C ends the view/)
      yield* terminal.press("C-c")
      const shown = (yield* terminal.until(/code=130/)).join("\n")
      assert.deepStrictEqual(yield* terminal.mode, restored)
      assert.include(shown, "roborock: The robot goes on. \"roborock stop\" stops it.")
      yield* terminal.type("roborock status --watch --simulator; echo code=$?")
      yield* terminal.until(/Ctrl-C ends the view/)
      yield* terminal.press("C-c")
      yield* terminal.until(/code=0/)
      assert.deepStrictEqual(yield* terminal.mode, restored)
      // Typing is seen again.
      yield* terminal.type("echo typed")
      yield* terminal.until(/\$ echo typed\ntyped/)
    }), slow)

  it.scopedLive(
    "has no colours and moves no cursor with NO_COLOR, TERM=dumb, or behind a pipe",
    () =>
      Effect.gen(function*() {
        const folder = yield* install("roborock")
        const terminal = yield* tmux.open(folder, {}, standard)
        yield* terminal.type("NO_COLOR=1 script -q -c 'roborock clean bathroom -w --simulator' plain; echo code=$?")
        yield* terminal.until(/is back in its dock[^]*code=0/)
        yield* terminal.typeAfresh("TERM=dumb script -q -a -c 'roborock map --simulator' plain; echo code=$?")
        yield* terminal.until(/Kitchen[^]*code=0/)
        assert.notInclude(readFileSync(join(folder, "plain"), "utf8"), "\u001b")
        yield* terminal.typeAfresh(
          "roborock devices --simulator; roborock map --simulator | tee piped | wc -l; echo code=$?"
        )
        yield* terminal.until(/code=0/)
        assert.match(yield* terminal.coloured, /\u001b\[1mNAME/)
        assert.notInclude(readFileSync(join(folder, "piped"), "utf8"), "\u001b")
      }),
    slow
  )

  it.scopedLive("asks for what is missing, and shows no password", () =>
    Effect.gen(function*() {
      const folder = yield* install("roborock")
      const terminal = yield* tmux.open(folder, { ROBOROCK_CONFIG_DIR: join(folder, "kept") }, {
        columns: 120,
        rows: 30
      })
      yield* terminal.type(
        "roborock simulate --json > home.json & until grep -q http home.json; do sleep 0.1; done; clear"
      )
      yield* terminal.type("URL=$(grep -o 'http://[0-9.:]*' home.json | head -n 1); clear")
      yield* terminal.type("roborock login --base-url $URL; echo code=$?")
      yield* terminal.until(/E-mail address:/)
      yield* terminal.press("C-c")
      yield* terminal.until(/No answer was given\.\ncode=130/)
      yield* terminal.typeAfresh("roborock login --base-url $URL; echo code=$?")
      yield* terminal.until(/E-mail address:/)
      // A mistake is corrected.
      for (const key of ["robin@example.con", "BSpace", "m", "Enter"]) yield* terminal.press(key)
      yield* terminal.until(/robin@example\.com\nPassword/)
      yield* terminal.type("simulated")
      const shown = (yield* terminal.until(/code=0/)).join("\n")
      assert.include(shown, "Logged in as robin@example.com, home \"Simulated home\".")
      assert.notInclude(shown, "simulated")
      yield* terminal.typeAfresh("roborock login --again --email robin@example.com --base-url $URL; echo code=$?")
      yield* terminal.until(/Password/)
      yield* terminal.press("Enter")
      yield* terminal.until(/Roborock sends a code to robin@example\.com\.\nCode:/)
      yield* terminal.type("246810")
      yield* terminal.until(/Logged in as[^]*code=0/)
      yield* terminal.type("kill %1")
    }), slow)
})

// Where there is no tmux, there is no keyboard to type at.
describe.skipIf(!tmux.isHere)("mqtt in a terminal", () => {
  it.scopedLive("asks for the password and shows nothing of it", () =>
    Effect.gen(function*() {
      const { port } = yield* broker({
        authenticate: ({ password }) =>
          password !== undefined && new TextDecoder().decode(Redacted.value(password)) === "s3cret!"
      })
      const terminal = yield* tmux.open(yield* install("mqtt"), {}, standard)
      const pub = `mqtt pub -p ${port} -u alice -t a -m x --ask-password; echo code=$?`
      yield* terminal.type(pub)
      yield* terminal.until(/Password:/)
      yield* terminal.type("s3cretX")
      yield* terminal.until(/code=134/)
      yield* terminal.typeAfresh(pub)
      yield* terminal.until(/Password:/)
      // A mistake is corrected.
      for (const key of ["s", "3", "c", "r", "e", "t", "?", "BSpace", "!"]) yield* terminal.press(key)
      yield* terminal.press("Enter")
      const shown = (yield* terminal.until(/code=0/)).join("\n")
      assert.notMatch(shown, /s3c/)
      yield* terminal.typeAfresh(pub)
      yield* terminal.until(/Password:/)
      yield* terminal.press("C-c")
      assert.include((yield* terminal.until(/code=130/)).join("\n"), "mqtt: No answer was given.")
      assert.deepStrictEqual(yield* terminal.mode, restored)
    }), slow)
})
