/** The commands as programs on the PATH, and what runs them. */
import { Effect } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

/** Only the page of `roborock serve` looks for files beside its module. */
const besides = new URL("../src/internal/serve/assets.ts", import.meta.url)

/** A folder with one file for the program, since one of hundreds of modules takes seconds to start. */
export const install = (name: "mqtt" | "roborock") =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "effect-mqtt-cli-"))
      const bundle = join(folder, `${name}.cjs`)
      execFileSync(join(root, "node_modules/.bin/esbuild"), [
        join(root, `packages/cli/src/bin/${name}.ts`),
        ...["--bundle", "--platform=node", "--format=cjs", "--conditions=@effect-mqtt/source", "--log-level=error"],
        ...[`--define:import.meta.url=here`, `--banner:js=const here = ${JSON.stringify(besides.href)}`],
        `--outfile=${bundle}`
      ])
      const file = join(folder, name)
      writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`)
      chmodSync(file, 0o755)
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

/** Runs a line of a shell in the folder, with the program on the PATH. */
export const start = (folder: string, command: string, env: Readonly<Record<string, string>> = {}) => {
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
  // It may have ended before somebody asks.
  const closed = new Promise<number | null>((resolve) => void child.on("close", resolve))
  return {
    child,
    ended: Effect.map(Effect.promise(() => closed), (code) => ({ code, output })),
    until: (text: string) =>
      Effect.async<string>((resume) => {
        onOutput = () => output.includes(text) ? resume(Effect.succeed(output)) : undefined
        onOutput()
      })
  }
}

/** The lines of the README that run a program, without what is said beside them. */
export const readmeCommands = (name: string): ReadonlyArray<string> => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  return Array.from(readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block.trim().split("\n"))
    .flat()
    .map((line) => line.replace(/\s+# .*$/, ""))
    .filter((line) => new RegExp(`\\b${name}\\b`).test(line))
}
