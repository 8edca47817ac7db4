/**
 * A test runner for Stryker that runs the tests of the codec in its own process. Sources and tests are bundled and loaded
 * once; after that a mutant is a flag to set and the tests that reach it, milliseconds instead of the seconds that a run of
 * vitest takes to load. It knows as much of vitest as these tests use. What replaces a module (`vi.mock`) and what needs
 * shared data is left out.
 */
import { build } from "esbuild"
import { readdirSync, realpathSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const leftOut = ["Vectors.test.ts", "WithoutBuffer.test.ts"]

/** Tables come before properties: most mutants fall to the first row that meets them, and then the run is over. */
const late = ["PacketStream", "TopicTrie", "RoundTrip", "Fuzz"]
const rank = (file) => late.findIndex((name) => file.startsWith(`${name}.`))

const chai = pathToFileURL(
  createRequire(realpathSync("node_modules/vitest/package.json")).resolve("chai")
).href

/** What the tests import from `@effect/vitest`. */
const vitest = `
import { assert } from ${JSON.stringify(chai)}
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
fc.configureGlobal({ endOnFailure: true, seed: 42 })
const names = []
const tests = globalThis.__tests__
const describe = (name, body) => { names.push(name); body(); names.pop() }
describe.skipIf = (skipped) => skipped ? () => {} : describe
const it = (name, run) => { tests.push({ id: [...names, name].join(" > "), run }) }
it.effect = (name, make) => it(name, () => Effect.runPromise(make()))
export { assert, describe, it }
`

const bundle = async (folder) => {
  const test = join(folder, "test")
  const files = readdirSync(test).filter((file) => file.endsWith(".test.ts") && !leftOut.includes(file))
    .sort((one, other) => rank(one) - rank(other))
  const outfile = join(test, "mutation.bundle.mjs")
  await build({
    stdin: {
      contents: files.map((file) => `import "./${file}"`).join("\n"),
      resolveDir: test,
      loader: "ts"
    },
    alias: {
      "@effect-mqtt/codec": join(folder, "src/index.ts"),
      "@effect-mqtt/codec/PacketSchema": join(folder, "src/PacketSchema.ts"),
      "@effect-mqtt/codec/PacketStream": join(folder, "src/PacketStream.ts")
    },
    plugins: [{
      name: "vitest",
      setup: (plugin) => {
        plugin.onResolve({ filter: /^@effect\/vitest$/ }, () => ({ path: "vitest", namespace: "vitest" }))
        plugin.onLoad({ filter: /.*/, namespace: "vitest" }, () => ({ contents: vitest, resolveDir: folder }))
      }
    }],
    bundle: true,
    // The package says that its modules do nothing when they are imported. Tests do.
    ignoreAnnotations: true,
    format: "esm",
    logLevel: "error",
    outfile,
    packages: "external",
    platform: "node",
    sourcemap: "inline",
    target: "node20"
  })
  return outfile
}

class InProcess {
  #namespace = (globalThis.__stryker__ ??= {})
  #loads = 0
  #outfile = ""
  #tests = []

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    process.env["MQTT_TEST_EFFORT"] = "0.05"
    process.setSourceMapsEnabled(true)
    // Stryker starts its runners in the copy of the project that holds the mutants.
    this.#outfile = await bundle(join(process.cwd(), "packages/codec"))
  }

  async #load() {
    globalThis.__tests__ = []
    await import(`${pathToFileURL(this.#outfile).href}?${this.#loads++}`)
    this.#tests = globalThis.__tests__
  }

  async #run(selected, bail) {
    const results = []
    for (const { id, run } of selected) {
      this.#namespace.currentTestId = id
      const start = performance.now()
      let failure
      try {
        await run()
      } catch (cause) {
        failure = cause instanceof Error ? cause.message : String(cause)
      }
      const timeSpentMs = performance.now() - start
      results.push(
        failure === undefined
          ? { id, name: id, status: 0, timeSpentMs }
          : { id, name: id, status: 1, timeSpentMs, failureMessage: failure }
      )
      if (failure !== undefined && bail) break
    }
    this.#namespace.currentTestId = undefined
    return results
  }

  async dryRun() {
    await this.#load()
    const tests = await this.#run(this.#tests, false)
    return { status: "complete", tests, mutantCoverage: this.#namespace.mutantCoverage }
  }

  async mutantRun({ activeMutant, hitLimit, reloadEnvironment, testFilter, mutantActivation }) {
    const namespace = this.#namespace
    namespace.hitLimit = hitLimit
    namespace.hitCount = hitLimit === undefined ? undefined : 0
    namespace.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined
    if (this.#tests.length === 0 || reloadEnvironment) {
      try {
        await this.#load()
      } catch (cause) {
        return { status: "killed", killedBy: ["loading"], failureMessage: String(cause), nrOfTests: 1 }
      }
    }
    namespace.activeMutant = activeMutant.id
    const wanted = testFilter === undefined ? undefined : new Set(testFilter)
    const results = await this.#run(this.#tests.filter(({ id }) => wanted?.has(id) ?? true), true)
    namespace.activeMutant = undefined
    if (hitLimit !== undefined && namespace.hitCount > hitLimit) {
      return { status: "timeout", reason: `the mutant was met more than ${hitLimit} times` }
    }
    const failed = results.find(({ status }) => status === 1)
    return failed === undefined
      ? { status: "survived", nrOfTests: results.length }
      : { status: "killed", killedBy: [failed.id], failureMessage: failed.failureMessage, nrOfTests: results.length }
  }

  dispose() {
    rmSync(this.#outfile, { force: true })
  }
}

const make = () => new InProcess()
make.inject = []

export const strykerPlugins = [{ kind: "TestRunner", name: "in-process", factory: make }]
