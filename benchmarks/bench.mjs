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

/** The programs of each benchmark; `main` starts or loads the others. */
const programs = {
  client: ["main", "stub", "ours", "rival", "raw", "awake"],
  codec: ["main", "contestant", "subject"],
  roborock: ["main"]
}

const here = dirname(fileURLToPath(import.meta.url))
const [name, ...rest] = process.argv.slice(2).filter((argument) => argument !== "--")
if (name === undefined || !Object.hasOwn(programs, name)) {
  console.error(`Which benchmark? ${name ?? "None named"}; there are: ${Object.keys(programs).join(", ")}`)
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
  entryPoints: programs[name].map((program) => `${name}/${program}.ts`),
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
