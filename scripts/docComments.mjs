/**
 * Every export of a public module says what it is: a sentence, `@since`, and exactly one `@category`.
 */
import { join } from "node:path"
import ts from "typescript"
import { filesUnder, fromRoot, packages } from "./workspace.mjs"

const failures = []
let checked = 0

const isExported = (statement) =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

const nameOf = (statement) =>
  ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ")
    : statement.name?.getText() ?? "default"

const check = (file, statement, documented) => {
  const name = nameOf(statement)
  const { character: _, line } = file.getLineAndCharacterOfPosition(statement.getStart(file))
  const fail = (text) => failures.push(`${fromRoot(file.fileName)}:${line + 1} ${name} ${text}`)
  const comments = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc)
  if (comments.length === 0) {
    // Overloads, and a type beside its constructor of the same name, share the comment of the first declaration.
    if (!documented.has(name)) fail("has no JSDoc comment")
    return
  }
  const comment = comments[comments.length - 1]
  const tags = (comment.tags ?? []).map((tag) => ({
    name: tag.tagName.text,
    text: (ts.getTextOfJSDocComment(tag.comment) ?? "").trim()
  }))
  if (tags.some((tag) => tag.name === "internal")) return
  documented.add(name)
  checked += 1
  if ((ts.getTextOfJSDocComment(comment.comment) ?? "").trim() === "") fail("has a JSDoc comment without a sentence")
  if (!tags.some((tag) => tag.name === "since" && /^\d+\.\d+\.\d+$/.test(tag.text))) fail("lacks @since x.y.z")
  const found = tags.filter((tag) => tag.name === "category").map(({ text }) => text)
  if (found.length !== 1) fail(`has ${found.length} @category tags; it needs exactly one`)
  for (const category of found.filter((category) => !/^[a-z][a-z ]*$/.test(category))) {
    fail(`has @category "${category}"; categories are lower-case words, such as constructors or models`)
  }
}

for (const { folder, path } of packages) {
  if (folder === "cli") continue
  const modules = filesUnder(join(path, "src")).filter((file) =>
    file.endsWith(".ts") && !/[\\/]internal[\\/]|[\\/]index\.ts$/.test(file)
  )
  for (const module of modules) {
    const text = ts.sys.readFile(module)
    const file = ts.createSourceFile(module, text, ts.ScriptTarget.ES2022, true)
    const documented = new Set()
    for (const statement of file.statements) {
      if (isExported(statement)) check(file, statement, documented)
    }
  }
}
for (const line of failures) console.error(line)
console.log(`${checked} exports documented, ${failures.length} findings`)
process.exitCode = failures.length === 0 ? 0 : 1
