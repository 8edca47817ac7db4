import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { broker } from "../command.ts"

const root = fileURLToPath(new URL("../../../../", import.meta.url))

/** The command as a program on the PATH: one file, since a program of hundreds of modules takes seconds to start. */
const program = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "effect-mqtt-cli-"))
    const bundle = join(folder, "mqtt.cjs")
    execFileSync(join(root, "node_modules/.bin/esbuild"), [
      join(root, "packages/cli/src/bin/mqtt.ts"),
      ...["--bundle", "--platform=node", "--format=cjs", "--conditions=@effect-mqtt/source", "--log-level=error"],
      `--outfile=${bundle}`
    ])
    const file = join(folder, "mqtt")
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`)
    chmodSync(file, 0o755)
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const start = (folder: string, command: string, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn("bash", ["-o", "pipefail", "-c", command], {
    cwd: folder,
    env: { ...process.env, ...env, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` }
  })
  let output = ""
  let onOutput = () => {}
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
    onOutput()
  }
  child.stdout.on("data", collect)
  child.stderr.on("data", collect)
  child.stdin.end()
  return {
    child,
    ended: Effect.async<{ readonly code: number | null; readonly output: string }>((resume) => {
      child.on("close", (code) => resume(Effect.succeed({ code, output })))
    }),
    until: (text: string) =>
      Effect.async<void>((resume) => {
        onOutput = () => output.includes(text) ? resume(Effect.void) : undefined
        onOutput()
      })
  }
}

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
const commands = Array.from(readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block.trim().split("\n"))
  .flat()
  .map((line) => line.replace(/\s+# .*$/, ""))
  .filter((line) => /\bmqtt\b/.test(line))

describe("the mqtt program", () => {
  it.scopedLive("runs every command of the README", () =>
    Effect.gen(function*() {
      const folder = yield* program
      const { port } = yield* broker()
      const url = `mqtt://127.0.0.1:${port}`
      assert.isAbove(commands.length, 10)
      for (const command of commands) {
        if (command.startsWith("mqtt broker")) {
          // The port of the README may be in use here.
          const { child, ended, until } = start(folder, `exec ${command} --port 0`)
          yield* until("listening")
          child.kill("SIGINT")
          assert.strictEqual((yield* ended).code, 0, command)
          continue
        }
        const { code, output } = yield* start(folder, command, { MQTT_URL: url }).ended
        assert.strictEqual(code, 0, `${command}\n${output}`)
        if (command.startsWith("mqtt sub") && command.includes("-C 1")) assert.match(output, /on/, command)
        if (command.startsWith("mqtt rr")) assert.include(output, "exit code 27")
      }
    }), 180_000)

  it.scopedLive("says goodbye when it is interrupted, so that its will stays unsaid", () =>
    Effect.gen(function*() {
      const folder = yield* program
      const { port, server } = yield* broker()
      const { child, ended, until } = start(
        folder,
        `exec mqtt sub -h 127.0.0.1 -p ${port} -t a --json --will-topic gone --will-payload x`
      )
      const published: Array<string> = []
      yield* server.observe("#", ({ topic }) => published.push(topic))
      yield* until("subscribed")
      child.kill("SIGINT")
      assert.strictEqual((yield* ended).code, 0)
      assert.deepStrictEqual(published, [])
      assert.strictEqual((yield* server.stats).connections, 0)
    }), 60_000)

  it.scopedLive(
    "ends quietly behind a reader that has seen enough, and hands over its exit code",
    () =>
      Effect.gen(function*() {
        const folder = yield* program
        const { port, server } = yield* broker()
        const at = `-h 127.0.0.1 -p ${port}`
        const { ended } = start(folder, `mqtt sub ${at} -t a | head -n 1`)
        yield* server.awaitSubscription("a")
        yield* server.publish({ topic: "a", payload: "first" })
        yield* Effect.forkScoped(
          Effect.forever(Effect.delay(server.publish({ topic: "a", payload: "more" }), "20 millis"))
        )
        assert.deepStrictEqual(yield* ended, { code: 0, output: "first\n" })
        const refused = yield* start(folder, `mqtt pub ${at} -t a -m x --bogus`).ended
        assert.deepStrictEqual(refused, { code: 1, output: "mqtt: There is no option --bogus. See mqtt pub --help.\n" })
      }),
    60_000
  )
})
