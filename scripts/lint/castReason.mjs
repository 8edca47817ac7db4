/**
 * A type assertion says "trust me", so it has to say why: a comment on the line of the assertion, or alone on the
 * line above it. `as const` and `satisfies` check instead of trusting and need none.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export const castReason = {
  meta: {
    type: "suggestion",
    docs: { description: "Require a reason beside every type assertion" },
    messages: {
      missing: "A cast without a reason. Remove it, or say on this line in a comment why the compiler may be overruled."
    },
    schema: []
  },
  create(context) {
    const source = context.sourceCode
    const commentLines = new Set(
      source.getAllComments().filter((c) => !/^\s*eslint-/.test(c.value)).flatMap((c) => {
        const lines = [c.loc.start.line, c.loc.end.line]
        const alone = source.lines[c.loc.start.line - 1].slice(0, c.loc.start.column).trim() === ""
        return alone ? [...lines, c.loc.end.line + 1] : lines
      })
    )
    const check = (node) => {
      const type = node.typeAnnotation
      if (type.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "const") {
        return
      }
      const line = source.getTokenBefore(type).loc.start.line
      if (!commentLines.has(line) && !commentLines.has(node.loc.start.line) && !commentLines.has(node.loc.end.line)) {
        context.report({ node, messageId: "missing" })
      }
    }
    return { TSAsExpression: check, TSTypeAssertion: check }
  }
}
