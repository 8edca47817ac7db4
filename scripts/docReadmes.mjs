/**
 * Type-checks every TypeScript program in the README files and in docs/, as if it stood in `examples/`, whose packages
 * a reader would install. Programs import the packages by name; the private source condition resolves the names.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { compileTexts } from "./compileTexts.mjs"
import { filesUnder, fromRoot, packages, root } from "./workspace.mjs"

const folder = join(root, "examples")
const documents = [
  join(root, "README.md"),
  ...packages.map(({ path }) => join(path, "README.md")),
  ...filesUnder(join(root, "docs")).filter((file) => file.endsWith(".md"))
]

const texts = new Map()
const places = new Map()
for (const document of documents) {
  const source = readFileSync(document, "utf8")
  for (const match of source.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const name = join(folder, `readme-${texts.size}.ts`)
    texts.set(name, match[1])
    places.set(name, `${fromRoot(document)}:${source.slice(0, match.index).split("\n").length}`)
  }
}

const config = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, folder)
// Programs in documents define more than they use.
const lenient = { ...options, noEmit: true, composite: false, incremental: false, noUnusedLocals: false }
const errors = compileTexts(texts, lenient, folder)
for (const { name, text } of errors) console.error(`${places.get(name)}: ${text}`)
console.log(`${texts.size} programs in documents, ${errors.length} errors`)
if (texts.size === 0) console.error("no program was found, so nothing was checked")
process.exitCode = errors.length === 0 && texts.size > 0 ? 0 : 1
