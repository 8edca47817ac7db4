import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as invocations from "../../../src/internal/mqtt/invocation.ts"

/** Where nobody lives who has defaults. */
const nowhere = Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))

const parse = (...words: ReadonlyArray<string>) => nowhere(Effect.provide(invocations.parse(words), NodeContext.layer))

const valuesOf = (...words: ReadonlyArray<string>) =>
  Effect.map(parse(...words), (parsed) => "values" in parsed ? parsed.values : {})

const complaintOf = (...words: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(parse(...words)), ({ message }) => message)

describe("the command line", () => {
  it.effect("-h is the host, and --help the help", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* valuesOf("pub", "-h", "broker.example")).host, "broker.example")
      const help = yield* parse("pub", "-t", "a", "--help")
      assert.include("text" in help ? help.text : "", "-h, --host text")
    }))

  it.effect.each([
    "-h",
    "--help",
    "--topic",
    "sub",
    "true",
    "0",
    "",
    " ",
    " padded ",
    "\"quoted\"",
    "a=b",
    "-5",
    "line\nbreak",
    "ünï"
  ])("a value may be any word: %j", (word) =>
    Effect.gen(function*() {
      const values = yield* valuesOf("pub", "-m", word, "-r", "-t", word, "--user-property", `k=${word}`, "-q", "1")
      assert.strictEqual(values.message, word)
      assert.strictEqual(values.topic, word)
      assert.deepStrictEqual(values.userProperties, [["k", word]])
      assert.strictEqual(values.retain, true)
      assert.strictEqual(values.qos, 1)
    }))

  it.effect("values attached with =, other spellings, and the last one of two", () =>
    Effect.gen(function*() {
      const values = yield* valuesOf("sub", "--host=a", "--hostname", "b", "--pw", "x=y", "-Wt", "gone", "-c", "-c")
      assert.strictEqual(values.host, "b")
      assert.strictEqual(values.password, "x=y")
      assert.strictEqual(values.willTopic, "gone")
      assert.strictEqual(values.persistent, true)
    }))

  it.effect.each([["always", 0], ["new", 1], ["never", 2], ["2", 2]] as const)(
    "--retain-handling %s, in mosquitto_sub's words or as a number",
    ([word, handling]) =>
      Effect.map(
        valuesOf("sub", "--retain-handling", word),
        (values) => assert.strictEqual(values.retainHandling, handling)
      )
  )

  it.effect("options that may be given several times keep their order", () =>
    Effect.gen(function*() {
      const values = yield* valuesOf("sub", "-t", "a", "-q", "0", "-t", "b", "-q", "2", "-T", "x", "-U", "y")
      assert.deepStrictEqual(values.topics, ["a", "b"])
      assert.deepStrictEqual(values.qos, [0, 2])
      assert.deepStrictEqual(values.filterOut, ["x"])
      assert.deepStrictEqual(values.unsubscribe, ["y"])
    }))

  it.effect("-D takes three words, with user-property four", () =>
    Effect.gen(function*() {
      const words = ["-D", "publish", "user-property", "k", "-q", "-D", "publish", "content-type", "text/plain"]
      const values = yield* valuesOf("pub", ...words, "-q", "2")
      assert.deepStrictEqual(values.property, [
        "[\"publish\",\"user-property\",\"k\",\"-q\"]",
        "[\"publish\",\"content-type\",\"text/plain\"]"
      ])
      assert.strictEqual(values.qos, 2)
    }))

  it.effect.each([["5", 5], ["mqttv5", 5], ["5.0", 5], ["311", 4], ["mqttv311", 4], ["3.1.1", 4]] as const)(
    "-V %s",
    ([word, version]) =>
      Effect.map(valuesOf("pub", "-V", word), (values) => assert.strictEqual(values.version, version))
  )

  it.effect.each(
    [
      [["publish"], "There is no command \"publish\". They are pub, sub, rr, conn, test, broker, bench."],
      [["bench", "all"], "There is no benchmark \"all\". They are conn, pub, sub."],
      [["pub", "--bogus"], "There is no option --bogus. See mqtt pub --help."],
      [["sub", "topic"], "\"topic\" does not belong to any option. See mqtt sub --help."],
      [["pub", "-m"], "The option -m needs a value after it. See mqtt pub --help."],
      [["pub", "-r=1"], "There is no option -r=1. See mqtt pub --help."],
      [["pub", "--retain=1"], "The option --retain takes no value. See mqtt pub --help."],
      [["pub", "-q", "3"], "--qos has to be one of 0, 1, 2. See mqtt pub --help."],
      [["sub", "-C", "none"], "--count has to be a whole number from 1 to 1000000000. See mqtt sub --help."],
      [["pub", "-t", "a/+"], "--topic has to be a topic, which has no + and no #. See mqtt pub --help."],
      [["rr", "-e", "#"], "--response-topic has to be a topic, which has no + and no #. See mqtt rr --help."],
      [
        ["conn", "--will-topic", "a/#"],
        "--will-topic has to be a topic, which has no + and no #. See mqtt conn --help."
      ],
      [
        ["sub", "-t", "a/+/#", "-T", "++"],
        "--filter-out has to be a filter, in which + and # fill their levels and # is the last one. See mqtt sub --help."
      ],
      [["sub", "-p", "70000"], "--port has to be a whole number from 1 to 65535. See mqtt sub --help."],
      [
        ["sub", "-D", "publish"],
        "The option -D needs a packet, the name of a property and its value. See mqtt sub --help."
      ]
    ] as const
  )(
    "%j is refused in one sentence",
    ([words, complaint]) => Effect.map(complaintOf(...words), (message) => assert.strictEqual(message, complaint))
  )

  it.effect("every command has help, and shells have completions", () =>
    Effect.gen(function*() {
      for (
        const words of [[], ["--help"], ["bench"], ["bench", "--help"], ["conn", "--help"], ["bench", "sub", "--help"]]
      ) {
        const answer = yield* parse(...words)
        assert.match("text" in answer ? answer.text : "", /^Usage: mqtt/)
      }
      for (const shell of ["bash", "zsh", "fish"]) {
        const answer = yield* parse("--completions", shell)
        assert.include("text" in answer ? answer.text : "", "will-topic")
      }
    }))
})
