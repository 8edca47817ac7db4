/** What the commands say about themselves: help, version, completions. */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import { columns, groupHelp, type Row } from "../command/helpText.ts"
import { usage } from "./mqttFailure.ts"
import type { OptionSpec } from "./optionSpec.ts"

/** Its own options are not shown, since `-h` is the host here. */
export const config: CliConfig.CliConfig = { ...CliConfig.defaultConfig, isCaseSensitive: true, showBuiltIns: false }

const exitCodes: ReadonlyArray<readonly [code: string, meaning: string]> = [
  ["0", "done"],
  ["1", "wrong options, no connection, or a file that cannot be read"],
  ["27", "the time limit was over"],
  ["130", "stopped by ctrl-c before it was done"],
  ["other", "the reason code with which the broker refused"]
]

const optionRow = ({ description, hint, spellings }: OptionSpec<unknown>): readonly [left: string, right: string] => {
  const [long, ...short] = spellings
  const letters = short.filter((spelling) => /^-[^-]$/.test(spelling))
  const others = short.filter((spelling) => !letters.includes(spelling))
  const also = others.length === 0 ? "" : ` Also ${others.join(", ")}.`
  return [`${letters.length === 0 ? "    " : `${letters[0]}, `}${long} ${hint}`.trimEnd(), description + also]
}

/** One command and its options. */
export const ofCommand = (path: string, description: string, specs: ReadonlyArray<OptionSpec<unknown>>): string =>
  `Usage: mqtt ${path} [options]\n\n${description}\n\nOptions:\n${columns(specs.map(optionRow))}\n\nExit codes:\n${
    columns(exitCodes)
  }`

/** Several commands. */
export const ofGroup = (path: string, children: ReadonlyArray<Row>): string =>
  groupHelp(path, children, `Options of a command: ${path} <command> --help (-h is the host).`)

/** Completions for a shell. */
export const completions = (root: Command.Command<unknown>, shell: string | undefined) => {
  switch (shell) {
    case "bash":
      return Effect.map(Command.getBashCompletions(root, "mqtt"), (lines) => lines.join("\n"))
    case "zsh":
      return Effect.map(Command.getZshCompletions(root, "mqtt"), (lines) => lines.join("\n"))
    case "fish":
      return Effect.map(Command.getFishCompletions(root, "mqtt"), (lines) => lines.join("\n"))
    default:
      return usage("Completions are for one of bash, zsh, fish")
  }
}
