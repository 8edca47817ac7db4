/** How messages that come are written. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as byteText from "../command/byteText.ts"
import type { CommandError } from "../command/commandError.ts"
import type { Arrival } from "./messageJson.ts"
import * as spec from "./optionSpec.ts"
import * as formats from "./outputFormat.ts"
import type { Reporter } from "./reporter.ts"
import * as readers from "./valueReader.ts"

export const outputTable = {
  verbose: spec.flag("verbose", "The topic before the payload.", "-v"),
  noNewline: spec.flag("no-newline", "Nothing after a message.", "-N"),
  delimiter: spec.value("delimiter", readers.text, "What follows a message, in place of the end of a line."),
  output: spec.value("output-format", readers.text, "mosquitto_sub's format: %t, %p, %j and so on.", "-F"),
  pretty: spec.flag("pretty", "JSON over several lines.")
}

type OutputValues = spec.ValuesOf<typeof outputTable> & { readonly json: boolean }

export type Render = (arrival: Arrival) => Effect.Effect<Uint8Array>

const nothing = new Uint8Array()

export const make = (values: OutputValues, reporter: Reporter): Either.Either<Render, CommandError> =>
  Either.gen(function*() {
    const format = values.output !== undefined
      ? yield* formats.parse(values.output, values.pretty)
      : values.json
      ? formats.jsonLine(values.pretty)
      : values.verbose
      ? formats.topicAndPayload
      : formats.payload
    const end = byteText.utf8(values.noNewline ? "" : values.delimiter ?? "\n")
    return (arrival: Arrival) => {
      const bytes = format(arrival)
      if (bytes !== undefined) return Effect.succeed(byteText.concat([bytes, end]))
      const { topic } = arrival.message
      // Without a format, an empty payload is the one that leaves no trace.
      return values.output === undefined ? Effect.succeed(nothing) : Effect.as(
        reporter.event("notJson", { topic }, `The message on ${JSON.stringify(topic)} is not valid JSON.`),
        nothing
      )
    }
  })
