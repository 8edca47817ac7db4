/**
 * Runs every check, one after the other, whatever the earlier ones said, and ends with a table. The steps are the
 * scripts of package.json, so that each can be run alone under the same name.
 *
 *   pnpm verify                      all
 *   pnpm verify lint layers          these only
 *   pnpm verify --except coverage    all but these
 */
import { spawnSync } from "node:child_process"
import { delimiter, join } from "node:path"
import { readJson, root } from "./workspace.mjs"

const { scripts } = readJson(join(root, "package.json"))

/** Cheap and telling first; `build` before what reads its output. */
const all = [
  "check",
  "lint",
  "layers",
  "diagnose",
  "unused",
  "text",
  "doc:comments",
  "doc:examples",
  "doc:readmes",
  "build",
  "package:lint",
  "package:peers",
  "bundle:size",
  "coverage"
]

const args = process.argv.slice(2).filter((arg) => arg !== "--")
const except = args[0] === "--except"
const named = except ? args.slice(1) : args
const unknown = named.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(", ")}. There are: ${all.join(", ")}`)
  process.exit(2)
}
const steps = named.length === 0 ? all : all.filter((name) => named.includes(name) !== except)

const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"]}` }

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const results = steps.map((name) => {
  console.log(`\n--- ${name}: ${scripts[name]}`)
  const start = performance.now()
  const { status } = spawnSync(scripts[name], { cwd: root, env, shell: true, stdio: ["ignore", "inherit", "inherit"] })
  return { name, passed: status === 0, took: seconds(start) }
})

console.log("\n--- checks")
for (const { name, passed, took } of results) {
  console.log(`${passed ? "ok    " : "FAILED"} ${name.padEnd(14)} ${took.padStart(8)}`)
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
