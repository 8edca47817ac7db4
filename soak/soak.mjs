/**
 * Builds a soak test the way a published package is built and runs it in a process of its own.
 *
 *   pnpm soak crash                             100 000 messages of each QoS, 200 kills of each program
 *   pnpm soak crash --messages=2000 --kills=5   shorter
 *   pnpm soak faults                            30 minutes of links and brokers that fail
 *   pnpm soak faults --short --seed=7           2 minutes, of other faults
 */
import { build } from "esbuild"
import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { refusal } from "../scripts/refusal.mjs"

/** The arguments that each one takes. */
const tests = {
  crash: { numbers: ["messages", "kills"] },
  faults: { flags: ["short"], numbers: ["seconds", "seed"] }
}

const here = dirname(fileURLToPath(import.meta.url))
const [name, ...rest] = process.argv.slice(2).filter((argument) => argument !== "--")
if (name === undefined || !Object.hasOwn(tests, name)) {
  console.error(`Which soak test? ${name ?? "None named"}; there are: ${Object.keys(tests).join(", ")}`)
  process.exit(2)
}
const refused = refusal(rest, tests[name])
if (refused !== undefined) {
  console.error(refused)
  process.exit(2)
}

const outdir = join(here, "build", name)
await build({
  absWorkingDir: here,
  banner: { js: "import { createRequire } from \"node:module\"; const require = createRequire(import.meta.url);" },
  bundle: true,
  conditions: ["@effect-mqtt/source"],
  entryPoints: readdirSync(join(here, name)).filter((file) => file.endsWith(".ts")).map((file) => `${name}/${file}`),
  format: "esm",
  logLevel: "warning",
  outdir,
  outExtension: { ".js": ".mjs" },
  platform: "node",
  sourcemap: true,
  target: "es2022"
})

const program = spawn(process.execPath, [join(outdir, "main.mjs"), ...rest], { stdio: "inherit" })
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => program.kill(signal))
program.once("exit", (status) => process.exitCode = status ?? 1)
