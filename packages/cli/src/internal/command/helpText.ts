/** What commands say about themselves, and what `@effect/cli` says of them without the colours that it always has. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import type { ValidationError } from "@effect/cli/ValidationError"

export const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, "")

/** What is wrong with a value, in one line. */
export const sentenceOf = ({ error }: ValidationError): string =>
  withoutColours(HelpDoc.toAnsiText(error)).trim().replace(/\s+/g, " ")

export type Row = readonly [left: string, right: string]

export const columns = (rows: ReadonlyArray<Row>): string => {
  const width = Math.min(36, Math.max(...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`
  ).join("\n")
}

/** Several commands, each with what it does. */
export const groupHelp = (path: string, children: ReadonlyArray<Row>, more: string): string =>
  `Usage: ${path} <command> [options]\n\nCommands:\n${columns(children)}\n\n${more}`
