/**
 * The `roborock` command.
 *
 * @since 0.1.0
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as byteText from "./internal/command/byteText.ts"
import { type CommandError, lineOf } from "./internal/command/commandError.ts"
import { sentenceOf, withoutColours } from "./internal/command/helpText.ts"
import * as terminalStyle from "./internal/command/terminalStyle.ts"
import { version } from "./internal/command/version.ts"
import { overview, root } from "./internal/roborock/commandTree.ts"
import { failure } from "./internal/roborock/roborockFailure.ts"
import { StandardStreams } from "./StandardStreams.ts"

/**
 * What the command needs from its environment. If a `RoborockSession` is provided too, it is used in place of a login.
 *
 * @since 0.1.0
 * @category models
 */
export type Environment = FileSystem.FileSystem | Path.Path | StandardStreams | Terminal.Terminal

/** Libraries log little, and to standard error; `--log-level` lets them log more. */
const logging = Layer.merge(
  Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)),
  Logger.minimumLogLevel(LogLevel.Error)
)

/** Help goes where results go, with colours only where they are wanted; what is wrong with the words we say ourselves. */
const makeConsole = Effect.gen(function*() {
  const { write } = yield* StandardStreams
  const { isRich } = yield* terminalStyle.make
  const console = yield* Effect.console
  const say = (text: string) => write(byteText.utf8(`${(isRich ? text : withoutColours(text)).trimEnd()}\n`))
  return {
    ...console,
    log: (...args: ReadonlyArray<unknown>) => Effect.ignore(say(args.join(" "))),
    error: () => Effect.void
  } satisfies Console.Console
})

const parse = Command.run(root, { name: "roborock", version, executable: "roborock" })

/**
 * Runs the command with the words after its name, and gives the exit code. What goes wrong is said in
 * one sentence, and what to do about it, on standard error.
 *
 * @since 0.1.0
 * @category programs
 */
export const run = (words: ReadonlyArray<string>): Effect.Effect<number, never, Environment> =>
  Effect.gen(function*() {
    const [first = "--help"] = words
    if (first === "--help" || first === "-h") {
      const { write } = yield* StandardStreams
      return yield* Effect.as(write(byteText.utf8(`${overview}\n`)), 0)
    }
    const console = yield* makeConsole
    return yield* parse(["node", "roborock", ...words]).pipe(
      Effect.as(0),
      Effect.withConsole(console),
      Effect.catchAll((error) => {
        if (error._tag === "OutputClosed") return Effect.succeed(0)
        return tell(words, error._tag === "CommandError" ? error : wrongWords(error))
      })
    )
  }).pipe(
    Effect.catchTag("OutputClosed", () => Effect.succeed(0)),
    Effect.provide([logging, CliConfig.layer({ autoCorrectLimit: 0, isCaseSensitive: true, showBuiltIns: false })])
  )

const wrongWords = (error: ValidationError.ValidationError) =>
  failure("Usage", sentenceOf(error).replace(/\.$/, ""), "See \"roborock --help\".")

const tell = (words: ReadonlyArray<string>, error: CommandError) =>
  Effect.flatMap(
    StandardStreams,
    ({ report }) => Effect.as(report(lineOf("roborock", words.includes("--json"), error)), error.exitCode)
  )
