/** What is published: words of the command line, a file, or standard input, whole or line by line. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { StandardStreams } from "../../StandardStreams.ts"
import * as byteText from "../command/byteText.ts"
import type { CommandError } from "../command/commandError.ts"
import { file } from "../command/commandError.ts"
import { usage } from "./mqttFailure.ts"
import * as spec from "./optionSpec.ts"
import * as readers from "./valueReader.ts"

const encodings = { text: "text", hex: "hex", base64: "base64", json: "json" } as const

export const payloadTable = {
  message: spec.value("message", readers.text, "The payload.", "-m"),
  file: spec.value("file", readers.path, "The payload is what this file holds.", "-f"),
  empty: spec.flag("null-message", "An empty payload; with -r it clears what is retained.", "-n"),
  stdin: spec.flag("stdin-file", "The payload is all of standard input.", "-s", "--stdin"),
  size: spec.value("payload-size", readers.integer(0, 268_435_455), "A random payload of this many bytes."),
  format: spec.value("format", readers.oneOf("text|hex|base64|json", encodings), "How the payload is written.")
}

export type PayloadValues = spec.ValuesOf<typeof payloadTable>

const decode = (words: string, format: keyof typeof encodings): Either.Either<Uint8Array, CommandError> => {
  const compact = words.replace(/\s+/g, "")
  switch (format) {
    case "text":
      return Either.right(byteText.utf8(words))
    case "hex":
      return /^([0-9a-f]{2})*$/i.test(compact)
        ? Either.right(new Uint8Array(Buffer.from(compact, "hex")))
        : Either.left(usage("The payload is not hexadecimal"))
    case "base64":
      return /^[\w+/-]*={0,2}$/.test(compact)
        ? Either.right(new Uint8Array(Buffer.from(compact, "base64")))
        : Either.left(usage("The payload is not base64"))
    case "json":
      return Either.try({
        try: () => byteText.utf8(JSON.stringify(JSON.parse(words))),
        catch: () => usage("The payload is not JSON")
      })
  }
}

const readAll = (input: Stream.Stream<Uint8Array>) =>
  Effect.map(Stream.runCollect(input), (chunks) => byteText.concat(Chunk.toReadonlyArray(chunks)))

/** So many are asked for at a time at most. */
const mostRandom = 65_536

const randomBytes = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let start = 0; start < size; start += mostRandom) {
    globalThis.crypto.getRandomValues(bytes.subarray(start, start + mostRandom))
  }
  return bytes
}

export const sources = (values: PayloadValues): number =>
  [values.message !== undefined, values.file !== undefined, values.empty, values.stdin, values.size !== undefined]
    .filter((isGiven) => isGiven).length

const raw = (values: PayloadValues) =>
  Effect.gen(function*() {
    const { input } = yield* StandardStreams
    const { size } = values
    if (values.message !== undefined) return byteText.utf8(values.message)
    if (values.stdin) return yield* readAll(input)
    if (size !== undefined) {
      return yield* Effect.sync(() => randomBytes(size))
    }
    const path = values.file
    if (path === undefined) return new Uint8Array()
    const files = yield* FileSystem.FileSystem
    return yield* Effect.mapError(files.readFile(path), (cause) => file(path, "read", cause))
  })

/** The payload as one message. */
export const read = (values: PayloadValues) =>
  Effect.gen(function*() {
    if (sources(values) !== 1) {
      return yield* usage("A message needs exactly one payload", "Give one of -m, -f, -n, -s and --payload-size.")
    }
    const bytes = yield* raw(values)
    if (values.format === undefined || values.format === "text") return bytes
    return yield* decode(byteText.textOf(bytes) ?? "\0", values.format)
  })

const lineFeed = 0x0a

/** The beginning of a line, in the pieces that it came in: joined once, however many there are. */
type Beginning = Array<Uint8Array>

/** A message for each line that is not blank. */
export const lines = (input: Stream.Stream<Uint8Array>): Stream.Stream<Uint8Array> => {
  const split = input.pipe(
    Stream.concat(Stream.succeed(Uint8Array.of(lineFeed))),
    Stream.mapAccum<Beginning, Uint8Array, ReadonlyArray<Uint8Array>>([], (beginning, chunk) => {
      const found: Array<Uint8Array> = []
      let start = 0
      let held = beginning
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        held.push(chunk.subarray(start, end))
        found.push(byteText.concat(held))
        held = []
        start = end + 1
      }
      held.push(chunk.subarray(start))
      return [held, found]
    })
  )
  return Stream.mapConcat(split, (found) => found.filter((line) => line.length > 0))
}
