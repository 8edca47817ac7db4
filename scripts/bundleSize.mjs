/**
 * Bundles main entries the way a browser build would and holds them to scripts/bundleBudgets.json. A Node built-in
 * anywhere in such a bundle is an error whatever its size: it would break the build of a web page.
 */
import { build } from "esbuild"
import { readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { refusal } from "./refusal.mjs"
import { fromRoot, packages, readJson, root } from "./workspace.mjs"

const { budgets } = readJson(join(root, "scripts/bundleBudgets.json"))

/** Lets the bundle finish and remembers who asked for a built-in, so that one run names them all. */
const builtins = (found) => ({
  name: "builtins",
  setup: (bundler) =>
    bundler.onResolve({ filter: /^(node:|[a-z_/]+$)/ }, ({ importer, path }) => {
      if (!isBuiltin(path)) return undefined
      found.push(`${path}, imported by ${fromRoot(importer)}`)
      return { external: true, path }
    })
})

const namespaces = (index) =>
  [...readFileSync(index, "utf8").matchAll(/^export \* as (\w+) from "(.+)"$/gm)].map(([, name, path]) => ({
    name,
    path
  }))

const importOfExternal = /import(?:\*as [\w$]+|\{[^}]*\}) ?from"[^"]+";/g

const conditions = ["@effect-mqtt/source"]

const withEsbuild = async (contents, folder, external, found) => {
  const { outputFiles } = await build({
    bundle: true,
    conditions,
    external,
    format: "esm",
    legalComments: "none",
    logLevel: "silent",
    minify: true,
    platform: "browser",
    plugins: [builtins(found)],
    stdin: { contents, loader: "ts", resolveDir: folder },
    target: "es2022",
    treeShaking: true,
    write: false
  })
  return outputFiles[0].text
}

/** It needs a binding for the platform, which is a package of its own: without one the other bundles are still measured. */
const loadRolldown = async () => {
  try {
    return (await import("rolldown")).rolldown
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`
    throw new Error(`rolldown does not load on ${platform}; docs/dependencies.md says where it does`, { cause })
  }
}

/** What Vite 8 builds with. It drops classes that nobody uses and esbuild keeps: those with computed names. */
const withRolldown = async (contents, folder) => {
  const rolldown = await loadRolldown()
  const entry = join(folder, "entry.ts")
  const program = {
    name: "program",
    resolveId: (id) => id === entry ? entry : undefined,
    load: (id) => id === entry ? contents : undefined
  }
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    plugins: [program],
    resolve: { conditionNames: [...conditions, "browser", "import"] }
  })
  const { output: [{ code }] } = await bundle.generate({ format: "es", minify: true })
  await bundle.close()
  return code
}

const measure = async (budget) => {
  const { path } = packages.find(({ folder }) => folder === budget.package)
  const found = []
  // Modules that stand apart from the main entry count where a budget names them.
  const apart = (budget.apart ?? []).map((name) => ({ name, path: `./${name}.ts` }))
  const modules = [...namespaces(join(path, "src/index.ts")), ...apart]
  // A budget may be for a program that uses a part; otherwise everything is in the bundle.
  const contents = budget.entry ?? modules.map((module) => `export * as ${module.name} from "${module.path}"`)
  if (modules.length === 0) return { ...budget, found, size: undefined }
  const bundle = budget.bundler === "rolldown" ? withRolldown : withEsbuild
  const text = await bundle(contents.join("\n"), join(path, "src"), budget.external ?? [], found)
  // Every module imports what is external for itself; in the bundle of a program there are no such lines.
  const bytes = Buffer.from(budget.external === undefined ? text : text.replaceAll(importOfExternal, ""))
  return { ...budget, found, plain: bytes.length / 1000, size: gzipSync(bytes, { level: 9 }).length / 1000 }
}

const args = process.argv.slice(2).filter((arg) => arg !== "--")
const refused = refusal(args, { flags: ["json"] })
if (refused !== undefined) {
  console.error(refused)
  process.exit(2)
}
/** For programs: all figures as one array. */
const isJson = args.includes("--json")

const row = (...cells) => {
  if (!isJson) console.log(cells.map((cell, index) => index === 0 ? cell.padEnd(42) : cell.padStart(12)).join(""))
}

const failures = []
const sizes = []
row("bundle", "minified kB", "gzip kB", "budget kB", "target kB")
for (const budget of budgets) {
  try {
    const { found, name, plain, size } = await measure(budget)
    if (size === undefined) {
      failures.push(`${name}: src/index.ts exports no module`)
      continue
    }
    sizes.push({ name, minified: plain, gzip: size, budget: budget.kB, target: budget.target })
    row(name, plain.toFixed(1), size.toFixed(1), budget.kB.toFixed(1), budget.target?.toFixed(1) ?? "")
    if (size > budget.kB) failures.push(`${name}: ${size.toFixed(1)} kB is over the budget of ${budget.kB} kB`)
    for (const builtin of new Set(found)) failures.push(`${name}: a browser bundle may not need ${builtin}`)
  } catch (error) {
    failures.push(`${budget.name}: not measured\n${error.message}`)
  }
}
if (isJson) console.log(JSON.stringify(sizes))
for (const line of failures) console.error(line)
process.exitCode = failures.length === 0 ? 0 : 1
