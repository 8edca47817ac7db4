/**
 * Runs the fuzz program of a package.
 *
 *   pnpm fuzz codec                     a million inputs, of a seed that is printed
 *   pnpm fuzz codec 10000000 42         so many inputs, of this seed
 */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { root } from "./workspace.mjs"

const [name = "codec", ...args] = process.argv.slice(2).filter((arg) => arg !== "--")
const program = join(root, "packages", name, "test/fuzz/main.ts")
if (!existsSync(program)) {
  console.error(`packages/${name} has no test/fuzz/main.ts`)
  process.exit(2)
}
if (args.length > 2 || !args.every((arg) => /^\d+$/.test(arg))) {
  console.error(`${args.join(" ")} is not understood; a count and a seed may follow the name, both whole numbers`)
  process.exit(2)
}
const { status } = spawnSync(
  process.execPath,
  ["--import", "tsx", "--conditions=@effect-mqtt/source", program, ...args],
  { cwd: root, stdio: "inherit" }
)
process.exitCode = status ?? 1
