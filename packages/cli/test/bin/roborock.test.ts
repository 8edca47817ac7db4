import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as RoborockAccountOutput from "../../src/RoborockAccountOutput.ts"
import { install, readmeCommands, start } from "../program.ts"

/** `roborock simulate`, until the test is over, and what the other commands need to use it. */
const simulate = (folder: string, ...options: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { ended, until } = yield* Effect.acquireRelease(
      Effect.sync(() => start(folder, `exec roborock simulate --json ${options.join(" ")}`)),
      ({ child, ended }) =>
        Effect.zipRight(Effect.sync(() => child.kill("SIGINT")), Effect.ignore(Effect.timeout(ended, "5 seconds")))
    )
    const line = yield* Effect.raceFirst(until("\n"), Effect.map(ended, ({ output }) => output))
    return yield* Schema.decodeUnknown(Schema.parseJson(RoborockAccountOutput.Simulation))(line)
  })

/** These go on until they are stopped, and that is their good end; each with what it says at first. */
const endless: ReadonlyArray<readonly [command: RegExp, first: string]> = [
  [/^roborock simulate\b/, "until ctrl-c"],
  [/^roborock serve\b/, "http://"],
  [/^roborock status --watch/, "battery"]
]

/** The ports of the README may be in use here. */
const anyPort = (command: string): string =>
  command.startsWith("roborock serve") ? `${command.replace(/ --port \d+/, "")} --port 0` : command

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe("the roborock program", () => {
  it.scopedLive("runs every command of the README, in their order", () =>
    Effect.gen(function*() {
      const commands = readmeCommands("roborock")
      assert.isAbove(commands.length, 20)
      const folder = yield* install("roborock")
      const { environment } = yield* simulate(folder, "--speed", "100")
      for (const command of commands) {
        const [, first] = endless.find(([pattern]) => pattern.test(command)) ?? []
        if (first !== undefined) {
          const { child, ended, until } = start(folder, `exec ${anyPort(command)}`, environment)
          yield* Effect.raceFirst(until(first), Effect.asVoid(ended))
          child.kill("SIGINT")
          const { code, output } = yield* ended
          assert.strictEqual(code, 0, `${command}\n${output}`)
          continue
        }
        const { code, output } = yield* start(folder, command, environment).ended
        assert.strictEqual(code, 0, `${command}\n${output}`)
        assert.notInclude(output, "\u001b", command)
        if (command.includes("--watch")) assert.match(output, /is back in its dock after/)
        if (command.includes("attic")) assert.match(output, /^roborock: No such room .*\nexit code 1\n$/)
      }
      assert.isTrue(existsSync(join(folder, "map.png")))
    }), 240_000)

  it.scopedLive(
    "keeps a login where only its owner can read it, and uses it from then on",
    () =>
      Effect.gen(function*() {
        const folder = yield* install("roborock")
        const { environment } = yield* simulate(folder)
        const { ROBOROCK_BASE_URL: baseUrl, ROBOROCK_EMAIL: email, ROBOROCK_PASSWORD: password } = environment
        const config = join(folder, "config")
        const own = { ...environment, ROBOROCK_EMAIL: "", ROBOROCK_PASSWORD: "", ROBOROCK_BASE_URL: "" }
        const run = (command: string, env: Readonly<Record<string, string>> = {}) =>
          start(folder, command, { ...own, ROBOROCK_CONFIG_DIR: "", XDG_CONFIG_HOME: config, ...env }).ended

        const stranger = yield* run("roborock status --json")
        assert.strictEqual(stranger.code, 2)
        assert.strictEqual(JSON.parse(stranger.output).error.message, "Nobody is logged in")

        const login = `roborock login --email ${email} --base-url ${baseUrl}`
        const wrong = yield* run(login, { ROBOROCK_PASSWORD: "not this" })
        assert.strictEqual(wrong.code, 2)
        assert.match(wrong.output, /^roborock: The e-mail address and the password do not match\. Try again, or /)
        const unasked = yield* run(login)
        assert.strictEqual(unasked.code, 1)
        assert.match(
          unasked.output,
          /is missing, and there is no keyboard to ask for it\. Use ROBOROCK_PASSWORD or --password/
        )

        const first = yield* run(login, { ROBOROCK_PASSWORD: password })
        assert.deepInclude(first, { code: 0 })
        assert.include(first.output, `Logged in as ${email}, home "Simulated home". The login is kept in ${config}`)
        const kept = join(config, "roborock")
        assert.strictEqual(modeOf(kept), "700")
        for (const name of readdirSync(kept)) assert.strictEqual(modeOf(join(kept, name)), "600", name)
        const files = readdirSync(kept).map((name) => readFileSync(join(kept, name), "utf8")).join("\n")
        assert.notInclude(files, password)

        const status = yield* run("roborock status")
        assert.match(status.output, /^state +charging$/m)
        assert.match((yield* run(login)).output, /^Already logged in as /)

        const logout = yield* run("roborock logout")
        assert.deepInclude(logout, { code: 0 })
        assert.strictEqual(logout.output, `Logged out ${email}. Nothing of the account is kept in ${kept} any more.\n`)
        // How often it was asked still counts for the service.
        assert.deepStrictEqual(readdirSync(kept), ["web-api-calls.kept"])
        assert.strictEqual((yield* run("roborock status")).code, 2)
        const again = yield* run("roborock logout --json")
        assert.deepStrictEqual(JSON.parse(again.output), { email: null, folder: kept })
      }),
    60_000
  )
})
