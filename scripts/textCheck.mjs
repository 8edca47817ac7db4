/**
 * Rules about text that no compiler sees: leftovers, silenced tests, paths of somebody's machine, commands and
 * dependencies that documents name, barrels that miss a module.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { filesUnder, fromRoot, packages, readJson, root } from "./workspace.mjs"

const failures = []
const fail = (where, text) => failures.push(`${where} ${text}`)

const binary = /\.(png|bin|gz|ico|jpg)$/
const self = "scripts/textCheck.mjs"

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8"
}).split("\0").filter((path) => path !== "" && !binary.test(path) && existsSync(join(root, path)))

const lines = files.filter((path) => path !== self).flatMap((path) =>
  readFileSync(join(root, path), "utf8").split("\n").map((text, index, all) => ({
    path,
    text,
    before: all[index - 1] ?? "",
    where: `${path}:${index + 1}`
  }))
)

const code = /\.(ts|mjs|cjs)$/

// 1. Leftovers and silenced checks.
for (const { before, path, text, where } of lines) {
  if (path === "pnpm-lock.yaml") continue
  if (/\b(TODO|FIXME|XXX|HACK)\b/.test(text)) fail(where, "is a leftover: do it, or leave it out and open an issue")
  if (!code.test(path)) continue
  if (/\b(it|test|describe)(\.\w+)*\.only\b/.test(text)) fail(where, "runs this test only: remove .only")
  if (/\b(it|test|describe)(\.\w+)*\.(skip|todo|fails)\b/.test(text) && !/\/\/ \S/.test(text + before)) {
    fail(where, "silences a test without a comment that says why, here or on the line above")
  }
  if (/eslint-disable/.test(text) && !/ -- \S/.test(text)) fail(where, "switches a lint rule off without `-- reason`")
  if (/@effect-diagnostics/.test(text) && !/ -- \S/.test(text)) {
    fail(where, "switches a diagnostic off without `-- reason`")
  }
}

// 2. Nothing of the machine it was written on.
const personal = /(^|[\s"'`(=:])(\/(home|Users|root|work|workspace|mnt|private)\/[\w.-]+|[A-Z]:\\Users\\)/
for (const { path, text, where } of lines) {
  if (path === "pnpm-lock.yaml" ? /\b(tarball|registry):/.test(text) : personal.test(text)) {
    fail(where, "names a place of one machine: " + text.trim().slice(0, 100))
  }
}

// 3. Commands that documents name exist.
const { scripts } = readJson(join(root, "package.json"))
const builtin = new Set([
  "add",
  "changeset",
  "dlx",
  "exec",
  "i",
  "install",
  "pack",
  "publish",
  "remove",
  "run",
  "vitest"
])
const documents = ["README.md", "CONTRIBUTING.md", ...packages.map(({ folder }) => `packages/${folder}/README.md`)]
for (const path of documents) {
  if (!existsSync(join(root, path))) fail(path, "is missing")
}
let fenced = false
for (const { path, text, where } of lines) {
  if (!path.endsWith(".md")) continue
  if (/^\s*```/.test(text)) fenced = !fenced
  const code = fenced ? [text] : [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span)
  for (const span of code) {
    for (const [, run, command] of span.matchAll(/\bpnpm(?:@\d+)? (run )?([a-z][\w:-]*)/g)) {
      if (scripts[command] !== undefined || (run === undefined && builtin.has(command))) continue
      fail(where, `names \`pnpm ${command}\`, which is no script of package.json`)
    }
  }
}

// 4. Every dependency is explained, comes from the catalog, and is pinned there.
const manifests = files.filter((path) => /(^|\/)package\.json$/.test(path))
const workspaceNames = new Set(manifests.map((path) => readJson(join(root, path)).name))
const used = new Map()
for (const path of manifests) {
  const manifest = readJson(join(root, path))
  for (const field of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      if (workspaceNames.has(name)) {
        if (range !== "workspace:^") fail(path, `has ${name} as ${range}; siblings are workspace:^`)
        continue
      }
      if (!used.has(name)) used.set(name, path)
      if (field !== "peerDependencies" && range !== "catalog:") {
        fail(path, `has ${name} as ${range}; versions come from the catalog`)
      }
    }
  }
}
const workspace = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")
const catalog = new Map(
  [.../^catalog:\n((?: {2}.+\n)+)/m.exec(workspace)[1].matchAll(/^ {2}"?([^":]+)"?: (.+)$/gm)].map((
    [, name, version]
  ) => [
    name,
    version
  ])
)
for (const [name, version] of catalog) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    fail("pnpm-workspace.yaml", `pins ${name} to ${version}; give one exact version`)
  }
  if (!used.has(name)) fail("pnpm-workspace.yaml", `lists ${name} in the catalog, but no package uses it`)
}
// Without its version npm takes the newest major line of a peer, which is another one (decision 0001).
for (const { path, text, where } of lines) {
  if (!path.endsWith(".md") || path.startsWith("docs/decisions/")) continue
  for (const [, packages] of text.matchAll(/\b(?:npm install|pnpm add) ([^`#]+)/g)) {
    for (const [, name, version] of packages.matchAll(/(?<=^|\s)(@?[\w-]+(?:\/[\w-]+)?)(?:@(\S+))?/g)) {
      const pinned = catalog.get(name)
      if (pinned === undefined || `${pinned}.`.startsWith(`${version}.`)) continue
      fail(where, `installs ${name}${version === undefined ? "" : `@${version}`}; the catalog has ${pinned}`)
    }
  }
}
const dependencies = "docs/dependencies.md"
if (!existsSync(join(root, dependencies))) fail(dependencies, "is missing")
else {
  const explained = new Set(
    [...readFileSync(join(root, dependencies), "utf8").matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  )
  for (const [name, path] of used) {
    if (!explained.has(name)) fail(dependencies, `has no line for ${name}, a dependency in ${path}`)
  }
  for (const name of explained) {
    if (!used.has(name)) fail(dependencies, `has a line for ${name}, which no package.json lists`)
  }
}

// 5. A barrel exports every public module beside it, by its name. Modules apart are imported by their own path, since they
//    pull in what the others do without.
const apart = { codec: ["PacketSchema", "PacketStream"], connection: ["MqttTopic", "PayloadSchema"] }
for (const { folder, path } of packages) {
  for (const barrel of [join(path, "src/index.ts"), join(path, "src/node/index.ts")].filter(existsSync)) {
    const text = readFileSync(barrel, "utf8")
    const exported = new Set(
      [...text.matchAll(/^export \* as (\w+) from "\.\/(\w+)\.ts"$/gm)].map(([, name, file]) => `${name} ${file}`)
    )
    const folderPath = join(barrel, "..")
    const modules = filesUnder(folderPath).filter((file) => join(file, "..") === folderPath && file.endsWith(".ts"))
      .map((file) => basename(file, ".ts")).filter((name) => name !== "index")
    for (const name of modules.filter((name) => /^[A-Z]/.test(name))) {
      const wanted = !(apart[folder] ?? []).includes(name)
      if (folder === "cli" || exported.has(`${name} ${name}`) === wanted) continue
      fail(fromRoot(barrel), wanted ? `does not export ${name}` : `exports ${name}, which is to stand apart`)
    }
    for (const name of modules.filter((name) => !/^[A-Z]/.test(name))) {
      fail(
        `${fromRoot(folderPath)}/${name}.ts`,
        "is public by its place: name it in PascalCase, or move it to internal/"
      )
    }
  }
}

// 6. Files are named after what they hold.
for (const path of files.filter((path) => /^packages\/[^/]+\/(src|test)\//.test(path))) {
  if (/\/(utils?|helpers?|common|misc|constants|types)\.ts$/i.test(path)) {
    fail(path, "names no concept: say what it holds")
  }
}

for (const line of failures) console.error(line)
console.log(`${files.length} files read, ${failures.length} findings`)
process.exitCode = failures.length === 0 ? 0 : 1
