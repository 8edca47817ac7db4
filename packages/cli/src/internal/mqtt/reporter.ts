/** What a command says beside its results: a sentence or a JSON object a line, on standard error. */
import * as Effect from "effect/Effect"
import { StandardStreams } from "../../StandardStreams.ts"
import { type CommandError, lineOf } from "../command/commandError.ts"
import type { SpeechValues } from "./connectionTable.ts"

export interface Reporter {
  readonly isJson: boolean
  /** Something has happened; people get the sentence, if there is one for them. */
  readonly event: (
    name: string,
    fields: Readonly<Record<string, unknown>>,
    sentence?: string
  ) => Effect.Effect<void>
  readonly failure: (error: CommandError) => Effect.Effect<void>
}

export const make = (speech: SpeechValues): Effect.Effect<Reporter, never, StandardStreams> =>
  Effect.map(StandardStreams, ({ report }) => ({
    isJson: speech.json,
    event: (event, fields, sentence) =>
      speech.quiet
        ? Effect.void
        : speech.json
        ? report(JSON.stringify({ event, ...fields }))
        : sentence === undefined
        ? Effect.void
        : report(`mqtt: ${sentence}`),
    failure: (error) => speech.quiet ? Effect.void : report(lineOf("mqtt", speech.json, error))
  }))
