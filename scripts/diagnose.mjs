/**
 * Effect's own diagnostics (floating effects, missing `return yield*`, timers inside effects ...) over all sources,
 * tests and examples. Severities stand in tsconfig.base.json, where editors read them too.
 *
 * The language service is loaded as the TypeScript plugin it is, over one program for all packages. Two traps decided
 * that: its command line passes when it finds no file to check, and under NodeNext resolution it does not recognise
 * `import * as Effect from "effect/Effect"`, so that half of its rules fall silent. Therefore tsconfig.diagnose.json
 * resolves like a bundler, and a canary with known faults has to be caught in the same run.
 */
import { createRequire } from "node:module"
import { join } from "node:path"
import ts from "typescript"
import { filesUnder, fromRoot, packages, root } from "./workspace.mjs"

const pluginName = "@effect/language-service"
const plugin = createRequire(import.meta.url)(`${pluginName}/index.js`)

const canary = join(packages[0].path, "src/canary.ts")
const canaryText = `import * as Effect from "effect/Effect"
Effect.log("never runs")
export const program = Effect.gen(function*() {
  setTimeout(() => {}, 1)
  return yield* Effect.void
})
`
const canaryFaults = ["floatingEffect", "globalTimersInEffect"]

const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.diagnose.json"), {}, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"))
  }
})
const config = options.plugins?.find(({ name }) => name === pluginName)
if (config === undefined) throw new Error(`tsconfig.base.json does not list ${pluginName} among its plugins`)

const readFile = (path) => path === canary ? canaryText : ts.sys.readFile(path)
const host = {
  directoryExists: ts.sys.directoryExists,
  fileExists: (path) => path === canary || ts.sys.fileExists(path),
  getCompilationSettings: () => options,
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getDirectories: ts.sys.getDirectories,
  getScriptFileNames: () => [...fileNames, canary],
  getScriptSnapshot: (path) => {
    const text = readFile(path)
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
  },
  getScriptVersion: () => "0",
  readDirectory: ts.sys.readDirectory,
  readFile,
  realpath: ts.sys.realpath
}
const plain = ts.createLanguageService(host)
const service = plugin({ typescript: ts }).create({
  config,
  languageService: plain,
  languageServiceHost: host,
  project: {
    getCompilerOptions: () => options,
    getLanguageService: () => plain,
    log: () => {},
    projectService: { logger: { info: () => {} } }
  },
  serverHost: ts.sys
})

/** Rules about what a signature promises to users; a helper inside a test promises nothing. */
const signatureRules = new Set(["anyUnknownInErrorContext"])
const isTest = (path) => /^(packages\/[^/]+|examples)\/test\//.test(fromRoot(path))

/** What the plugin adds to a file; the compiler's own errors are the business of `pnpm check`. */
const findings = (path) =>
  service.getSemanticDiagnostics(path).flatMap((found) => {
    const text = ts.flattenDiagnosticMessageText(found.messageText, "\n")
    const rule = /\s+effect\((\w+)\)/.exec(text)
    if (rule === null || found.category === ts.DiagnosticCategory.Suggestion) return []
    if (isTest(path) && signatureRules.has(rule[1])) return []
    const { character, line } = ts.getLineAndCharacterOfPosition(found.file, found.start)
    return [{ rule: rule[1], line: `${fromRoot(path)}:${line + 1}:${character + 1} ${text}` }]
  })

const failures = []

const caught = new Set(findings(canary).map(({ rule }) => rule))
for (const rule of canaryFaults.filter((rule) => !caught.has(rule))) {
  failures.push(`The canary's ${rule} was not caught, so this check sees nothing. Resolution or plugin has changed.`)
}

const checked = new Set(fileNames)
const expected = [...packages.flatMap(({ path }) => [join(path, "src"), join(path, "test")]), join(root, "examples")]
  .flatMap(filesUnder)
  .filter((path) => path.endsWith(".ts"))
for (const path of expected.filter((path) => !checked.has(path.split("\\").join("/")))) {
  failures.push(`${fromRoot(path)} is not covered by tsconfig.diagnose.json`)
}
if (expected.length === 0) failures.push("No file to check was found")

for (const path of fileNames) failures.push(...findings(path).map(({ line }) => line))

for (const line of failures) console.error(line)
console.log(`${fileNames.length} files checked, ${failures.length} findings`)
process.exitCode = failures.length === 0 ? 0 : 1
