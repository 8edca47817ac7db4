/** Results that are not messages: a table for people, one JSON object per line for programs. */
import * as Effect from "effect/Effect"
import { StandardStreams } from "../../StandardStreams.ts"
import * as byteText from "../command/byteText.ts"
import type { Reporter } from "./reporter.ts"

/** Each with its name in JSON, what people call it, and its value. */
export type Row = readonly [key: string, label: string, value: string | number | boolean | undefined]

const shown = (value: Row[2]): string =>
  value === undefined ? "-" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value)

export const write = (reporter: Reporter, rows: ReadonlyArray<Row>) =>
  Effect.flatMap(StandardStreams, (streams) => {
    const width = Math.max(...rows.map(([, label]) => label.length))
    const text = reporter.isJson
      ? JSON.stringify(Object.fromEntries(rows.map(([key, , value]) => [key, value])))
      : rows.map(([, label, value]) => `${label.padEnd(width)}  ${shown(value)}`).join("\n")
    return streams.write(byteText.utf8(`${text}\n`))
  })
