/** Where messages that come are written: to standard output, to the end of a file, or each to a file of its own. */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type { OutputClosed } from "../../StandardStreams.ts"
import { StandardStreams } from "../../StandardStreams.ts"
import * as byteText from "../command/byteText.ts"
import type { CommandError } from "../command/commandError.ts"
import { file } from "../command/commandError.ts"
import { usage } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as readers from "./valueReader.ts"

export const fileTable = {
  fileWrite: spec.value("file-write", readers.path, "Adds messages to this file, not to standard output."),
  fileSave: spec.value("file-save", readers.path, "A new file for each message: name.txt, name(1).txt and so on.")
}

type FileValues = spec.ValuesOf<typeof fileTable>

/** Writes messages as they are rendered, some of which may have left nothing. */
export type Write = (messages: ReadonlyArray<Uint8Array>) => Effect.Effect<void, CommandError | OutputClosed>

const toStandardOutput = Effect.map(
  StandardStreams,
  ({ write }): Write => (messages) => messages.length === 0 ? Effect.void : write(byteText.concat(messages))
)

const unwritten = (path: string) => (cause: PlatformError) => file(path, "written", cause)

const toEndOf = (path: string) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const opened = yield* Effect.mapError(files.open(path, { flag: "a" }), unwritten(path))
    const write: Write = (messages) => Effect.mapError(opened.writeAll(byteText.concat(messages)), unwritten(path))
    return write
  })

/** No file that exists is written over. */
const toNewFiles = (path: string) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    const { dir, ext, name } = paths.parse(path)
    let number = 0
    const write = (bytes: Uint8Array): Effect.Effect<void, CommandError> =>
      Effect.suspend(() => {
        const free = number === 0 ? path : paths.join(dir, `${name}(${number})${ext}`)
        number++
        return files.writeFile(free, bytes, { flag: "wx" }).pipe(
          Effect.catchIf(
            (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
            () => write(bytes)
          ),
          Effect.catchTags({ BadArgument: unwritten(free), SystemError: unwritten(free) })
        )
      })
    const writeAll: Write = (messages) =>
      Effect.forEach(messages.filter((bytes) => bytes.length > 0), write, { discard: true })
    return writeAll
  })

export const make = ({ fileSave, fileWrite }: FileValues) =>
  fileSave !== undefined && fileWrite !== undefined
    ? usage("Messages go to one place", "Give one of --file-write and --file-save.")
    : fileWrite !== undefined
    ? toEndOf(fileWrite)
    : fileSave !== undefined
    ? toNewFiles(fileSave)
    : toStandardOutput
