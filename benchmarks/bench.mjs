/**
 * Builds a benchmark the way a published package is built and runs it in a process of its own.
 *
 *   pnpm bench codec                         all rows; "client" and "roborock" are the others
 *   pnpm bench codec decode 64B              rows whose name contains every word
 *   pnpm bench codec --rounds=5 --millis=10  shorter
 *   BENCH_NODE=/path/to/node pnpm bench codec
 */
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { refusal } from "../scripts/refusal.mjs"

/** The programs of each benchmark, of which `main` starts or loads the others, and the arguments it takes. */
const benchmarks = {
  client: { programs: ["main", "stub", "ours", "rival", "raw", "awake"], numbers: ["rounds", "minutes"], words: true },
  codec: { programs: ["main", "contestant", "subject"], numbers: ["processes", "rounds", "millis"], words: true },
  roborock: { programs: ["main"], numbers: ["rounds", "millis"] }
}

const here = dirname(fileURLToPath(import.meta.url))
const [name, ...rest] = process.argv.slice(2).filter((argument) => argument !== "--")
if (name === undefined || !Object.hasOwn(benchmarks, name)) {
  console.error(`Which benchmark? ${name ?? "None named"}; there are: ${Object.keys(benchmarks).join(", ")}`)
  process.exit(2)
}
const refused = refusal(rest, benchmarks[name])
if (refused !== undefined) {
  console.error(refused)
  process.exit(2)
}

const outdir = join(here, "build", name)
await build({
  absWorkingDir: here,
  // For what is bundled and is no ES module itself.
  banner: {
    js: "import { createRequire as requireFrom } from \"node:module\"\nconst require = requireFrom(import.meta.url)"
  },
  bundle: true,
  conditions: ["@effect-mqtt/source"],
  entryPoints: benchmarks[name].programs.map((program) => `${name}/${program}.ts`),
  external: ["mitata", "mqtt", "mqtt-packet"],
  format: "esm",
  logLevel: "warning",
  outdir,
  platform: "node",
  sourcemap: true,
  target: "es2022"
})

const node = process.env["BENCH_NODE"] ?? process.execPath
const flags = (process.env["BENCH_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "")
const { status } = spawnSync(node, ["--expose-gc", ...flags, join(outdir, "main.js"), ...rest], { stdio: "inherit" })
process.exitCode = status ?? 1
