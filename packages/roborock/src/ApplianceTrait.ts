/**
 * The values of a wet-dry vacuum, a washing machine or a dryer, by name and in words.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as A01 from "./A01.ts"
import { invalidArgument, notAmong } from "./internal/device/argument.ts"
import { codeOf, type Context, sendAndLook } from "./internal/device/dialectContext.ts"
import type { CommandError } from "./RoborockError.ts"

/**
 * Readable values: a word for a code that has one, else what the device sends.
 *
 * @since 0.1.0
 * @category models
 */
export type Values = Readonly<Record<string, unknown>>

/**
 * The values of an appliance. Names are those of the tables (`DyadCodes`, `ZeoCodes`).
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplianceTrait {
  /** As last reported. */
  readonly values: Effect.Effect<Values>
  /** Asks the device now. */
  readonly refresh: Effect.Effect<Values, CommandError>
  /** Names that `set` takes. */
  readonly settings: ReadonlyArray<string>
  /**
   * Sets a value, by word or code. A name or a word that the device does not have is `InvalidArgument`. The device does not
   * answer: what it has accepted shows in the values.
   */
  readonly set: (name: string, value: string | number | boolean) => Effect.Effect<void, CommandError>
}

/** @internal */
export interface Table {
  readonly names: ReadonlyMap<number, string>
  readonly words: Readonly<Record<string, ReadonlyMap<number, string>>>
  readonly settings: ReadonlyArray<string>
  /** What a value that is not a code means. */
  readonly read: (id: number, value: unknown) => unknown
}

/** @internal */
export const idOf = ({ names }: Table, name: string): number | undefined => codeOf(name, names)

/** The number that goes to the device. */
const toCode = (table: Table, name: string, value: string | number | boolean): number | undefined => {
  if (typeof value === "string") return codeOf(value, table.words[name] ?? new Map())
  return typeof value === "boolean" ? Number(value) : Number.isSafeInteger(value) ? value : undefined
}

const allowedValues = (table: Table, name: string): string => {
  const words = table.words[name]
  return words === undefined ? `${name} has to be a whole number, true or false` : notAmong(name, words.values())
}

/** @internal */
export const set = (
  context: Context,
  table: Table,
  values: Readonly<Record<string, string | number | boolean | undefined>>,
  acknowledged = false
): Effect.Effect<void, CommandError> => {
  const [first = "set"] = Object.keys(values)
  const dataPoints: Array<readonly [number, number]> = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const id = idOf(table, name)
    const code = toCode(table, name, value)
    if (id === undefined || code === undefined) return Effect.fail(invalidArgument(name, allowedValues(table, name)))
    dataPoints.push([id, code])
  }
  return dataPoints.length === 0
    ? Effect.fail(invalidArgument(first, "a value has to be given"))
    : sendAndLook(
      context,
      first,
      (timestamp) => A01.encodeRequest({ _tag: "Set", dataPoints }, timestamp),
      acknowledged
    )
}

/** @internal */
export const toWords = (table: Table, fields: Values): Values =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const word = typeof value === "number" ? table.words[name]?.get(value) : undefined
      return [name, word ?? table.read(idOf(table, name) ?? -1, value)]
    })
  )

/** @internal */
export const make = (context: Context, table: Table): ApplianceTrait => ({
  values: Effect.map(context.state, ({ fields }) => toWords(table, fields)),
  refresh: Effect.map(context.refresh, ({ fields }) => toWords(table, fields)),
  settings: table.settings,
  set: (name, value) =>
    table.settings.includes(name)
      ? set(context, table, { [name]: value })
      : Effect.fail(invalidArgument(name, notAmong("the setting", table.settings)))
})
