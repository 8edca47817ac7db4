/** The commands, their options, and which one a command line asks for. */
import * as Command from "@effect/cli/CommandDescriptor"
import * as CommandDirective from "@effect/cli/CommandDirective"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import type { OutputClosed } from "../../StandardStreams.ts"
import type { StandardStreams } from "../../StandardStreams.ts"
import type { CommandError } from "../command/commandError.ts"
import { sentenceOf } from "../command/helpText.ts"
import { version } from "../command/version.ts"
import * as argv from "./argv.ts"
import * as bench from "./bench.ts"
import * as broker from "./brokerCommand.ts"
import * as conn from "./conn.ts"
import type { SpeechValues } from "./connectionTable.ts"
import * as defaults from "./defaults.ts"
import * as help from "./help.ts"
import { usage } from "./mqttFailure.ts"
import type { OptionTable, ValuesOf } from "./optionSpec.ts"
import { toOptions } from "./optionSpec.ts"
import * as probe from "./probe.ts"
import * as pub from "./pub.ts"
import * as rr from "./rr.ts"
import * as sub from "./sub.ts"

type Needs = FileSystem.FileSystem | Path.Path | StandardStreams | Terminal.Terminal

/** A command that is ready to run. */
export interface Invocation {
  readonly name: string
  readonly speech: SpeechValues
  /** As they were given, with what was left out undefined. */
  readonly values: Readonly<Record<string, unknown>>
  readonly run: Effect.Effect<void, CommandError | OutputClosed, Needs>
}

interface Leaf {
  readonly description: string
  readonly table: OptionTable
  readonly descriptor: Command.Command<Invocation>
}

const leaf = <T extends OptionTable>(
  name: string,
  description: string,
  table: T,
  run: (values: ValuesOf<T>) => Invocation["run"],
  speech: (values: ValuesOf<T>) => SpeechValues
): Leaf => ({
  description,
  table,
  descriptor: Command.make(name, toOptions(table)).pipe(
    Command.withDescription(description),
    Command.map(({ options }) => ({ name, values: options, speech: speech(options), run: run(options) }))
  )
})

const same = <A>(value: A): A => value

/** With the bytes of a link go its packets. */
const spoken = <A extends SpeechValues & { readonly debugBytes: boolean }>(values: A): SpeechValues => ({
  ...values,
  debug: values.debug || values.debugBytes
})

const leaves: Readonly<Record<string, Leaf>> = {
  pub: leaf("pub", "Publishes messages.", pub.table, pub.run, spoken),
  sub: leaf("sub", "Subscribes, and writes the messages that come.", sub.table, sub.run, spoken),
  rr: leaf("rr", "Publishes a request and writes its response.", rr.table, rr.run, spoken),
  conn: leaf("conn", "Connects, and shows what the broker says about itself.", conn.table, conn.run, spoken),
  test: leaf("test", "Tries what a broker can do.", probe.table, probe.run, spoken),
  broker: leaf("broker", "Runs a broker until it is stopped.", broker.table, broker.run, same)
}

const benches: Readonly<Record<string, Leaf>> = {
  conn: leaf("conn", "Opens connections.", bench.connTable, bench.conn, spoken),
  pub: leaf("pub", "Publishes over many connections.", bench.pubTable, bench.pub, spoken),
  sub: leaf("sub", "Counts what arrives over many connections.", bench.subTable, bench.sub, spoken)
}

const descriptorsOf = (group: Readonly<Record<string, Leaf>>) =>
  Object.values(group).map(({ descriptor }) => descriptor)

const withChildren = (
  command: Command.Command<unknown>,
  [first, ...others]: ReadonlyArray<Command.Command<unknown>>
): Command.Command<unknown> =>
  Command.withSubcommands(command, [["", first], ...others.map((child) => ["", child] as const)])

const benchCommand = withChildren(
  Command.withDescription(Command.make("bench"), "Measures a broker."),
  descriptorsOf(benches)
)

/** All commands, for completions. */
const root = withChildren(
  Command.withDescription(Command.make("mqtt"), "MQTT on the command line."),
  [...descriptorsOf(leaves), benchCommand]
)

/** What the commands say about themselves. */
export interface Answer {
  readonly text: string
}

const summaries = (group: Readonly<Record<string, Leaf>>) =>
  Object.entries(group).map(([name, { description }]) => [name, description] as const)

const rootHelp: Answer = {
  text: help.ofGroup("mqtt", [...summaries(leaves), ["bench", "Measures a broker: bench conn, bench pub, bench sub."]])
}

const find = (words: ReadonlyArray<string>) => {
  const [first = "", second = ""] = words
  const isBench = first === "bench"
  const [group, name] = isBench ? [benches, second] : [leaves, first]
  const rest = words.slice(isBench ? 2 : 1)
  const path = isBench ? `${first} ${second}` : first
  return Object.hasOwn(group, name) ? { leaf: group[name], name, path, rest } : undefined
}

/** Reads the words after the name of the program. */
export const parse = (
  words: ReadonlyArray<string>
): Effect.Effect<Invocation | Answer, CommandError, FileSystem.FileSystem | Path.Path | Terminal.Terminal> =>
  Effect.gen(function*() {
    const [first = "--help", second = "--help"] = words
    if (first === "--help") return rootHelp
    if (first === "--version") return { text: version }
    if (first === "--completions") return { text: yield* help.completions(root, words[1]) }
    if (first === "bench" && second === "--help") return { text: help.ofGroup("mqtt bench", summaries(benches)) }
    const found = find(words)
    if (found === undefined) {
      return yield* first === "bench"
        ? usage(`There is no benchmark "${second}"`, `They are ${Object.keys(benches).join(", ")}.`)
        : usage(`There is no command "${first}"`, `They are ${Object.keys(leaves).join(", ")}, bench.`)
    }
    const { leaf: { description, descriptor, table }, name, path, rest } = found
    const specs = Object.values(table)
    const given = yield* Effect.mapError(argv.normalise(specs, rest), (error) => withHelp(error, path))
    if (given.includes("--help")) return { text: help.ofCommand(path, description, specs) }
    if (given.includes("--version")) return { text: version }
    const args = yield* Effect.flatMap(
      defaults.read(specs, given),
      (words) => argv.normalise(specs, [...words, ...rest])
    )
    const directive = yield* Command.parse(descriptor, [name, ...args], help.config).pipe(
      Effect.mapError((error) => withHelp(usage(sentenceOf(error)), path))
    )
    return CommandDirective.isUserDefined(directive) ? directive.value : rootHelp
  })

const withHelp = (error: CommandError, path: string): CommandError =>
  error.advice === undefined ? usage(error.sentence, `See mqtt ${path} --help.`) : error
