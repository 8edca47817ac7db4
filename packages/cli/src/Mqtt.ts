/**
 * The `mqtt` command.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as byteText from "./internal/command/byteText.ts"
import type { CommandError } from "./internal/command/commandError.ts"
import type { SpeechValues } from "./internal/mqtt/connectionTable.ts"
import * as invocations from "./internal/mqtt/invocation.ts"
import * as reporters from "./internal/mqtt/reporter.ts"
import { StandardStreams } from "./StandardStreams.ts"

/**
 * What the command needs from its environment.
 *
 * @since 0.1.0
 * @category models
 */
export type Environment = FileSystem.FileSystem | Path.Path | StandardStreams | Terminal.Terminal

const levelOf = ({ debug, quiet }: SpeechValues): LogLevel.LogLevel =>
  quiet ? LogLevel.None : debug ? LogLevel.Trace : LogLevel.Warning

/** What the libraries log goes where sentences go, so that results stay alone on standard output. */
const logging = (speech: SpeechValues) =>
  Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      Logger.withConsoleError(speech.json ? Logger.jsonLogger : Logger.logfmtLogger)
    ),
    Logger.minimumLogLevel(levelOf(speech))
  )

/**
 * Runs the command with the words after its name, and gives the exit code. A failure is reported in one
 * sentence on standard error.
 *
 * @since 0.1.0
 * @category programs
 */
export const run = (words: ReadonlyArray<string>): Effect.Effect<number, never, Environment> =>
  Effect.gen(function*() {
    const { write } = yield* StandardStreams
    const parsed = yield* invocations.parse(words)
    if ("text" in parsed) {
      yield* write(byteText.utf8(`${parsed.text}\n`))
      return 0
    }
    return yield* parsed.run.pipe(
      Effect.as(0),
      Effect.catchTag("CommandError", (error) => report(parsed.speech, error)),
      Effect.provide(logging(parsed.speech))
    )
  }).pipe(
    Effect.catchTags({
      CommandError: (error) => report({ json: words.includes("--json"), quiet: false, debug: false }, error),
      OutputClosed: () => Effect.succeed(0)
    })
  )

const report = (speech: SpeechValues, error: CommandError) =>
  Effect.flatMap(reporters.make(speech), ({ failure }) => Effect.as(failure(error), error.exitCode))
