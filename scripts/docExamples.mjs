/**
 * Compiles every `@example` of the public modules, package by package. Examples import the packages by name, as a
 * reader would; the private source condition, which docgen's compiler has from its settings and its Node from here,
 * resolves those names to the sources, so no build is needed.
 *
 * docgen compiles and runs those of modules, functions and constants; it passes over the ones on classes, which are our
 * service tags, so this script compiles them itself and sees that none is left out.
 */
import { execFile } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import ts from "typescript"
import { compileTexts } from "./compileTexts.mjs"
import { filesUnder, fromRoot, packages, readJson, root } from "./workspace.mjs"

const bin = join(root, "node_modules/.bin")

const docgen = (path) =>
  new Promise((resolve) => {
    rmSync(join(path, "docgen"), { force: true, recursive: true })
    const env = {
      ...process.env,
      NO_COLOR: "1",
      NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --conditions=@effect-mqtt/source`,
      PATH: `${bin}${delimiter}${process.env["PATH"]}`
    }
    execFile(
      join(bin, "docgen"),
      [],
      { cwd: path, env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ failed: error !== null, output: `${stdout}${stderr}` })
    )
  })

const publicModules = (path) =>
  filesUnder(join(path, "src")).filter((file) => file.endsWith(".ts") && !/[\\/]internal[\\/]/.test(file))

/** The text of an example without its code fence. */
const body = (text) => /^\s*```ts\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text

const classExamples = (path) =>
  publicModules(path).flatMap((module) => {
    const file = ts.createSourceFile(module, readFileSync(module, "utf8"), ts.ScriptTarget.ES2022, true)
    return file.statements.filter(ts.isClassDeclaration).flatMap((declaration) =>
      ts.getJSDocTags(declaration).filter((tag) => tag.tagName.text === "example").map((tag, index) => ({
        name: join(path, "docgen", `class-${declaration.name?.text ?? "default"}-${index}.ts`),
        text: body(ts.getTextOfJSDocComment(tag.comment) ?? ""),
        written: `${fromRoot(module)} ${declaration.name?.text ?? ""}`
      }))
    )
  })

const compileClassExamples = (path, examples) => {
  const json = readJson(join(path, "docgen.json")).examplesCompilerOptions
  const { options } = ts.convertCompilerOptionsFromJson(json, path)
  const written = new Map(examples.map((example) => [example.name, example.written]))
  const errors = compileTexts(new Map(examples.map(({ name, text }) => [name, text])), options, path)
  return errors.map(({ name, text }) => `${written.get(name)}: ${text}`)
}

let failures = 0
const fail = (text) => {
  failures += 1
  console.error(text)
}

for (const { folder, path } of packages.filter(({ path }) => existsSync(join(path, "docgen.json")))) {
  const before = failures
  const { failed, output } = await docgen(path)
  if (failed) fail(`${folder}: an example does not compile\n${output}`)

  const onClasses = classExamples(path)
  if (onClasses.length > 0) {
    for (const error of compileClassExamples(path, onClasses)) fail(`${folder}: an example does not compile\n${error}`)
  }

  const found = Number(/(\d+) example\(s\) found/.exec(output)?.[1] ?? 0) + onClasses.length
  const written = publicModules(path).reduce(
    (count, file) => count + readFileSync(file, "utf8").split("@example\n").length - 1,
    0
  )
  if (!failed && found < written) fail(`${folder}: ${written} examples are written, but only ${found} were compiled`)
  if (failures === before) console.log(`${folder}: ${found} examples compile`)
}
process.exitCode = failures === 0 ? 0 : 1
