/**
 * The command line as `@effect/cli` gets it: every option by its long name, every value in quotes.
 *
 * What people know of mosquitto cannot be said to that parser: `-h` is the host, `-D` takes several words, a value may
 * be any word at all, and of an option that is given twice the last one counts (docs/decisions/0005-mqtt-command-line.md).
 */
import * as Either from "effect/Either"
import type { CommandError } from "../command/commandError.ts"
import { usage } from "./mqttFailure.ts"
import type { OptionSpec } from "./optionSpec.ts"
import { quote } from "./optionSpec.ts"

/** What the parser itself understands. */
const builtIn = ["--help", "--version"]

interface Reading {
  readonly args: ReadonlyArray<string>
  readonly consumed: number
}

const missing = (spelling: string) => Either.left(usage(`The option ${spelling} needs a value after it`))

const readProperty = (words: ReadonlyArray<string>, spelling: string): Either.Either<Reading, CommandError> => {
  const count = words[1] === "user-property" ? 4 : 3
  return words.length < count
    ? Either.left(usage(`The option ${spelling} needs a packet, the name of a property and its value`))
    : Either.right({ args: [quote(JSON.stringify(words.slice(0, count)))], consumed: count })
}

const split = (word: string): readonly [spelling: string, attached: string | undefined] => {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

/** Reads the options that follow the name of a command. */
export const normalise = (
  specs: ReadonlyArray<OptionSpec<unknown>>,
  words: ReadonlyArray<string>
): Either.Either<ReadonlyArray<string>, CommandError> => {
  const known = new Map(specs.flatMap((spec) => spec.spellings.map((spelling) => [spelling, spec] as const)))
  /** By name, so that a later one takes the place of an earlier one. */
  const single = new Map<string, ReadonlyArray<string>>()
  const repeated: Array<string> = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (builtIn.includes(word)) return Either.right([word])
    const [spelling, attached] = split(word)
    const spec = known.get(spelling)
    if (spec === undefined) {
      return Either.left(
        usage(word.startsWith("-") ? `There is no option ${spelling}` : `"${word}" does not belong to any option`)
      )
    }
    const long = `--${spec.name}`
    if (spec.takes === "nothing") {
      if (attached !== undefined) return Either.left(usage(`The option ${spelling} takes no value`))
      single.set(spec.name, [long])
      continue
    }
    const rest = words.slice(index + 1)
    const reading = spec.takes === "property"
      ? readProperty(rest, spelling)
      : attached !== undefined
      ? Either.right({ args: [quote(attached)], consumed: 0 })
      : rest.length === 0
      ? missing(spelling)
      : Either.right({ args: [quote(rest[0])], consumed: 1 })
    if (Either.isLeft(reading)) return Either.left(reading.left)
    const args = [long, ...reading.right.args]
    if (spec.repeats) repeated.push(...args)
    else single.set(spec.name, args)
    index += reading.right.consumed
  }
  return Either.right([...[...single.values()].flat(), ...repeated])
}
