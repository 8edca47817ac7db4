/**
 * Packs every package as it would be published and checks the tarball: publint (manifest against files), arethetypeswrong
 * (types against runtime, ESM only on purpose), and a few rules of this repository. Needs a build.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fromRoot, packages, pnpm, root } from "./workspace.mjs"

const bin = (name) => join(root, "node_modules/.bin", name)
const failures = []

const run = (name, command, args) => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8" })
  if (error !== undefined || status !== 0) {
    failures.push(`${name}\n${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`)
  }
}

const inTarball = (tarball, path) => execFileSync("tar", ["-xzOf", tarball, `package/${path}`], { encoding: "utf8" })

const listOf = (tarball) =>
  execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n").map((path) =>
    path.replace(/^package\//, "")
  )

for (const { folder, manifest, path } of packages) {
  if (manifest.private === true) continue
  const target = mkdtempSync(join(tmpdir(), "effect-mqtt-pack-"))
  try {
    execFileSync(pnpm[0], [...pnpm.slice(1), "pack", "--pack-destination", target], { cwd: path, stdio: "pipe" })
    const [name] = readdirSync(target)
    const tarball = join(target, name)
    const files = listOf(tarball)
    const packed = JSON.parse(inTarball(tarball, "package.json"))

    run(`${folder}: publint`, bin("publint"), [tarball, "--strict"])
    run(`${folder}: arethetypeswrong`, bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"])

    for (const needed of ["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "src/index.ts"]) {
      if (!files.includes(needed)) failures.push(`${folder}: the tarball lacks ${needed}`)
    }
    for (const stray of files.filter((file) => /(^|\/)(test|build|node_modules)\/|\.tsbuildinfo$/.test(file))) {
      failures.push(`${folder}: the tarball ships ${stray}`)
    }
    const shipsSources = files.includes("src/index.ts")
    for (const stale of files.filter((file) => shipsSources && /^dist\/.*\.js$/.test(file))) {
      const source = stale.replace(/^dist/, "src").replace(/\.js$/, ".ts")
      if (!files.includes(source)) {
        failures.push(`${folder}: ${stale} has no source any more; remove dist and build again`)
      }
    }
    if (JSON.stringify(packed.exports).includes("@effect-mqtt/source")) {
      failures.push(`${folder}: the private source condition is in the published exports`)
    }
    const internal = files.map((file) => /^dist\/((?:.+\/)?internal)\//.exec(file)?.[1]).filter((inside) =>
      inside !== undefined
    )
    for (const inside of new Set(internal.map((path) => path.replace(/internal\/.*/, "internal")))) {
      if (packed.exports[`./${inside}/*`] !== null) failures.push(`${folder}: exports do not close ./${inside}/*`)
    }
    for (const field of ["dependencies", "peerDependencies"]) {
      for (const [dependency, range] of Object.entries(packed[field] ?? {})) {
        if (/^(workspace|catalog):/.test(range)) failures.push(`${folder}: ${field} publishes ${dependency} ${range}`)
      }
    }
    const shared = Object.keys(manifest.dependencies ?? {}).filter((name) => /^(effect|@effect\/.*)$/.test(name))
    for (const name of shared) {
      failures.push(`${folder}: ${name} is a dependency; it has to be a peer, or users get two copies of its tags`)
    }
    const imports = files.filter((file) => /^dist\/.*\.js$/.test(file)).filter((file) =>
      /from "\.[^"]*\.ts"/.test(readFileSync(join(path, file), "utf8"))
    )
    for (const file of imports) failures.push(`${fromRoot(join(path, file))}: imports a .ts file`)
    console.log(`${manifest.name}: ${files.length} files`)
  } finally {
    rmSync(target, { force: true, recursive: true })
  }
}
for (const line of failures) console.error(line)
process.exitCode = failures.length === 0 ? 0 : 1
