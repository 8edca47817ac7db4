/** What `@effect/cli` writes, without the colours that it always writes with. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import type { ValidationError } from "@effect/cli/ValidationError"

export const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, "")

/** What is wrong with a value, in one line. */
export const sentenceOf = ({ error }: ValidationError): string =>
  withoutColours(HelpDoc.toAnsiText(error)).trim().replace(/\s+/g, " ")
