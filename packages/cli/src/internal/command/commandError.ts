/** What ends a command early: one sentence, what to do about it, and an exit code. */
import * as Data from "effect/Data"
import { withFullStop } from "./fullStop.ts"

export class CommandError extends Data.TaggedError("CommandError")<{
  readonly kind: "Usage" | "Login" | "Connection" | "Refused" | "Timeout" | "File" | "Failed"
  readonly sentence: string
  readonly advice?: string | undefined
  readonly exitCode: number
  readonly reasonCode?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const said = withFullStop(this.sentence)
    return this.advice === undefined ? said : `${said} ${this.advice}`
  }
}

export const file = (path: string, what: "read" | "written", cause: unknown): CommandError =>
  new CommandError({
    kind: "File",
    sentence: `The file ${path} cannot be ${what}`,
    advice: "Look at its path and permissions.",
    exitCode: 1,
    cause
  })

/** Somebody pressed ctrl-c where an answer was asked for. */
export const unanswered = (): CommandError =>
  new CommandError({ kind: "Failed", sentence: "No answer was given", exitCode: 130 })

/** The line that a command says on standard error. */
export const lineOf = (program: string, isJson: boolean, error: CommandError): string => {
  const { advice, exitCode, kind, reasonCode, sentence } = error
  return isJson
    ? JSON.stringify({ error: { kind, message: sentence, advice, reasonCode, exitCode } })
    : `${program}: ${error.message}`
}
