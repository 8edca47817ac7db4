/**
 * The options of the commands: how each is spelled, how many words it takes, and what it gives.
 *
 * The same table feeds `@effect/cli` (values, help, completions) and the reading of the command line, which has to know
 * what takes a value: in `-m -h` the second word is a message.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"

export interface OptionSpec<out A> {
  readonly name: string
  /** Every way to write it, the long name included. */
  readonly spellings: ReadonlyArray<string>
  readonly takes: "nothing" | "value" | "property"
  readonly repeats: boolean
  /** What stands for its value in the help; nothing for one that takes none. */
  readonly hint: string
  readonly description: string
  readonly options: Options.Options<A>
}

export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>

/** What a table of options gives once it is read. */
export type ValuesOf<T extends OptionTable> = { readonly [K in keyof T]: T[K] extends OptionSpec<infer A> ? A : never }

export const toOptions = <T extends OptionTable>(table: T): Options.Options<ValuesOf<T>> => {
  const record = Object.fromEntries(Object.entries(table).map(([key, spec]) => [key, spec.options]))
  // `Options.all` keeps the keys; the type of a record that was mapped at run time cannot say so.
  return Options.all(record) as Options.Options<ValuesOf<T>> // same keys, each with the value of its spec
}

/** How a word becomes a value; `hint` stands for it in the help, the left is the end of "--x has to be ...". */
export interface Reader<out A> {
  readonly hint: string
  readonly read: (text: string) => Either.Either<A, string>
}

/**
 * Values travel through the parser in quotes: it takes words that look like options, subcommands or
 * truth values for such, drops empty ones and trims others, while a payload may be any of these.
 */
export const quote = (value: string): string => `"${value}"`
export const unquote = (value: string): string => value.slice(1, -1)

const spelled = (name: string, short: ReadonlyArray<string>): ReadonlyArray<string> => [`--${name}`, ...short]

const named = <A>(options: Options.Options<A>, short: ReadonlyArray<string>): Options.Options<A> => {
  const letter = short.find((spelling) => /^-[^-]$/.test(spelling))
  return letter === undefined ? options : Options.withAlias(options, letter.slice(1))
}

export const flag = (name: string, description: string, ...short: ReadonlyArray<string>): OptionSpec<boolean> => ({
  name,
  spellings: spelled(name, short),
  takes: "nothing",
  repeats: false,
  hint: "",
  description,
  options: Options.boolean(name).pipe((options) => named(options, short), Options.withDescription(description))
})

const textOption = (name: string, hint: string, description: string, short: ReadonlyArray<string>) =>
  Options.text(name).pipe(
    (options) => named(options, short),
    Options.withPseudoName(hint),
    Options.withDescription(description)
  )

const readWith = <A>(name: string, reader: Reader<A>) => (quoted: string) =>
  Either.mapLeft(
    reader.read(unquote(quoted)),
    (expected) => ValidationError.invalidValue(HelpDoc.p(`--${name} has to be ${expected}`))
  )

export const value = <A>(
  name: string,
  reader: Reader<A>,
  description: string,
  ...short: ReadonlyArray<string>
): OptionSpec<A | undefined> => ({
  name,
  spellings: spelled(name, short),
  takes: "value",
  repeats: false,
  hint: reader.hint,
  description,
  options: textOption(name, reader.hint, description, short).pipe(
    Options.mapEffect(readWith(name, reader)),
    Options.optional,
    Options.map(Option.getOrUndefined)
  )
})

export const values = <A>(
  name: string,
  reader: Reader<A>,
  description: string,
  ...short: ReadonlyArray<string>
): OptionSpec<ReadonlyArray<A>> => ({
  name,
  spellings: spelled(name, short),
  takes: "value",
  repeats: true,
  hint: reader.hint,
  description,
  options: textOption(name, reader.hint, description, short).pipe(
    Options.repeated,
    Options.mapEffect(Effect.forEach(readWith(name, reader)))
  )
})

/** `-D PACKET NAME VALUE`, or `-D PACKET user-property KEY VALUE`: several words that the command line joins as JSON. */
export const properties = (name: string, description: string, ...short: ReadonlyArray<string>) => ({
  ...values(name, { hint: "packet name value", read: Either.right }, description, ...short),
  takes: "property" as const
})
