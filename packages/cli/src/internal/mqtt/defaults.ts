/**
 * The file of defaults: options of the connection, one per line, as mosquitto's programs have it.
 *
 * What the command line and the environment say comes first. Where these name a broker, the file says nothing of brokers,
 * users, passwords, certificates and properties: one broker's password is not for another.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { posix } from "node:path"
import type { CommandError } from "../command/commandError.ts"
import * as setting from "../command/setting.ts"
import * as argv from "./argv.ts"
import { connectionTable } from "./connectionTable.ts"
import { usage } from "./mqttFailure.ts"
import type { OptionSpec } from "./optionSpec.ts"
import { unquote } from "./optionSpec.ts"
import { readText } from "./tlsFiles.ts"

const specs: ReadonlyArray<OptionSpec<unknown>> = Object.values(connectionTable)

const namesOf = (...keys: ReadonlyArray<keyof typeof connectionTable>): ReadonlySet<string> =>
  new Set(keys.map((key) => connectionTable[key].name))

/** Any of these says which broker is meant. */
const broker = namesOf("url", "host", "unix")

const passwords = namesOf("password", "passwordEnv", "passwordFile", "askPassword")

/** What belongs to one broker. */
const ofBroker: ReadonlySet<string> = new Set([
  ...broker,
  ...passwords,
  ...namesOf("port", "ws", "wsPath", "wsHeader", "proxy", "username", "authMethod", "authData", "property"),
  ...namesOf("tls", "caFile", "caPath", "cert", "key", "keyPassword", "insecure", "alpn", "tlsVersion")
])

const username = namesOf("username")

const identifiers = namesOf("clientId", "idPrefix")

/** Passwords would be seen by anybody who reads the file, and a file does not lead to another one. */
const nowhere = namesOf("password", "config")

const isAny = (names: ReadonlySet<string>, given: ReadonlySet<string>): boolean =>
  [...names].some((name) => given.has(name))

/** What the command line and the environment say already. */
const outranked = (given: ReadonlySet<string>) =>
  Effect.gen(function*() {
    const isBrokerNamed = isAny(broker, given) || (yield* setting.text("MQTT_URL")) !== undefined
    const isPasswordGiven = isAny(passwords, given) || (yield* setting.text("MQTT_PASSWORD")) !== undefined
    const isUserGiven = (yield* setting.text("MQTT_USERNAME")) !== undefined
    return new Set([
      ...isBrokerNamed ? ofBroker : [],
      ...isPasswordGiven ? passwords : [],
      ...isAny(identifiers, given) ? identifiers : [],
      ...isUserGiven ? username : []
    ])
  })

/** `-h broker.home`: the rest of a line is the value, spaces included, but for `-D`. */
const wordsOf = (line: string): ReadonlyArray<string> => {
  const [, spelling = line, value] = /^(\S+)\s+(.*)$/.exec(line) ?? []
  const spec = specs.find(({ spellings }) => spellings.includes(spelling))
  return value === undefined ? [spelling] : [spelling, ...spec?.takes === "property" ? value.split(/\s+/) : [value]]
}

interface Line {
  /** The long name of its option. */
  readonly name: string
  readonly words: ReadonlyArray<string>
}

const readLine = (line: string): Either.Either<Line, CommandError> => {
  const words = wordsOf(line)
  return Either.flatMap(argv.normalise(specs, words), ([long = ""]) => {
    const name = long.slice(2)
    return nowhere.has(name) || !specs.some((spec) => spec.name === name)
      ? Either.left(usage(`${words[0]} does not belong in a file of defaults`))
      : Either.right({ name, words })
  })
}

/** Comments begin with `#`. */
const readLines = (path: string, text: string): Either.Either<ReadonlyArray<Line>, CommandError> =>
  Either.all(
    text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 })).filter(({ line }) =>
      line !== "" && !line.startsWith("#")
    ).map(({ line, number }) =>
      Either.mapLeft(readLine(line), (error) =>
        usage(
          `${path}, line ${number}: ${error.sentence}`,
          "A line is an option of the connection, such as -h broker.home."
        ))
    )
  )

/** Where to look for the file by default, as other programs do; nowhere if there is no home folder. */
const usualPath = Effect.gen(function*() {
  const xdg = yield* setting.text("XDG_CONFIG_HOME")
  const home = yield* setting.text("HOME")
  const appData = yield* setting.text("APPDATA")
  const folder = xdg !== undefined && posix.isAbsolute(xdg)
    ? xdg
    : appData ?? (home === undefined ? undefined : `${home}/.config`)
  return folder === undefined ? undefined : `${folder}/mqtt/defaults`
})

const textOf = (named: string | undefined) =>
  Effect.gen(function*() {
    const path = named ?? (yield* setting.text("MQTT_CONFIG"))
    if (path !== undefined) return { path, text: yield* readText(path) }
    const usual = yield* usualPath
    return usual === undefined
      ? undefined
      : yield* Effect.orElseSucceed(Effect.map(readText(usual), (text) => ({ path: usual, text })), () => undefined)
  })

const namedFile = (args: ReadonlyArray<string>): string | undefined => {
  const at = args.indexOf(`--${connectionTable.config.name}`)
  return at === -1 ? undefined : unquote(args[at + 1])
}

/** The words of the file that count for a command with these options, to be put before those of the command line. */
export const read = (own: ReadonlyArray<OptionSpec<unknown>>, args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    // A command without a connection has no use for them.
    if (!own.some((spec) => spec === connectionTable.config)) return []
    const file = yield* textOf(namedFile(args))
    if (file === undefined) return []
    // Values are in quotes, so that what begins with dashes is an option.
    const given = new Set(args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2)))
    const skipped = yield* outranked(given)
    const lines = yield* readLines(file.path, file.text)
    return lines.filter(({ name }) => !skipped.has(name)).flatMap(({ words }) => words)
  })
