/**
 * Installs the packed libraries with the lowest peers that they allow, the way pnpm does it, where a package sees its own
 * dependencies alone. There it type-checks their sources, their declarations, and the examples as a program that emits
 * declarations, and runs some of these. Needs a build, and a registry: without one it says that it is skipped. `cli` asks
 * for the versions of the catalog, with which its tests run.
 */
import { execFile, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import { promisify } from "node:util"
import ts from "typescript"
import { filesUnder, packages, pnpm, readJson, root } from "./workspace.mjs"

const libraries = packages.filter(({ folder }) => folder !== "cli")

/**
 * Those that need nothing but the published packages, and not the codec: so a type of it that `connection` gives no name
 * is one that such a program cannot declare (TS2742). Some of them run.
 */
const examples = readdirSync(join(root, "examples")).filter((name) =>
  name.endsWith(".ts") && !["packets.ts", "pub-sub.ts", "vitest.config.ts"].includes(name)
)
const programs = ["roborock", "test-layer", "typed-topics", "web-server"]

const folder = realpathSync(mkdtempSync(join(tmpdir(), "effect-mqtt-peers-")))
const isOffline = (output) => /META_FETCH_FAIL|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT/.test(output)

const runPnpm = (cwd, ...args) => {
  const { error, status, stderr, stdout } = spawnSync(pnpm[0], [...pnpm.slice(1), ...args], { cwd, encoding: "utf8" })
  return { passed: status === 0, output: `${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}` }
}

/** A program that depends on the libraries, as they would be published, and on their peers. */
const prepare = () => {
  const packed = runPnpm(root, "--filter", "./packages/*", "pack", "--pack-destination", folder)
  if (!packed.passed) throw new Error(`pnpm pack failed\n${packed.output}`)
  const overrides = {}
  const peers = {}
  for (const { folder: name, manifest } of libraries) {
    overrides[manifest.name] = `file:${join(folder, `effect-mqtt-${name}-${manifest.version}.tgz`)}`
    for (const [peer, range] of Object.entries(manifest.peerDependencies)) {
      if ((peers[peer] ??= range) === range) continue
      throw new Error(`${manifest.name} asks for ${peer} ${range}, another library for ${peers[peer]}`)
    }
  }
  const { "@effect-mqtt/codec": _, ...direct } = overrides
  const manifest = { type: "module", dependencies: { ...peers, ...direct } }
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
  // JSON is YAML. The lowest version is taken of what this program depends on, of what that depends on the newest.
  const settings = { fetchRetries: 1, fetchRetryMintimeout: 1000, overrides, resolutionMode: "lowest-direct" }
  writeFileSync(join(folder, "pnpm-workspace.yaml"), JSON.stringify(settings))
  mkdirSync(join(folder, "src"))
  for (const name of examples) copyFileSync(join(root, "examples", name), join(folder, "src", name))
  return Object.keys(peers)
}

const packageFolder = (name) => realpathSync(join(folder, "node_modules", name))

/** Compiles the examples, and gives a line for each error in them or in what the libraries ship. */
const compile = () => {
  const client = packageFolder("@effect-mqtt/connection")
  // The codec stands beside the package that depends on it, not where this program sees it.
  const shipped = libraries.map(({ folder: name, manifest }) =>
    name === "codec" ? realpathSync(join(client, "../codec")) : packageFolder(manifest.name)
  )
  const sources = shipped.flatMap((path) => filesUnder(join(path, "src"))).filter((file) => file.endsWith(".ts"))
  const own = examples.map((name) => join(folder, "src", name))
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([...own, ...sources], {
    ...options,
    composite: false,
    customConditions: [],
    incremental: false,
    outDir: join(folder, "out"),
    // What only the sources need is not installed with them.
    paths: { ws: [join(root, "packages/connection/node_modules/@types/ws/index.d.mts")] },
    rootDir: folder,
    typeRoots: [join(root, "node_modules/@types")],
    types: ["node"]
  })
  for (const file of own) program.emit(program.getSourceFile(file))
  const checked = program.getSourceFiles().filter(({ fileName }) =>
    own.includes(fileName) || shipped.some((path) => fileName.startsWith(`${path}/`))
  )
  return checked.flatMap((file) => {
    const declarations = own.includes(file.fileName) ? program.getDeclarationDiagnostics(file) : []
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file), ...declarations]
    const name = relative(folder, file.fileName).replace(/^.*\/node_modules\//, "")
    return found.map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`)
  })
}

const runExample = async (name) => {
  try {
    await promisify(execFile)(process.execPath, [join(folder, "out/src", `${name}.js`)], { timeout: 60_000 })
    return []
  } catch (error) {
    return [`${name}.ts failed\n${error.message}\n${error.stdout}${error.stderr}`]
  }
}

const check = async () => {
  const peers = prepare()
  // Packages of others, installed at their newest, ask for newer peers than the lowest of ours: that is not our failure.
  const lenient = "--config.strict-peer-dependencies=false"
  const installed = runPnpm(folder, "install", "--ignore-scripts", "--prefer-offline", lenient)
  if (!installed.passed) {
    if (!isOffline(installed.output)) return [`pnpm install failed\n${installed.output}`]
    console.log(`skipped, there is no registry to install from: ${/ERR_PNPM.*/.exec(installed.output)?.[0] ?? ""}`)
    return []
  }
  const versions = peers.map((name) =>
    `${basename(name)} ${readJson(join(packageFolder(name), "package.json")).version}`
  )
  const errors = compile()
  const failed = (await Promise.all(programs.map(runExample))).flat()
  console.log(`${versions.join(", ")}: ${examples.length} examples compiled, ${programs.length} run`)
  return [...errors, ...failed]
}

try {
  const failures = await check()
  for (const line of failures) console.error(line)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { force: true, recursive: true })
}
