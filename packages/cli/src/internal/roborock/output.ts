/** Results: a table or a sentence for people, one JSON value a line for programs. */
import * as Effect from "effect/Effect"
import { StandardStreams } from "../../StandardStreams.ts"
import type { OutputClosed } from "../../StandardStreams.ts"
import * as byteText from "../command/byteText.ts"
import * as terminalStyle from "../command/terminalStyle.ts"

export const line = (text: string): Effect.Effect<void, OutputClosed, StandardStreams> =>
  Effect.flatMap(StandardStreams, ({ write }) => write(byteText.utf8(`${text}\n`)))

/** What comes from a device or the cloud must not speak to the terminal. */
const printable = (text: string): string => text.replace(/\p{C}/gu, " ")

/** A moment, for programs. */
export const moment = (unixMillis: number): string => new Date(unixMillis).toISOString()

export type Cell = string | number | undefined | null

const cellText = (cell: Cell): string => cell === undefined || cell === null ? "-" : printable(String(cell))

/** Numbers end where the others end. */
const align = (cell: Cell, width: number): string => {
  const text = cellText(cell)
  return typeof cell === "number" ? text.padStart(width) : text.padEnd(width)
}

const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`

export const table = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  isRich: boolean
): string => {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => cellText(row[column]).length))
  )
  const isNumber = (column: number) => rows.length > 0 && rows.every((row) => typeof row[column] === "number")
  const titles = header.map((title, column) =>
    isNumber(column) ? title.padStart(widths[column]) : title.padEnd(widths[column])
  )
  const head = titles.join("  ").trimEnd()
  const body = rows.map((row) => row.map((cell, column) => align(cell, widths[column])).join("  ").trimEnd())
  return [isRich ? bold(head) : head, ...body].join("\n")
}

/** One thing and its properties, a line each; those without a value are left out. */
export const properties = (rows: ReadonlyArray<readonly [label: string, value: Cell]>): string => {
  const known = rows.filter(([, value]) => value !== undefined && value !== null)
  const width = Math.max(...known.map(([label]) => label.length))
  return known.map(([label, value]) => `${label.padEnd(width)}  ${cellText(value)}`).join("\n")
}

/** Writes a result in the form that was asked for; `text` is for people, who may see colours. */
export const write = <A>(isJson: boolean, json: A, text: (isRich: boolean) => string) =>
  isJson
    ? line(JSON.stringify(json))
    : Effect.flatMap(terminalStyle.make, ({ isRich }) => line(text(isRich)))
