import ts from "typescript"

/**
 * Type-checks programs that stand in documents. `texts` maps the file names they pretend to have, which decide what
 * their imports find, to the programs. Gives one line per error, with the file name.
 */
export const compileTexts = (texts, options, folder) => {
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.readFile = (name) => texts.get(name) ?? readFile(name)
  host.getCurrentDirectory = () => folder
  const program = ts.createProgram([...texts.keys()], options, host)
  return [...texts.keys()].flatMap((name) => {
    const file = program.getSourceFile(name)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map(({ messageText }) => ({ name, text: ts.flattenDiagnosticMessageText(messageText, "\n") }))
  })
}
