/**
 * Compiles every `@example` of the public modules, package by package. Examples import the packages by name, as a
 * reader would; the private source condition resolves those names to the sources, so no build is needed.
 */
import { execFile } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import { filesUnder, packages, root } from "./workspace.mjs"

const bin = join(root, "node_modules/.bin")

const written = (path) =>
  filesUnder(join(path, "src")).reduce(
    (count, file) => count + readFileSync(file, "utf8").split("@example\n").length - 1,
    0
  )

const compile = ({ path }) =>
  new Promise((resolve) => {
    rmSync(join(path, "docgen"), { force: true, recursive: true })
    const env = { ...process.env, NO_COLOR: "1", PATH: `${bin}${delimiter}${process.env["PATH"]}` }
    execFile(join(bin, "docgen"), [], { cwd: path, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: `${stdout}${stderr}` }))
  })

let failures = 0
for (const each of packages.filter(({ path }) => existsSync(join(path, "docgen.json")))) {
  const { failed, output } = await compile(each)
  const found = Number(/(\d+) example\(s\) found/.exec(output)?.[1] ?? 0)
  const expected = written(each.path)
  if (failed) {
    failures += 1
    console.error(`${each.folder}: an example does not compile\n${output}`)
  } else if (found < expected) {
    failures += 1
    console.error(`${each.folder}: ${expected} examples are written, but only ${found} were compiled`)
  } else {
    console.log(`${each.folder}: ${found} examples compile`)
  }
}
process.exitCode = failures === 0 ? 0 : 1
