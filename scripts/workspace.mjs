import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** The root folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A path of this repository as people and rules write it: relative to the root, with forward slashes. */
export const fromRoot = (path) => relative(root, path).split(sep).join("/")

export const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

/** The published packages, in the order in which they build on each other. */
export const packages = ["codec", "connection", "broker", "roborock", "roborock-simulator", "cli"].map((folder) => {
  const path = join(root, "packages", folder)
  return { folder, path, manifest: readJson(join(path, "package.json")) }
})

/** pnpm itself when it runs this script (any version, any way of installing it), else the one on the PATH. */
export const pnpm = (() => {
  const path = process.env["npm_execpath"]
  if (path === undefined || !/pnpm/.test(path)) return ["pnpm"]
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path]
})()

const ignored = new Set(["node_modules", "dist", "build", "coverage", "docgen", ".git"])

/** Every file under a folder, generated ones left out. */
export const filesUnder = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : filesUnder(path)
      return entry.isFile() ? [path] : []
    })
    : []
